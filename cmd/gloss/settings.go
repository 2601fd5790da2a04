package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/lsp/settings"
)

// settingsFormats are the ways in which the settings can be printed.
var settingsFormats = map[string]func() string{
	"markdown": settings.Markdown,
	"nvim":     settings.Neovim,
	"vscode":   settings.VSCode,
}

func newSettings() *cobra.Command {
	var format string
	known := strings.Join(slices.Sorted(maps.Keys(settingsFormats)), ", ")
	c := &cobra.Command{
		Use:   "settings",
		Short: "Print all settings, of editors and the terminal",
		Example: `  gloss settings | less
  gloss settings --format vscode`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			text, ok := settingsFormats[format]
			if !ok {
				return usage("--format is %q; it must be one of %s", format, known)
			}
			_, err := fmt.Fprint(c.OutOrStdout(), text())
			return err
		},
	}
	c.Flags().StringVar(&format, "format", "markdown", "how they are written: "+known)
	complete(c, "format", oneOf(slices.Sorted(maps.Keys(settingsFormats))...))
	return c
}
