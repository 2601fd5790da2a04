package lsp

import (
	"bufio"
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// largeText is a Go file of at least 5,000 lines.
func largeText() (text string, functions int) {
	functions = 1000
	names := make([]string, functions)
	for i := range names {
		names[i] = fmt.Sprintf("Handle%04d", i)
	}
	return goText(names...), functions
}

// A long file, and a model that does not answer: everything else must. What
// must not wait for the model is shown by the answers coming while it is
// blocked, not by a clock.
func TestLongFileWhileTheModelIsSlow(t *testing.T) {
	before := runtime.NumGoroutine()
	text, n := largeText()
	e := newEditor(t, editorOptions{options: `{"hoverWait": 5}`})
	open := e.summarizer.shut()
	e.open(goURI, "go", text)
	e.summarizer.called(t, 1)
	for i := range 50 {
		e.edit(goURI, 2+i, 3, 1, 1, "z")
		if got := e.titles(goURI); len(got) != n {
			t.Fatalf("%d lenses after %d keys, want %d", len(got), i+1, n)
		}
	}
	e.save(goURI)
	e.hover(goURI, 2, 7)
	e.actions(goURI, 3, 1, "null")
	e.open(pyURI, "python", pyText)
	e.titles(pyURI)
	e.closeDocument(goURI)
	if got := e.titles(goURI); len(got) != 0 {
		t.Errorf("%d lenses of a closed document", len(got))
	}
	open()
	e.settled(pyURI, "Does outer", "Does inner", "Reads the file.")
	if calls := len(e.summarizer.calls()); calls > 10 {
		t.Errorf("the closed document's functions were summarized: %d calls", calls)
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()

	// Goroutines end soon after they have nothing to do; wait for that.
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}

func TestOneDocumentTwiceAndManyAtOnce(t *testing.T) {
	e := newEditor(t, editorOptions{})
	open := e.summarizer.shut()
	for i := range 20 {
		uri := fmt.Sprintf("file:///project/%d.go", i)
		e.open(uri, "go", goText("Shared", fmt.Sprintf("Own%d", i)))
		e.open(uri, "go", goText("Shared", fmt.Sprintf("Own%d", i))) // some clients do
	}
	open()
	for i := range 20 {
		e.settled(fmt.Sprintf("file:///project/%d.go", i), "Does Shared", fmt.Sprintf("Does Own%d", i))
	}
	counts := map[string]int{}
	for _, name := range e.summarizer.calls() {
		counts[name]++
	}
	// The one that runs when its document is opened again is begun anew.
	if len(counts) != 21 || len(e.summarizer.calls()) > 23 {
		t.Errorf("calls %v", counts)
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

// TestHelperProcess is not a test: it is the child of the one below.
func TestHelperProcess(t *testing.T) {
	if os.Getenv("GLOSS_TEST_CHILD") == "" {
		t.Skip("run by TestServerEndsWithItsParent")
	}
	// Until the other end is closed.
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
}

func TestServerEndsWithItsParent(t *testing.T) {
	child := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
	child.Env = append(os.Environ(), "GLOSS_TEST_CHILD=1")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	e := newEditor(t, editorOptions{processID: child.Process.Pid})
	e.open(goURI, "go", goText("Alpha"))
	e.settled(goURI, "Does Alpha")
	stdin.Close()
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := e.wait(); err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

func TestPollForTheEndOfAProcess(t *testing.T) {
	child := exec.Command(os.Args[0], "-test.run=^$")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	if !poll(t.Context(), child.Process.Pid) {
		t.Error("a process that has ended is waited for")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if poll(ended, os.Getpid()) {
		t.Error("this process has ended")
	}
}

func TestParentInAnotherNamespaceIsNotWatched(t *testing.T) {
	e := newEditor(t, editorOptions{processID: 1<<22 + 1}) // above Linux's largest
	e.open(goURI, "go", goText("Alpha"))
	e.settled(goURI, "Does Alpha")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

func TestOnlyConnFilesKnowTheProtocolLibrary(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(path, "go.lsp.dev/") && !strings.HasPrefix(file, "conn_") {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}
