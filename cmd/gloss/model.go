package main

import (
	"github.com/spf13/cobra"
)

func newModel() *cobra.Command {
	c := &cobra.Command{
		Use:   "model",
		Short: "Get models, choose one, look into it and run its parts",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("unknown command %q for %q (see '%s --help')", args[0], c.CommandPath(), c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return usage("model needs a command (see 'gloss model --help')")
		},
	}
	c.AddCommand(newModelList(), newModelPull(), newModelImport(), newModelUse(), newModelVerify(), newModelRemove(),
		newModelTokenize(), newModelGenerate(), newModelInspect(), newModelBench())
	return c
}
