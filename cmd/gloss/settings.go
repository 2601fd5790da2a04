package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/lsp"
)

func newSettings() *cobra.Command {
	return &cobra.Command{
		Use:   "settings",
		Short: "Print the settings of the language server with their defaults",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(c.OutOrStdout(), lsp.SettingsDoc())
			return err
		},
	}
}
