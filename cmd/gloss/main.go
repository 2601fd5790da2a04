// Command gloss puts a one-line summary on every function: as a language
// server for editors, and for a terminal with `gloss summarize`.
//
// One file per subcommand; each is flags, wiring and exit codes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
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

// atLeastOne refuses a number of a flag that is below 1.
func atLeastOne(flag string, n int) error {
	if n < 1 {
		return usage("--%s is %d; it must be at least 1", flag, n)
	}
	return nil
}

// newRoot makes the program, which writes to out.
func newRoot(out io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "gloss",
		Short: "One-line summaries of functions, written by a small model on this machine",
		Long: `gloss puts a one-line summary on every function. Editors run 'gloss lsp';
'gloss summarize PATH' does the same in a terminal. No code leaves the machine,
unless you have it ask a server of yours (docs/servers.md).`,
		Example: `  gloss summarize src
  gloss doctor
  gloss model pull --use
  source <(gloss completion bash)`,
		Version:       version,
		Args:          knownCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w (see '%s --help')", err, c.CommandPath())
	})
	root.SetVersionTemplate(versionLine())
	root.Flags().BoolP("version", "V", false, "print the version")
	addLook(root)
	root.AddCommand(newLSP(), newSummarize(), newOutline(), newMCP(), newServe(), newModel(), newEval(), newDoctor(), newSettings(), newVersion(), newDaemon(), newWorker())
	root.SetOut(out)
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		needsCommand(c)
	}
	// Texts are written for 80 columns, which flags are to keep to as well.
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", ".FlagUsagesWrapped 80 "))
	return root
}

// knownCommand refuses what is none of c's commands, and names those that are
// spelled nearly so.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2
	hint := fmt.Sprintf("see '%s --help'", c.CommandPath())
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %s?", strings.Join(near, " or "))
	}
	return usage("unknown command %q for %q (%s)", args[0], c.CommandPath(), hint)
}

// needsCommand makes c one that does nothing without one of its commands.
func needsCommand(c *cobra.Command) {
	c.Args = knownCommand
	c.RunE = func(c *cobra.Command, _ []string) error {
		return usage("%s needs a command (see '%s --help')", c.Name(), c.CommandPath())
	}
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
	root := newRoot(out)
	root.SetArgs(args)
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
	return exitUsage // cobra's own errors
}
