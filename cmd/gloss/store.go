package main

import (
	"context"
	"errors"

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

// modelError gives what went wrong with a model its exit code.
func modelError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return &exitError{exitFailed, errors.New("interrupted")}
	case errors.Is(err, models.ErrNotFound), errors.Is(err, models.ErrNoneBefore):
		return &exitError{exitUsage, err}
	}
	return &exitError{exitFailed, err}
}
