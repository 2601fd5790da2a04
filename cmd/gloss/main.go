// Command gloss puts a one-line summary on every function: as a language
// server for editors, and for a terminal with `gloss summarize`.
//
// One file per subcommand; each is flags, wiring and exit codes.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes that the commands promise.
const (
	exitFailed = 1   // some of the work failed
	exitUsage  = 2   // the arguments are wrong, or there was nothing to do
	exitPipe   = 141 // nobody reads on; what a shell sees of SIGPIPE
)

// exitError ends the program with a code. A nil err has been reported already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage marks err as a mistake in the arguments.
func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "gloss",
		Short: "One-line summaries of functions, written by a small model on this machine",
		Long: `gloss puts a one-line summary on every function. Editors run 'gloss lsp';
'gloss summarize PATH' does the same in a terminal. No code leaves the machine.`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w (see '%s --help')", err, c.CommandPath())
	})
	root.SetVersionTemplate(versionLine())
	root.Flags().BoolP("version", "V", false, "print the version")
	addLook(root)
	root.AddCommand(newLSP(), newSummarize(), newModel(), newEval(), newDoctor(), newSettings(), newVersion(), newWorker())
	return root
}

// noArgs refuses positional arguments with the exit code of a usage error.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no argument, found %q", c.CommandPath(), args[0])
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	context.AfterFunc(ctx, stop) // a second signal ends what the first could not
	reportClosedPipes()
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// endings are the signals that end the work in order, so that what is printed
// ends with a whole line. A closed terminal is none where nohup has it ignored.
func endings() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

func run(ctx context.Context, args []string) int {
	out := &stdout{file: os.Stdout}
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	err := root.ExecuteContext(ctx)
	switch {
	case isClosedPipe(out.err):
		return exitPipe
	case out.err != nil: // whatever else, it came of this
		err = &exitError{exitFailed, fmt.Errorf("write the output: %w", out.err)}
	}
	if err == nil {
		return 0
	}
	if err.Error() != "" {
		fmt.Fprintln(os.Stderr, "gloss:", printable(err.Error()))
	}
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.code
	}
	return exitUsage // cobra's own errors: an unknown command or flag
}
