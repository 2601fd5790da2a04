package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// largeFile is a Go file of about 5,000 lines and so many functions, no two
// alike.
func largeFile(functions int) string {
	var b strings.Builder
	b.WriteString("package large\n")
	for i := range functions {
		fmt.Fprintf(&b, "\nfunc parseField%d(text string, limit int) (int, error) {\n", i)
		fmt.Fprintf(&b, "\tcount%d := 0\n", i)
		for j := range 17 {
			fmt.Fprintf(&b, "\tif len(text) > %d {\n\t\tcount%d += limit\n\t}\n", i*j, i)
		}
		fmt.Fprintf(&b, "\treturn count%d, nil\n}\n", i)
	}
	return b.String()
}

const uri = "file:///large.go"

func (c *client) open(text string) {
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "go", "version": 1, "text": text}})
}

// insert types text at the beginning of a line.
func (c *client) insert(version, line int, text string) {
	at := map[string]int{"line": line, "character": 0}
	c.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": uri, "version": version},
		"contentChanges": []any{map[string]any{"range": map[string]any{"start": at, "end": at}, "text": text}},
	})
}

func hoverAt(line, character int) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]int{"line": line, "character": character}}
}

// TestSession is a person in a hurry: a large file is opened, edited, hovered,
// saved and closed while the model runs, in a real process.
func TestSession(t *testing.T) {
	library := onnxtest.Library(t)
	const functions = 90
	text := largeFile(functions)
	c := startLSP(t, library, os.Getpid())
	c.open(text)

	if got := len(c.lenses(uri)); got != functions {
		t.Fatalf("%d lenses at once after opening, want %d", got, functions)
	}
	// Typing above all functions moves them and changes none.
	for i := range 20 {
		c.insert(2+i, 1, "// a remark\n")
		if got := len(c.lenses(uri)); got != functions {
			t.Fatalf("%d lenses while typing, want %d", got, functions)
		}
	}
	// The hovered function goes first, and its hover carries its summary.
	line := 1 + 20 + 1
	var hover struct {
		Contents struct{ Value string }
	}
	for hover.Contents.Value == "" || !strings.Contains(hover.Contents.Value, ".") {
		if err := json.Unmarshal(c.call("textDocument/hover", hoverAt(line, 6)), &hover); err != nil {
			t.Fatal(err)
		}
	}
	// A request can be taken back while the model works.
	id, answer := c.start("textDocument/hover", hoverAt(line+(functions-1)*55, 6))
	c.notify("$/cancelRequest", map[string]any{"id": id})
	if m := c.await("the cancelled hover", answer); m.Error != nil && m.Error.Code != -32800 {
		t.Errorf("the cancelled hover answered %+v", m.Error)
	}
	c.notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": uri}})

	// In the end every lens has its line, and no lens vanished on the way.
	count := func(suffix string) int {
		n := 0
		lenses := c.lenses(uri)
		if len(lenses) != functions {
			t.Fatalf("%d lenses while the model works, want %d", len(lenses), functions)
		}
		for _, l := range lenses {
			if strings.HasSuffix(l.Command.Title, suffix) {
				n++
			}
		}
		return n
	}
	c.until("the last summary", func(rpc) bool { return count("…") == 0 })
	if n := count("."); n < functions*9/10 {
		t.Errorf("only %d of %d lenses have a summary", n, functions)
	}

	// An edit elsewhere costs no inference: the server stays idle, and the
	// lenses keep their text and move by a line.
	before := c.lenses(uri)
	c.insert(30, 1, "\n")
	after := c.lenses(uri)
	for i := range before {
		if after[i].Command.Title != before[i].Command.Title || after[i].Range.Start.Line != before[i].Range.Start.Line+1 {
			t.Fatalf("lens %d went from %+v to %+v", i, before[i], after[i])
		}
	}

	c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
	c.call("shutdown", nil)
	c.notify("exit", nil)
	if err := c.awaitExit(); err != nil {
		t.Errorf("after shutdown and exit: %v; the server's log:\n%s", err, c.stderr)
	}
}

// TestOrphan checks that no server outlives its editor, even one that is at
// work and whose pipes stay open.
func TestOrphan(t *testing.T) {
	library := onnxtest.Library(t)
	parent := exec.Command("cat") // lives until it is killed
	if _, err := parent.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	c := startLSP(t, library, parent.Process.Pid)
	c.open(largeFile(90))
	c.lenses(uri)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	_ = c.awaitExit() // whatever its code
}

// TestClosedPipe checks that a server whose input ends goes away too.
func TestClosedPipe(t *testing.T) {
	c := startLSP(t, onnxtest.Library(t), os.Getpid())
	c.open(largeFile(90))
	c.lenses(uri)
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	_ = c.awaitExit()
}

// TestBrokenCache checks that a cache that cannot be used reaches the user as
// one message and takes nothing away.
func TestBrokenCache(t *testing.T) {
	library := onnxtest.Library(t)
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "gloss"), []byte("a file where a folder should be"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := startLSPIn(t, home, library, os.Getpid())
	c.open(largeFile(3))
	c.lenses(uri)
	c.until("a warning about the cache", func(m rpc) bool {
		return strings.HasPrefix(m.Method, "window/") && strings.Contains(string(m.Params), filepath.Join(home, "gloss"))
	})
	c.until("the summaries", func(m rpc) bool {
		return m.Method == "workspace/codeLens/refresh" && strings.HasSuffix(c.lenses(uri)[2].Command.Title, ".")
	})
}

