package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/cmd/gloss/mcpserver"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// watched is how long the programs are traced at work. ONNX Runtime's own
// telemetry speaks up after about nine seconds.
const watched = 20 * time.Second

// TestNothingLeaves traces the servers and the terminal at work, with a fresh
// home and without the variable CI, which would hush ONNX Runtime. They open no
// socket but Unix sockets in a folder of the user's, look up no name, read no identity of the machine, start no program
// but themselves, and write nothing but gloss's folders below the home.
//
// With the library of another release: GLOSS_ONNXRUNTIME=FILE go test
// ./cmd/gloss -run NothingLeaves.
func TestNothingLeaves(t *testing.T) {
	if testing.Short() {
		t.Skip("it watches for 20 seconds")
	}
	library := onnxtest.Library(t)
	for name, work := range map[string]func(*testing.T, *exec.Cmd) (summaries int){
		"lsp":       workInEditor,
		"daemon":    workInEditor,
		"summarize": workInTerminal,
		"mcp":       workForAgent,
		"serve":     workForClients,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			cache := filepath.Join(home, ".cache", "gloss")
			tr := newTrace(t, cache)
			if name == "daemon" || name == "serve" {
				tr.runtime = runtimeFolder(t)
				tr.folders = append(tr.folders, tr.runtime)
			}
			args := map[string][]string{"lsp": {"lsp"}, "daemon": {"lsp"}, "summarize": {"summarize", "--no-doc", "--language", "go", "../../inference/cache", "-"}, "mcp": {"mcp", "--mode", "inprocess", t.TempDir()}, "serve": {"serve", "--rate", "0", "--listen", "unix:" + tr.runtime}}[name]
			cmd := tr.command("gloss", args...)
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GLOSS_ONNXRUNTIME=" + library}
			if name != "daemon" {
				cmd.Env = append(cmd.Env, "TMPDIR="+t.TempDir())
			} else {
				cmd.Env = append(cmd.Env, "XDG_RUNTIME_DIR="+filepath.Dir(tr.runtime))
			}
			began := time.Now()
			if n := work(t, cmd); n < 20 {
				t.Errorf("only %d summaries", n)
			}
			if lived := time.Since(began); lived < watched {
				t.Errorf("it was watched for %s only", lived)
			}

			tr.read(t)
			for _, leak := range tr.leaks() {
				t.Error(leak)
			}
			if !tr.did("open", library) || !tr.did("open", filepath.Join(cache, "summaries.db")) {
				t.Errorf("among %d calls are not those that load the library and open the cache", len(tr.calls))
			}
			checkHome(t, home, cache)
		})
	}
}

// runtimeFolder is where the daemon's socket is to be. Paths of sockets must be
// short.
func runtimeFolder(t *testing.T) string {
	dir, err := os.MkdirTemp("", "gloss")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "gloss")
}

// workInEditor has one function after the other written and summarized, in the
// server or in the daemon where there is a folder for that.
func workInEditor(t *testing.T, cmd *exec.Cmd) int {
	began := time.Now()
	c := startCommand(t, cmd, nil)
	inDaemon := strings.Contains(strings.Join(cmd.Env, "\n"), "XDG_RUNTIME_DIR=")
	if c.options = map[string]any{"inference": map[string]any{"mode": "inprocess"}}; inDaemon {
		c.options = map[string]any{"inference": map[string]any{"mode": "daemon"}}
		stopsDaemon(t, cmd.Env)
	}
	c.initialize(os.Getpid())
	c.open(largeFile(20))
	c.lenses(uri)
	functions := 20
	for version := 2; time.Since(began) < watched; version++ {
		c.insert(version, 1, fmt.Sprintf("func readPart%d(text string) int {\n\tif len(text) > %d {\n\t\treturn %d\n\t}\n\treturn 0\n}\n", version, version, version))
		functions++
		c.until("the summary of a new function", func(rpc) bool {
			lenses := c.lenses(uri)
			done := len(lenses) == functions
			for _, l := range lenses {
				done = done && !strings.HasSuffix(l.Command.Title, "…")
			}
			return done
		})
	}
	c.call("shutdown", nil)
	c.notify("exit", nil)
	if inDaemon { // strace ends with the last process
		stop := exec.Command("gloss", "daemon", "stop")
		stop.Env = cmd.Env
		if out, err := stop.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	if err := c.awaitExit(); err != nil {
		t.Errorf("%v; the server's log:\n%s", err, c.stderr)
	}
	return functions
}

// workForAgent has one file after the other written and shown to an agent.
func workForAgent(t *testing.T, cmd *exec.Cmd) (functions int) {
	root := cmd.Args[len(cmd.Args)-1]
	s := connect(t, cmd, nil)
	for began := time.Now(); time.Since(began) < watched; functions++ {
		name := fmt.Sprintf("part%d.go", functions)
		writeFile(t, filepath.Join(root, name), fmt.Sprintf("package part\n\nfunc readPart%d(text string) int {\n\tif len(text) > %d {\n\t\treturn %d\n\t}\n\treturn 0\n}\n", functions, functions, functions))
		if _, out := callTool[mcpserver.SummarizeOutput](t, s, "summarize", map[string]any{"path": name, "line": 4}); len(out.Functions) != 1 {
			t.Fatalf("%s has %+v", name, out)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	return functions
}

// workInTerminal summarizes a folder and what comes late on standard input.
func workInTerminal(t *testing.T, cmd *exec.Cmd) int {
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	<-time.After(watched)
	if _, err := stdin.Write([]byte(largeFile(5))); err != nil {
		t.Error(err)
	}
	stdin.Close()
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != exitFailed { // some functions have no summary
		t.Errorf("%v: %s", err, &problems)
	}
	if !strings.Contains(out.String(), "-:3") {
		t.Errorf("standard input was not summarized: %s", &problems)
	}
	return strings.Count(out.String(), "\n")
}

// workForClients summarizes one function after the other for who asks at the
// socket.
func workForClients(t *testing.T, cmd *exec.Cmd) int {
	// What traces the server would leave it behind.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	began := time.Now()
	s := startServe(t, cmd)
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	n := 0
	for ; time.Since(began) < watched; n++ {
		for _, r := range s.summaries("a.go", fmt.Sprintf("package a\n\nfunc readPart%d(text string) int {\n\tif len(text) > %d {\n\t\treturn %d\n\t}\n\treturn 0\n}\n", n, n, n)) {
			if r.Error != "" {
				t.Fatalf("%+v: %s", r, s.log())
			}
		}
		if s.metric("gloss_ready") != 1 {
			t.Fatal("it is not ready")
		}
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	traced, err := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.end(traced); err != nil {
		t.Errorf("%v: %s", err, s.log())
	}
	return n
}

// checkHome checks that nothing lies in home but the cache, for its owner's
// eyes only.
func checkHome(t *testing.T, home, cache string) {
	t.Helper()
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == home || path == filepath.Dir(cache) {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !within(path, cache) || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("in the home lies %s %s", info.Mode(), path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
