//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// emulator is a terminal in which gloss runs: what a person would see of it.
type emulator struct {
	t      *testing.T
	pty    *os.File
	screen vt10x.Terminal
	raw    strings.Builder // read after exit
	wrote  chan struct{}   // something came to the screen
	read   chan struct{}
	cmd    *exec.Cmd
}

// startTerminal runs gloss in a terminal, with stdin and stdout there too unless
// they are given.
func startTerminal(t *testing.T, columns int, stdin io.Reader, stdout io.Writer, env []string, args ...string) *emulator {
	t.Helper()
	outside, inside, err := pty.Open()
	if err != nil {
		t.Skipf("this machine has no pseudo-terminals: %v", err)
	}
	e := &emulator{t: t, pty: outside, screen: vt10x.New(vt10x.WithSize(columns, 40)), wrote: make(chan struct{}, 1), read: make(chan struct{})}
	e.resize(columns)
	e.cmd = exec.CommandContext(t.Context(), "gloss", args...)
	e.cmd.Env = append(append(os.Environ(), "HOME="+t.TempDir(), "TERM=xterm", "NO_COLOR=", "CLICOLOR=", "CLICOLOR_FORCE=", "GLOSS_ONNXRUNTIME="), env...)
	e.cmd.Stdin, e.cmd.Stdout, e.cmd.Stderr = stdin, stdout, inside
	if stdout == nil {
		e.cmd.Stdout = inside
	}
	if err := e.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	inside.Close()
	go func() {
		defer close(e.read)
		b := make([]byte, 4096)
		for {
			n, err := outside.Read(b)
			e.raw.Write(b[:n])
			_, _ = e.screen.Write(b[:n])
			select {
			case e.wrote <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { outside.Close() })
	return e
}

func (e *emulator) resize(columns int) {
	e.t.Helper()
	if err := pty.Setsize(e.pty, &pty.Winsize{Rows: 40, Cols: uint16(columns)}); err != nil {
		e.t.Fatal(err)
	}
	e.screen.Resize(columns, 40)
}

// lines are what stands on the screen.
func (e *emulator) lines() []string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(e.screen.String(), " \n"), "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// await waits until the screen shows what fits.
func (e *emulator) await(what string, fits func(screen string) bool) {
	e.t.Helper()
	deadline := time.After(patience)
	for !fits(e.screen.String()) {
		select {
		case <-e.wrote:
		case <-deadline:
			e.t.Fatalf("waited in vain for %s; the screen:\n%s", what, strings.Join(e.lines(), "\n"))
		}
	}
}

// exit waits for the end and returns the exit status.
func (e *emulator) exit() int {
	e.t.Helper()
	_ = e.cmd.Wait()
	<-e.read
	return e.cmd.ProcessState.ExitCode()
}

// writeDocumented writes a file of n documented functions, for which no model
// is needed.
func writeDocumented(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("package a\n")
	for i := range n {
		fmt.Fprintf(&b, "\n// field%d parses the field %d of a line.\nfunc field%d(line string) string {\n\tfields := strings.Fields(line)\n\treturn fields[%d]\n}\n", i, i, i, i)
	}
	file := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// How far the work is stands on a terminal's last line, survives a resize, and
// is gone in the end without having touched what is printed.
func TestStatusLine(t *testing.T) {
	file := writeDocumented(t, 3)
	stdin, more := io.Pipe() // keeps the work from its end
	stdout, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	e := startTerminal(t, 100, stdin, stdout, nil, "summarize", "--no-cache", file, "-")
	e.await("the status", func(s string) bool {
		return strings.Contains(s, "3 of 3+ functions") && strings.Contains(s, filepath.Base(file))
	})
	e.resize(40)
	e.await("the status in a narrow terminal", func(s string) bool {
		lines := e.lines()
		return strings.Count(s, "functions") == 1 && strings.HasPrefix(lines[len(lines)-1], "3 of 3+ functions")
	})
	more.Close()
	if code := e.exit(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	if screen := e.screen.String(); !strings.Contains(screen, "3 functions in 1 file: 3 from doc") || strings.Contains(screen, "3+") {
		t.Errorf("in the end there stands:\n%s", screen)
	}
	printed, err := os.ReadFile(stdout.Name())
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for i := range 3 {
		want += fmt.Sprintf("%s:%d  field%d  field%d parses the field %d of a line.\n", file, 4+i*6, i, i, i)
	}
	if string(printed) != want {
		t.Errorf("printed:\n%s\nwant:\n%s", printed, want)
	}
}

// Where results and status share a terminal they never mix.
func TestStatusLineAmongResults(t *testing.T) {
	file := writeDocumented(t, 3)
	stdin, more := io.Pipe()
	e := startTerminal(t, 70, stdin, nil, nil, "summarize", "--no-cache", file, "-")
	e.await("the status", func(s string) bool { return strings.Contains(s, "of 3+ functions") })
	if _, err := io.WriteString(more, "#!/usr/bin/env python3\ndef late(n):\n    \"\"\"Doubles n.\"\"\"\n    return n + n\n"); err != nil {
		t.Fatal(err)
	}
	more.Close()
	if code := e.exit(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	screen := strings.Join(e.lines(), "\n")
	want := printableTree(file) + "\n\n-\n2  late  Doubles n.\n4 functions in 2 files: "
	if !strings.HasPrefix(screen, want) || strings.Contains(screen, "3+") {
		t.Errorf("in the end there stands:\n%s\nwant:\n%s", screen, want)
	}
}

func printableTree(file string) string {
	lines := []string{file}
	for i := range 3 {
		lines = append(lines, fmt.Sprintf("%2d  field%d  field%d parses the field %d of a line.", 4+i*6, i, i, i))
	}
	return strings.Join(lines, "\n")
}

// That nobody reads on is no failure, and leaves no status behind.
func TestSummaryThatNobodyReads(t *testing.T) {
	file := writeDocumented(t, 2000)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin, more := io.Pipe()
	defer more.Close()
	e := startTerminal(t, 80, stdin, w, nil, "summarize", "--no-cache", file, "-")
	w.Close()
	some := make([]byte, 10)
	if _, err := io.ReadFull(r, some); err != nil {
		t.Fatal(err)
	}
	r.Close()
	more.Close()
	if code := e.exit(); code != exitPipe {
		t.Errorf("exit status %d, want %d", code, exitPipe)
	}
	if screen := e.screen.String(); strings.TrimSpace(screen) != "" {
		t.Errorf("on the screen is left:\n%s", screen)
	}
}

// Every column of what is printed fits, in a narrow terminal too, and nothing
// in a repository steers it.
func TestNarrowTree(t *testing.T) {
	dir := t.TempDir()
	source := `class Store:
    def save(self, path):
        """Writes the whole state of the store to a file, and renames it into its place when that is done."""
        def partial(name):
            """書き込み中のファイルの名前を返します。そのファイルは後で名前が変わります。"""
            return name + ".part"
        rename(partial(path), path)


def ` + strings.Repeat("long", 60) + `(n):
    """Has a ` + "\u202ename\x1b[31m" + ` of ` + strings.Repeat("any", 30) + ` length."""
    return n + n + n
`
	name := "evil\x1b]0;title\x07\u202e.py"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	e := startTerminal(t, 40, nil, nil, nil, "summarize", "-q", "--no-cache", "--color=never", filepath.Join(dir, name))
	e.cmd.Dir = dir
	if code := e.exit(); code != 0 {
		t.Errorf("exit status %d", code)
	}
	raw := strings.ReplaceAll(e.raw.String(), "\r\n", "\n")
	_, tree, _ := strings.Cut(raw, "\n")
	want := `    Store
 2    save
        Writes the whole state of the
        store to a file, and renames it
        into its place when that is
        done.
`
	if !strings.HasPrefix(tree, want) {
		t.Errorf("printed:\n%s", tree)
	}
	if strings.ContainsAny(raw, "\x1b\x07\u202e") {
		t.Errorf("the terminal was steered: %q", raw)
	}
}

// What the doctor says is read in a terminal of 80 columns: lines end between
// words, and paths are whole, to be copied.
func TestDoctorFits(t *testing.T) {
	e := startTerminal(t, 80, nil, nil, nil, "doctor", "--color", "always")
	if code := e.exit(); code != exitFailed {
		t.Errorf("exit status %d without a library", code)
	}
	raw := strings.ReplaceAll(e.raw.String(), "\r\n", "\n")
	if !strings.Contains(raw, "\x1b[32mok\x1b[0m    parser   runs") || !strings.Contains(raw, "\x1b[31mFAIL\x1b[0m  library  ONNX") {
		t.Errorf("without colours:\n%s", raw)
	}
	if n := strings.Count(raw, "npm install"); n != 1 {
		t.Errorf("the remedy is told %d times:\n%s", n, raw)
	}
	raw = regexp.MustCompile(`\x1b\[[0-9]*m`).ReplaceAllString(raw, "")
	const indent = "               "
	for line := range strings.Lines(raw) {
		line = strings.TrimSuffix(line, "\n")
		text := line[min(len(indent), len(line)):]
		isList := strings.HasPrefix(text, "  ")
		if len(line) > 80 && !isList && strings.Contains(text, " ") {
			t.Errorf("too wide: %q", line)
		}
		if !strings.HasPrefix(line, indent) && !strings.HasPrefix(line, "ok ") && !strings.HasPrefix(line, "FAIL ") {
			t.Errorf("not below its check: %q", line)
		}
	}
}
