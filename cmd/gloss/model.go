package main

import (
	"github.com/spf13/cobra"
)

func newModel() *cobra.Command {
	c := &cobra.Command{
		Use:   "model",
		Short: "Get models, choose one, look into it and run its parts",
	}
	needsCommand(c)
	c.AddCommand(newModelList(), newModelPull(), newModelImport(), newModelUse(), newModelVerify(), newModelRemove(),
		newModelTokenize(), newModelGenerate(), newModelInspect(), newModelBench())
	return c
}
