package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// recorded is something that a real editor said to the server. The sessions in
// testdata/session are copies of what `make e2e` leaves in editors/e2e/out.
type recorded struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`

	Answers string          `json:"answers"` // the method of a request of the server's
	Result  json.RawMessage `json:"result"`
}

// TestReplay has real editors' sessions with the server once more, without the
// editors: everything that they said, in their order, to the real server with
// the shipped model.
func TestReplay(t *testing.T) {
	library := onnxtest.Library(t)
	files, err := filepath.Glob(filepath.Join("testdata", "session", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded sessions: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			home := t.TempDir()
			for _, session := range readSessions(t, file) {
				asked := make(chan struct{}, 1000)
				replay(t, startProcess(t, home, library, answers(session, asked)), session, asked)
			}
		})
	}
}

// readSessions reads a recording. An editor that starts the server again has
// more than one session.
func readSessions(t *testing.T, file string) [][]recorded {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var sessions [][]recorded
	for i, line := range bytes.Split(bytes.TrimSpace(content), []byte("\n")) {
		var r recorded
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s:%d: %v", file, i+1, err)
		}
		if r.Method == "initialize" {
			sessions = append(sessions, nil)
		}
		last := len(sessions) - 1
		sessions[last] = append(sessions[last], r)
	}
	return sessions
}

// configuration is the request whose answers change what the server does.
const configuration = "workspace/configuration"

// answers gives the server's requests the answers that the editor gave, in
// their order, and says on asked that the configuration was given.
func answers(session []recorded, asked chan<- struct{}) func(method string) any {
	given := map[string][]json.RawMessage{}
	for _, r := range session {
		if r.Answers != "" {
			given[r.Answers] = append(given[r.Answers], r.Result)
		}
	}
	// The client reads, and so answers, in one goroutine.
	return func(method string) any {
		if method == configuration {
			defer func() { asked <- struct{}{} }()
		}
		queue := given[method]
		if len(queue) == 0 {
			return nil
		}
		given[method] = queue[1:]
		return queue[0]
	}
}

// underWay is a request whose answer has not been read.
type underWay struct {
	method string
	id     int
	answer chan rpc
	draws  bool // another text, of which none may be good enough
}

func replay(t *testing.T, c *client, session []recorded, asked <-chan struct{}) {
	var open string // the document
	var functions int
	requests := map[string]underWay{} // by the editor's id
	cancelled := map[string]bool{}
	finish := func() {
		for id, r := range requests {
			m := c.await(r.method, r.answer)
			const requestFailed = -32803
			if m.Error != nil && !cancelled[id] && !(r.draws && m.Error.Code == requestFailed) {
				t.Errorf("%s: %d %s", r.method, m.Error.Code, m.Error.Message)
			}
			if r.method == "textDocument/codeLens" && m.Error == nil {
				checkLenses(t, m.Result, functions)
			}
		}
		clear(requests)
	}
	for _, r := range session {
		switch r.Method {
		case "": // an answer
			if r.Answers == configuration {
				select {
				case <-asked:
				case <-time.After(patience):
					t.Fatalf("the server did not ask for its configuration; its log:\n%s", c.stderr)
				}
			}
			continue
		case "$/cancelRequest":
			var p struct{ ID json.RawMessage }
			if err := json.Unmarshal(r.Params, &p); err != nil {
				t.Fatal(err)
			}
			if of, ok := requests[string(p.ID)]; ok {
				cancelled[string(p.ID)] = true
				c.notify(r.Method, map[string]any{"id": of.id})
			}
			continue
		case "textDocument/didOpen":
			var p struct {
				TextDocument struct{ URI, Text string }
			}
			if err := json.Unmarshal(r.Params, &p); err != nil {
				t.Fatal(err)
			}
			open, functions = p.TextDocument.URI, strings.Count(p.TextDocument.Text, "def ")
		case "workspace/executeCommand": // a person gives one when there is a summary
			finish()
			c.settle(open, functions)
		case "shutdown":
			finish()
			c.settle(open, 0)
		}
		if r.ID == nil {
			c.notify(r.Method, r.Params)
			continue
		}
		id, answer := c.start(r.Method, r.Params)
		requests[string(r.ID)] = underWay{r.Method, id, answer, bytes.Contains(r.Params, []byte("gloss.regenerate"))}
		if r.Method == "initialize" || r.Method == "shutdown" {
			finish() // editors wait for these
		}
	}
	finish()
	if slices.ContainsFunc(session, func(r recorded) bool { return r.Method == "exit" }) {
		if err := c.awaitExit(); err != nil {
			t.Errorf("%v; the server's log:\n%s", err, c.stderr)
		}
		return
	}
	if err := c.stdin.Close(); err != nil { // the editor ended, or the server was killed
		t.Fatal(err)
	}
	_ = c.awaitExit() // its code says whether there was a shutdown
}

// checkLenses checks that lenses are complete: one for each function of the
// document, or none where they are switched off.
func checkLenses(t *testing.T, result json.RawMessage, functions int) {
	t.Helper()
	var lenses []lens
	if err := json.Unmarshal(result, &lenses); err != nil {
		t.Fatalf("%s: %v", result, err)
	}
	if len(lenses) != functions && len(lenses) != 0 {
		t.Errorf("%d lenses for %d functions", len(lenses), functions)
	}
	for _, l := range lenses {
		if l.Command.Title == "" {
			t.Errorf("the lens at line %d has no text", l.Range.Start.Line)
		}
	}
}

// settle waits until no function of a document waits for its summary, and until
// it has so many lenses at least: they may have been off until just now.
func (c *client) settle(uri string, atLeast int) {
	c.t.Helper()
	if uri == "" {
		return
	}
	timeout := time.After(patience)
	for {
		lenses := c.lenses(uri)
		waiting := max(0, atLeast-len(lenses))
		for _, l := range lenses {
			if l.Command.Title == "…" || strings.HasSuffix(l.Command.Title, "(outdated)") {
				waiting++
			}
		}
		if waiting == 0 {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-timeout:
			c.t.Fatalf("%d functions still wait; the server's log:\n%s", waiting, c.stderr)
		}
	}
}
