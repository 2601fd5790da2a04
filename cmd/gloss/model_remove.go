package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/models"
)

func newModelRemove() *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Delete an installed model, or what is left of a pull",
		Long: `Delete an installed model, or what a pull that was cut off has left.

Exit status: 0 it is removed, 1 it could not be, 2 there is no such model.`,
		Example:           `  gloss model remove smollm2-135m-instruct`,
		ValidArgsFunction: oneModel(removable),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("remove needs one model, found %d (see gloss model list)", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			done, err := modelStore().Remove(args[0])
			switch {
			case err != nil:
				return modelError(err)
			case !done.Installed:
				_, err = fmt.Fprintf(c.OutOrStdout(), "what a pull of %s had left is removed; the model was not installed\n", args[0])
			case done.WasInUse:
				_, err = fmt.Fprintf(c.OutOrStdout(), "%s is removed; it was in use, so %s is from now on\n", args[0], models.Default)
			default:
				_, err = fmt.Fprintf(c.OutOrStdout(), "%s is removed\n", args[0])
			}
			return err
		},
	}
}
