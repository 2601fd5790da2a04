package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func newModelUse() *cobra.Command {
	var back bool
	c := &cobra.Command{
		Use:   "use NAME | --back",
		Short: "Choose the model that is used where none is named",
		Long: `Choose the model that 'gloss summarize' and 'gloss lsp' use where no --model
and no setting names one: an installed model, "default", or ./DIR. gloss
remembers the model before it, and 'gloss model use --back' goes back to it.
Editors that run follow when a file is opened or saved.`,
		Example: `  gloss model use smollm2-135m-instruct
  gloss model use ./my-model
  gloss model use --back`,
		ValidArgsFunction: oneModel(installed),
		Args: func(_ *cobra.Command, args []string) error {
			if back && len(args) > 0 {
				return usage("give either a model or --back")
			}
			if !back && len(args) != 1 {
				return usage("use needs one model, found %d (see gloss model list)", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if !back {
				return useModel(c.OutOrStdout(), args[0])
			}
			now, before, err := modelStore().UseBefore()
			return tellUse(c.OutOrStdout(), now, before, err)
		},
	}
	c.Flags().BoolVar(&back, "back", false, "go back to the model that was in use before")
	return c
}

func useModel(w io.Writer, ref string) error {
	now, before, err := modelStore().Use(ref)
	return tellUse(w, now, before, err)
}

func tellUse(w io.Writer, now, before string, err error) error {
	if err != nil {
		return modelError(err)
	}
	if before == "" {
		_, err = fmt.Fprintf(w, "%s is in use\n", now)
	} else {
		_, err = fmt.Fprintf(w, "%s is in use; gloss model use --back goes back to %s\n", now, before)
	}
	return err
}
