//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Whatever ends the work, the last line of JSON is a whole one.
func TestSignalsEndWithAWholeLine(t *testing.T) {
	// Doc comments give summaries without a model, many at once.
	text := "package a\n"
	for i := range 200 {
		text += fmt.Sprintf("\n// parseField%d parses the field %d of a line.\nfunc parseField%d(line string) string {\n\tfields := strings.Fields(line)\n\treturn fields[%d]\n}\n", i, i, i, i)
	}
	file := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		signal syscall.Signal
		shell  string // runs gloss
		code   int
	}{
		"hangup":           {syscall.SIGHUP, `exec "$@"`, exitFailed},
		"interrupt":        {syscall.SIGINT, `exec "$@"`, exitFailed},
		"terminate":        {syscall.SIGTERM, `exec "$@"`, exitFailed},
		"hangup and nohup": {syscall.SIGHUP, `trap "" HUP; exec "$@"`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			// Standard input stays open, so that only the signal ends the work.
			cmd := exec.CommandContext(t.Context(), "sh", "-c", c.shell, "sh", "gloss", "summarize", "--json", "--no-cache", file, "-")
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			some := make([]byte, 1000) // a buffer is written when it is full: amid a line
			if _, err := io.ReadFull(stdout, some); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			if c.code == 0 {
				stdin.Close()
			}
			rest, err := io.ReadAll(stdout)
			if err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); c.code == 0 && err != nil || c.code != 0 && (!errors.As(err, &exit) || exit.ExitCode() != c.code) {
				t.Errorf("ended with %v, want the code %d", err, c.code)
			}
			text := string(some) + string(rest)
			if !strings.HasSuffix(text, "\n") {
				t.Errorf("the output ends amid a line: %q", text[max(0, len(text)-80):])
			}
			for line := range strings.Lines(text) {
				if !json.Valid([]byte(line)) {
					t.Errorf("no JSON: %q", line)
				}
			}
		})
	}
}
