package main

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/lsp"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

func newLSP() *cobra.Command {
	var logFile string
	var config configFlags
	c := &cobra.Command{
		Use:   "lsp",
		Short: "Run the language server on stdin and stdout",
		Long: `Run the language server on stdin and stdout, for editors, which start it
themselves. Logs go to stderr, or to --log-file. Its settings come from
the user's config.json and the editor: 'gloss settings' lists them.`,
		Example: `  gloss lsp --log-file "$HOME/gloss.log"`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if logFile != "" && !filepath.IsAbs(logFile) {
				return usage("--log-file is %q; it must be an absolute path, because editors start gloss in the workspace", logFile)
			}
			var warnings []string
			given, err := config.user(func(err error) { warnings = append(warnings, err.Error()) })
			switch {
			case err != nil && config.file != "":
				return err
			case err != nil: // an editor without summaries would be worse
				warnings = append(warnings, err.Error())
			}
			given.Log.File = cmp.Or(logFile, given.Log.File)
			workers := newWorkers(2) // so that a file that takes long does not hold up all others
			defer workers.Close()
			var summaries services
			err = lsp.Serve(c.Context(), stdio{}, lsp.Options{
				Version:       version,
				Settings:      given,
				Warnings:      warnings,
				Workers:       workers,
				OpenSummaries: summaries.open,
				Place:         func(s settings.Settings) string { return modelStore().Place(s.Model) },
			})
			if err != nil {
				return &exitError{exitFailed, err}
			}
			return nil
		},
	}
	config.add(c)
	c.Flags().StringVar(&logFile, "log-file", "", "append logs to this file, an absolute path, instead of stderr")
	c.Flags().Bool("stdio", true, "accepted for editors that always pass it; there is no other transport")
	return c
}

// stdio is the connection to the editor that started this process.
type stdio struct{}

func (stdio) Read(b []byte) (int, error)  { return os.Stdin.Read(b) }
func (stdio) Write(b []byte) (int, error) { return os.Stdout.Write(b) }
func (stdio) Close() error                { return errors.Join(os.Stdin.Close(), os.Stdout.Close()) }

var _ io.ReadWriteCloser = stdio{}
