package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/models"
)

func newModelVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [NAME...]",
		Short: "Compare every file of installed models with its hash",
		Long: `Read every file of the models named, or of all installed ones, and compare it
with the hash that the catalog, or the import, knows.

Exit status: 0 all are right, 1 one is not.`,
		Example: `  gloss model verify
  gloss model verify smollm2-135m-instruct`,
		ValidArgsFunction: modelNames(installed),
		RunE: func(c *cobra.Command, names []string) error {
			store := modelStore()
			if len(names) == 0 {
				list, err := store.List()
				if err != nil {
					return modelError(err)
				}
				for _, l := range list {
					if l.Installed {
						names = append(names, l.Name)
					}
				}
			}
			return verifyModels(c.Context(), c.OutOrStdout(), store, names)
		},
	}
}

func verifyModels(ctx context.Context, w io.Writer, store *models.Store, names []string) error {
	failed := false
	for _, name := range names {
		files, problems, err := store.Verify(ctx, name)
		switch {
		case err != nil:
			return modelError(err)
		case name == models.Default:
			fmt.Fprintf(w, "ok    %s: inside gloss\n", name)
		case len(problems) == 0:
			fmt.Fprintf(w, "ok    %s: %s\n", name, count(files, "file"))
		}
		for _, p := range problems {
			failed = true
			fmt.Fprintf(w, "FAIL  %s: %s\n", name, printable(p.Error()))
		}
		if len(problems) > 0 {
			fmt.Fprintf(w, "      to mend it: %s\n", remedy(store, name))
		}
	}
	if failed {
		return &exitError{code: exitFailed}
	}
	return nil
}

// remedy is the command that makes a damaged model right again.
func remedy(store *models.Store, name string) string {
	for _, e := range store.Catalog {
		if e.Name == name {
			return "gloss model pull " + name
		}
	}
	return fmt.Sprintf("gloss model remove %s, then gloss model import DIR --name %s", name, name)
}
