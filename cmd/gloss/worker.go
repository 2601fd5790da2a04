package main

import (
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/chunker"
)

// newWorker is what this program starts for itself: see chunker.Workers.
func newWorker() *cobra.Command {
	return &cobra.Command{
		Use:    "worker",
		Short:  "Parse the texts that another gloss sends (started by it, of no use by hand)",
		Args:   noArgs,
		Hidden: true,
		RunE: func(c *cobra.Command, _ []string) error {
			return &exitError{exitFailed, chunker.Work(os.Stdin, os.Stdout)}
		},
	}
}

// newWorkers returns up to n processes that parse.
func newWorkers(n int) *chunker.Workers {
	program, err := os.Executable()
	if runtime.GOOS == "linux" {
		program = "/proc/self/exe" // stays this program when another takes its place
	}
	return chunker.NewWorkers(n, func() *exec.Cmd {
		// A worker needs nothing of its environment, and a stack in its last
		// words helps nobody.
		return &exec.Cmd{Path: program, Args: []string{"gloss", "worker"}, Env: []string{"GOTRACEBACK=none"}, Err: err}
	})
}
