package main

import (
	"github.com/gloss-lsp/gloss/models"
)

// catalog is what can be pulled. Tests have one of their own.
var catalog = models.Catalog

// modelStore is the user's installed models and the catalog.
func modelStore() *models.Store {
	s := models.UserStore()
	s.Catalog = catalog()
	return s
}

// openModel opens the model that a flag or a setting names: a name, a
// directory, or "" for the one in use.
func openModel(ref string) (*models.Model, error) { return modelStore().Open(ref) }
