//go:build linux || darwin

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gloss-lsp/gloss/inference/daemon"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// TestDaemon has two editors and a terminal share one model, kills it under
// them, and ends it: each time all of them get what they ask for.
func TestDaemon(t *testing.T) {
	library := onnxtest.Library(t)
	home := t.TempDir()
	var env []string
	gloss := func(args ...string) (string, error) {
		c := exec.Command("gloss", args...)
		env = environment(c, home, library)
		c.Env = env
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := gloss("daemon", "status"); err == nil || !strings.Contains(out, "no daemon runs") {
		t.Fatalf("before the first client: %v: %s", err, out)
	}
	stopsDaemon(t, env)
	var editors []*client
	status := func() (s daemon.Status) {
		t.Helper()
		out, err := gloss("daemon", "status", "--json")
		if err != nil {
			logs, _ := filepath.Glob(filepath.Join(home, "gloss", "daemon-*"))
			for _, file := range logs {
				b, _ := os.ReadFile(file)
				t.Logf("%s:\n%s", file, b)
			}
			t.Fatalf("%v: %s\nthe editors' logs:\n%s\n%s", err, out, editors[0].stderr, editors[1].stderr)
		}
		if err := json.Unmarshal([]byte(out), &s); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return s
	}

	const functions = 20
	editors = []*client{startLSPIn(t, home, library, os.Getpid()), startLSPIn(t, home, library, os.Getpid())}
	for i, c := range editors {
		c.open(strings.ReplaceAll(largeFile(functions), "line", fmt.Sprint("part", i)))
	}
	complete := func() {
		t.Helper()
		for _, c := range editors {
			c.until("the last summary", func(rpc) bool {
				lenses := c.lenses(uri)
				written := 0
				for _, l := range lenses {
					if strings.HasSuffix(l.Command.Title, ".") {
						written++
					}
				}
				return written >= len(lenses)*9/10
			})
		}
	}
	editors[0].until("the first summary", func(rpc) bool { return strings.HasSuffix(editors[0].lenses(uri)[0].Command.Title, ".") })
	first := status()
	if len(first.Clients) != len(editors) || len(first.Models) != 1 {
		t.Errorf("the status is %+v", first)
	}
	if err := syscall.Kill(first.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	complete()
	second := status()
	if second.PID == first.PID {
		t.Error("the daemon was not killed")
	}

	out, err := gloss("summarize", "--mode", "daemon", "--no-doc", "--json", filepath.Join("..", "..", "docs", "demo", "limiter.py"))
	if err != nil || strings.Count(out, `"source":"model"`) < 4 {
		t.Errorf("summarize: %v: %s", err, out)
	}
	if after := status(); after.PID != second.PID || after.Written <= second.Written {
		t.Errorf("the terminal was not served by the daemon: %+v, then %+v", second, after)
	}

	if out, err := gloss("daemon", "stop"); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	left, err := os.ReadDir(filepath.Join(home, "gloss"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if name := e.Name(); strings.HasPrefix(name, "daemon-") && !strings.HasSuffix(name, ".log") {
			t.Errorf("%s is left behind", name)
		}
	}
	for i, c := range editors {
		c.insert(2, 1, fmt.Sprintf("func readMore%d(text string) int {\n\tif len(text) > %d {\n\t\treturn 1\n\t}\n\treturn 0\n}\n", i, i))
		c.until("the summary of a new function", func(rpc) bool { return !strings.HasSuffix(c.lenses(uri)[0].Command.Title, "…") })
	}
	if third := status(); third.PID == second.PID {
		t.Error("the daemon was not stopped")
	}
}
