package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/models"
)

// listedModel is one line of `gloss model list --json`.
type listedModel struct {
	Name      string `json:"name"`
	InUse     bool   `json:"inUse"`
	Installed bool   `json:"installed"`
	// Bytes are on disk, or what a pull brings; Exact says whether that is
	// known to the byte.
	Bytes    int64  `json:"bytes"`
	Exact    bool   `json:"exact"`
	Partial  int64  `json:"partial,omitempty"` // bytes of a pull that was cut off
	Dir      string `json:"dir,omitempty"`
	Repo     string `json:"repo,omitempty"`
	Revision string `json:"revision,omitempty"`
	Licence  string `json:"licence,omitempty"`
	About    string `json:"about,omitempty"`
}

func newModelList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the models that are installed and those of the catalog",
		Example: `  gloss model list
  gloss model list --json | jq -r 'select(.installed).name'`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			store := modelStore()
			list, err := store.List()
			if err != nil {
				return modelError(err)
			}
			if inUse := store.InUse(); filepath.IsAbs(inUse) { // a directory of the user's own
				list = append(list, models.Listing{Name: inUse, InUse: true, Installed: true, Dir: inUse})
			}
			write := printModels
			if asJSON {
				write = printModelsJSON
			}
			if err := write(c.OutOrStdout(), list); err != nil {
				return &exitError{exitFailed, err}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return c
}

func printModelsJSON(w io.Writer, list []models.Listing) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, l := range list {
		m := listedModel{Name: l.Name, InUse: l.InUse, Installed: l.Installed, Bytes: l.Bytes, Exact: l.Exact, Partial: l.Partial, Dir: l.Dir, About: about(l)}
		if e := l.Entry; e != nil {
			m.Repo, m.Revision, m.Licence = e.Repo, e.Revision, e.Licence
		}
		if err := encoder.Encode(m); err != nil {
			return err
		}
	}
	return nil
}

func printModels(w io.Writer, list []models.Listing) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", printable(l.Name), state(l), megabytes(l), about(l))
	}
	return table.Flush()
}

func megabytes(l models.Listing) string {
	switch {
	case l.Bytes == 0: // a directory is not looked through
		return "?"
	case l.Exact:
		return fmt.Sprintf("%.1f MB", float64(l.Bytes)/1e6)
	}
	return fmt.Sprintf("about %.0f MB", float64(l.Bytes)/1e6)
}

func state(l models.Listing) string {
	switch {
	case l.InUse && !l.Installed:
		return "in use, missing"
	case l.InUse:
		return "in use"
	case l.Installed:
		return "installed"
	case l.Entry != nil && !l.Entry.Pullable():
		return "can be imported"
	case l.Partial > 0:
		return fmt.Sprintf("%.0f%% pulled", 100*min(1, float64(l.Partial)/float64(l.Bytes)))
	}
	return "can be pulled"
}

func about(l models.Listing) string {
	switch {
	case l.Entry != nil:
		return l.Entry.About
	case l.Name == models.Default:
		return "the small model inside gloss"
	case l.Name == l.Dir:
		return "a directory"
	}
	return "imported"
}