// BenchmarkSession measures what an editor waits for while the model works on
// a 5,000-line file: a keystroke with the lenses that follow it.
func BenchmarkSession(b *testing.B) {
	c := startLSP(b, onnxtest.Library(b), os.Getpid())
	c.open(largeFile(90))
	c.lenses(uri)
	version := 1
	var times []time.Duration
	for b.Loop() {
		version++
		start := time.Now()
		c.insert(version, 1, "// typing\n")
		c.lenses(uri)
		times = append(times, time.Since(start))
	}
	b.ReportMetric(ms(median(times)), "p50-ms")
	b.ReportMetric(ms(quantile(times, 0.99)), "p99-ms")
	c.call("shutdown", nil)
	c.notify("exit", nil)
	_ = c.awaitExit()
}

// BenchmarkCold measures how long a person who has just started an editor waits
// for the first summary: the server runs, and knows nothing.
func BenchmarkCold(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "demo", "limiter.py"))
	if err != nil {
		b.Fatal(err)
	}
	const uri = "file:///limiter.py"
	var times []time.Duration
	for b.Loop() {
		c := startLSP(b, onnxtest.Library(b), os.Getpid())
		start := time.Now()
		c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "python", "version": 1, "text": string(text)}})
		for !strings.HasSuffix(c.lenses(uri)[0].Command.Title, ".") {
			time.Sleep(time.Millisecond) // an editor would wait for the refresh, which may come later
		}
		times = append(times, time.Since(start))
		c.call("shutdown", nil)
		c.notify("exit", nil)
		_ = c.awaitExit()
	}
	b.ReportMetric(ms(median(times)), "p50-ms")
}

// BenchmarkIdle measures what a server costs that has summarized a 5,000-line
// file and has nothing left to do.
func BenchmarkIdle(b *testing.B) {
	const rest = 10 * time.Second
	c := startLSP(b, onnxtest.Library(b), os.Getpid())
	c.open(largeFile(90))
	c.lenses(uri)
	c.until("the model to fall idle", func(m rpc) bool {
		return m.Method == "gloss/status" && strings.Contains(string(m.Params), `"idle"`) && strings.HasSuffix(c.lenses(uri)[0].Command.Title, ".")
	})
	var used float64
	for b.Loop() {
		before := c.cpuSeconds()
		time.Sleep(rest)
		used += c.cpuSeconds() - before
	}
	b.ReportMetric(100*used/(rest.Seconds()*float64(b.N)), "cpu-%")
	b.ReportMetric(c.residentMB(), "rss-MB")
}

// cpuSeconds is the time that the server has computed, in steps of 10 ms.
func (c *client) cpuSeconds() float64 {
	c.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.process.Process.Pid))
	if err != nil {
		c.t.Skip(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')'):])) // proc(5): utime is the 14th of all
	user, _ := strconv.ParseFloat(fields[12], 64)
	system, _ := strconv.ParseFloat(fields[13], 64)
	return (user + system) / 100
}

func (c *client) residentMB() float64 {
	c.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.process.Process.Pid))
	if err != nil {
		c.t.Skip(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kB, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	if err != nil {
		c.t.Fatal(err)
	}
	return kB * 1024 / 1e6
}

// hubHome has the servers and commands that are started pull from a hub of the
// test's own, and returns a home for them.
func hubHome(t *testing.T) string {
	t.Helper()
	model, err := filepath.Abs(filepath.Join("..", "..", "models", "default"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(hubModel, model)
	t.Setenv("HF_ENDPOINT", newHubServer(t, model).URL+"/good")
	home := t.TempDir()
	t.Setenv("HF_HUB_CACHE", home)
	return home
}

// A model that comes into use while an editor runs writes its summaries from
// the next save on.
func TestEditorFollowsUse(t *testing.T) {
	library := onnxtest.Library(t)
	c := startLSPIn(t, hubHome(t), library, os.Getpid())
	c.open("package a\n\nfunc x(a []int) int {\n\tsum := 0\n\tfor _, v := range a {\n\t\tsum += v\n\t}\n\treturn sum\n}\n") // a name that says nothing
	// Nothing need be told to an editor that has not asked for lenses, so it is
	// the hover that is asked again; it waits for a summary that is being written.
	writtenBy := func(model string) {
		t.Helper()
		for deadline := time.Now().Add(patience); ; {
			hover := string(c.call("textDocument/hover", hoverAt(2, 5)))
			if strings.Contains(hover, "written by the model "+model) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("not written by %s: %s; the server's log:\n%s", model, hover, c.stderr)
			}
		}
	}
	writtenBy("default")
	pull := exec.Command("gloss", "model", "pull", "--use", "tiny")
	pull.Env = c.process.Env
	if out, err := pull.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c.notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": uri}})
	writtenBy("tiny")
	c.call("shutdown", nil)
	c.notify("exit", nil)
	if err := c.awaitExit(); err != nil {
		t.Error(err)
	}
}

// A model that is in use and missing is pulled on the press of a button, and
// the lenses fill without a restart.
func TestEditorPulls(t *testing.T) {
	library := onnxtest.Library(t)
	home := hubHome(t)
	store := filepath.Join(home, "gloss", "models")
	if err := os.MkdirAll(store, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store, "in-use.json"), []byte(`{"model":"tiny"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := startLSPIn(t, home, library, os.Getpid())
	c.open(largeFile(1))
	c.until("the question whether to pull", func(m rpc) bool {
		return m.Method == "window/showMessageRequest" && strings.Contains(string(m.Params), "gloss model pull tiny")
	})
	c.until("the end of the progress", func(m rpc) bool {
		return m.Method == "$/progress" && strings.Contains(string(m.Params), `"end"`)
	})
	c.until("the summary", func(rpc) bool { return strings.HasSuffix(c.lenses(uri)[0].Command.Title, ".") })
	c.call("shutdown", nil)
	c.notify("exit", nil)
	if err := c.awaitExit(); err != nil {
		t.Error(err)
	}
}
