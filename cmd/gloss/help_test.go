package main

import (
	"io"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"
)

// Help is written for 80 columns and shows how a command is used.
func TestHelp(t *testing.T) {
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Hidden || c.Name() == "help" {
			return
		}
		ours := !strings.HasPrefix(c.CommandPath(), "gloss completion")
		for line := range strings.Lines(c.Long + "\n" + c.UsageString()) {
			if line = strings.TrimSuffix(line, "\n"); ours && uniseg.StringWidth(line) > 80 {
				t.Errorf("%s --help: %q is wider than 80 columns", c.CommandPath(), line)
			}
		}
		if ours && c.Example == "" && c.Name() != "version" && !c.HasSubCommands() {
			t.Errorf("%s --help has no example", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(io.Discard))
}

func TestColoured(t *testing.T) {
	for _, test := range []struct {
		mode colourMode
		env  string
		want bool
	}{
		{"auto", "", false}, // a pipe
		{"auto", "CLICOLOR_FORCE=1", true},
		{"auto", "CLICOLOR_FORCE=0", false},
		{"auto", "CLICOLOR_FORCE=1 NO_COLOR=1", false},
		{"always", "NO_COLOR=1", true},
		{"always", "TERM=dumb", true},
		{"never", "CLICOLOR_FORCE=1", false},
	} {
		for _, variable := range []string{"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"} {
			t.Setenv(variable, "")
		}
		for setting := range strings.FieldsSeq(test.env) {
			name, value, _ := strings.Cut(setting, "=")
			t.Setenv(name, value)
		}
		if got := test.mode.coloured(&strings.Builder{}); got != test.want {
			t.Errorf("--color=%s with %s: %v", test.mode, test.env, got)
		}
	}
}
