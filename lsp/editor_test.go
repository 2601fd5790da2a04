package lsp

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// fakeEditor is a client over an in-memory connection. It never sleeps: it
// waits for what it expects, and at its end fails for every message of the
// server that nobody expected.
type fakeEditor struct {
	t          testing.TB
	conn       net.Conn
	summarizer *fakeSummarizer
	cache      *cache.Cache
	served     chan error

	// settings is what workspace/configuration is answered with.
	settings map[string]any
	// pressed is the button that is pressed under messages, "" for none.
	pressed string

	writing sync.Mutex
	mu      sync.Mutex
	changed chan struct{} // closed and replaced when inbox or answers change
	inbox   []message
	answers map[string]message
	ended   bool
	nextID  int
}

// message is a JSON-RPC message of either side.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *wireError      `json:"error,omitempty"`
}

type wireError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *wireError) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// patience is how long the editor waits for what must come. It is not a
// measure of speed: a test that passes never comes near it.
const patience = 30 * time.Second

type editorOptions struct {
	name         string // of the client, "fake" if it is empty
	capabilities string // JSON
	options      string // initializationOptions as JSON
	processID    int
	settings     map[string]any
	pressed      string
	serve        func(*Options)
	ctx          context.Context // of the server, Background if it is nil
	raw          bool            // do not initialize
}

// allCapabilities are those of a client that understands everything.
const allCapabilities = `{
	"workspace": {"configuration": true, "codeLens": {"refreshSupport": true}, "inlayHint": {"refreshSupport": true},
		"workspaceEdit": {"documentChanges": true}, "applyEdit": true},
	"textDocument": {"codeLens": {}, "hover": {"contentFormat": ["markdown", "plaintext"]},
		"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor"]}}}},
	"general": {"positionEncodings": ["utf-16"]}
}`

// plainCapabilities are those of a client that understands nothing optional.
const plainCapabilities = `{}`

func newEditor(t testing.TB, o editorOptions) *fakeEditor {
	t.Helper()
	client, server := net.Pipe()
	e := &fakeEditor{
		t: t, conn: client, summarizer: &fakeSummarizer{}, cache: cache.Open("", cache.Options{}),
		served: make(chan error, 1), settings: o.settings, pressed: o.pressed,
		changed: make(chan struct{}), answers: map[string]message{},
	}
	options := Options{
		Version:  "test",
		Log:      zap.NewNop(),
		Settings: settings.Default(),
		OpenSummaries: func(context.Context, settings.Settings, func(error)) (Summaries, error) {
			scheduler := inference.NewScheduler(e.summarizer, e.cache, inference.Options{})
			return scheduler, nil
		},
	}
	if testing.Verbose() {
		options.Log = zaptest.NewLogger(t)
	}
	if o.serve != nil {
		o.serve(&options)
	}
	if o.ctx == nil {
		o.ctx = context.Background()
	}
	go func() { e.served <- Serve(o.ctx, server, options) }()
	go e.read()
	t.Cleanup(func() { client.Close() })
	if o.raw {
		return e
	}
	if o.capabilities == "" {
		o.capabilities = allCapabilities
	}
	if o.options == "" {
		o.options = "null"
	}
	pid := "null"
	if o.processID != 0 {
		pid = fmt.Sprint(o.processID)
	}
	e.must("initialize", fmt.Sprintf(`{"processId": %s, "clientInfo": {"name": %q}, "capabilities": %s, "initializationOptions": %s}`, pid, cmp.Or(o.name, "fake"), o.capabilities, o.options), nil)
	e.notify("initialized", `{}`)
	if strings.Contains(o.capabilities, `"configuration": true`) {
		e.expect("workspace/configuration")
	}
	return e
}

func (e *fakeEditor) read() {
	in := bufio.NewReader(e.conn)
	for {
		body, err := wire.ReadFrame(in)
		if err != nil {
			e.mu.Lock()
			e.ended = true
			e.wake()
			e.mu.Unlock()
			return
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			panic(fmt.Sprintf("the server wrote %s: %v", body, err))
		}
		e.mu.Lock()
		if m.Method == "" {
			e.answers[string(m.ID)] = m
		} else {
			e.inbox = append(e.inbox, m)
		}
		e.wake()
		e.mu.Unlock()
		if m.Method != "" && m.ID != nil {
			go e.reply(m)
		}
	}
}

// wake is called with e.mu held.
func (e *fakeEditor) wake() {
	close(e.changed)
	e.changed = make(chan struct{})
}

// reply answers a request of the server as a good client does.
func (e *fakeEditor) reply(m message) {
	result := "null"
	switch m.Method {
	case "workspace/configuration":
		b, err := json.Marshal([]any{e.settings})
		if err != nil {
			panic(err)
		}
		result = string(b)
	case "window/workDoneProgress/create":
		return // some never answer this
	case "window/showMessageRequest":
		if e.pressed != "" {
			result = fmt.Sprintf(`{"title":%q}`, e.pressed)
		}
	case "workspace/applyEdit":
		result = `{"applied": true}`
	}
	e.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result))
}

func (e *fakeEditor) write(body string) {
	e.writing.Lock()
	defer e.writing.Unlock()
	// A server that has ended does not read; the tests see that otherwise.
	_, _ = fmt.Fprintf(e.conn, "Content-Length: %d\r\n\r\n%s", len(body), body)
}

func (e *fakeEditor) notify(method, params string) {
	e.write(fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s}`, method, params))
}

// start sends a request and returns its id, as JSON.
func (e *fakeEditor) start(method, params string) string {
	e.mu.Lock()
	e.nextID++
	id := fmt.Sprint(e.nextID)
	e.mu.Unlock()
	e.startAs(id, method, params)
	return id
}

func (e *fakeEditor) startAs(id, method, params string) {
	e.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":%s}`, id, method, params))
}

// until waits for done, which is called with e.mu held, to return true.
func (e *fakeEditor) until(what string, done func() bool) {
	e.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		e.mu.Lock()
		ok, changed := done(), e.changed
		ended := e.ended
		e.mu.Unlock()
		switch {
		case ok:
			return
		case ended:
			e.t.Fatalf("the connection ended before %s", what)
		}
		select {
		case <-changed:
		case <-timeout.C:
			e.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// finish waits for the answer of a request and decodes it.
func (e *fakeEditor) finish(id string, result any) error {
	e.t.Helper()
	var m message
	e.until("the answer of request "+id, func() bool {
		var ok bool
		m, ok = e.answers[id]
		delete(e.answers, id)
		return ok
	})
	if m.Error != nil {
		return m.Error
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			e.t.Fatalf("the answer %s: %v", m.Result, err)
		}
	}
	return nil
}

func (e *fakeEditor) request(method, params string, result any) error {
	e.t.Helper()
	return e.finish(e.start(method, params), result)
}

func (e *fakeEditor) must(method, params string, result any) {
	e.t.Helper()
	if err := e.request(method, params, result); err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
}

// code returns the error code of a request's answer, 0 for a result.
func code(err error) int {
	var w *wireError
	if errors.As(err, &w) {
		return w.Code
	}
	return 0
}

// expect waits for a message of the server and takes it out of the inbox.
func (e *fakeEditor) expect(method string) message {
	e.t.Helper()
	var m message
	e.until("a message "+method, func() bool {
		i := slices.IndexFunc(e.inbox, func(m message) bool { return m.Method == method })
		if i < 0 {
			return false
		}
		m = e.inbox[i]
		e.inbox = slices.Delete(e.inbox, i, i+1)
		return true
	})
	return m
}

// received returns the messages of these methods that are in the inbox, and
// takes them out.
func (e *fakeEditor) received(methods ...string) []message {
	e.mu.Lock()
	defer e.mu.Unlock()
	var got []message
	for _, m := range e.inbox {
		if slices.Contains(methods, m.Method) {
			got = append(got, m)
		}
	}
	e.inbox = slices.DeleteFunc(e.inbox, func(m message) bool { return slices.Contains(methods, m.Method) })
	return got
}

// ignore takes every message of these methods out of the inbox.
func (e *fakeEditor) ignore(methods ...string) { e.received(methods...) }

// close ends the session in order, after which no message may be unread.
func (e *fakeEditor) close() {
	e.t.Helper()
	e.must("shutdown", "null", nil)
	e.notify("exit", "null")
	if err := e.wait(); err != nil {
		e.t.Errorf("Serve returned %v", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, m := range e.inbox {
		e.t.Errorf("the server sent an unexpected %s %s", m.Method, m.Params)
	}
}

// wait waits for Serve to return.
func (e *fakeEditor) wait() error {
	e.t.Helper()
	select {
	case err := <-e.served:
		return err
	case <-time.After(patience):
		e.t.Fatal("the server did not end")
		return nil
	}
}

func (e *fakeEditor) open(uri, language, text string) {
	e.notify("textDocument/didOpen", encodeJSON(map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": language, "version": 1, "text": text},
	}))
}

// change replaces everything.
func (e *fakeEditor) change(uri string, version int, text string) {
	e.notify("textDocument/didChange", encodeJSON(map[string]any{
		"textDocument":   map[string]any{"uri": uri, "version": version},
		"contentChanges": []any{map[string]any{"text": text}},
	}))
}

// edit replaces a range of a line.
func (e *fakeEditor) edit(uri string, version, line, from, to int, text string) {
	e.notify("textDocument/didChange", encodeJSON(map[string]any{
		"textDocument": map[string]any{"uri": uri, "version": version},
		"contentChanges": []any{map[string]any{"range": map[string]any{
			"start": map[string]any{"line": line, "character": from},
			"end":   map[string]any{"line": line, "character": to},
		}, "text": text}},
	}))
}

func (e *fakeEditor) save(uri string) { e.notify("textDocument/didSave", identify(uri)) }

func (e *fakeEditor) closeDocument(uri string) { e.notify("textDocument/didClose", identify(uri)) }

func identify(uri string) string { return fmt.Sprintf(`{"textDocument":{"uri":%q}}`, uri) }

func place(uri string, line, character int) string {
	return fmt.Sprintf(`{"textDocument":{"uri":%q},"position":{"line":%d,"character":%d}}`, uri, line, character)
}

func encodeJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

type wireLens struct {
	Range   wire.Range
	Command *struct {
		Title     string
		Command   string
		Arguments []json.RawMessage
	}
}

func (e *fakeEditor) lenses(uri string) []wireLens {
	e.t.Helper()
	var lenses []wireLens
	e.must("textDocument/codeLens", identify(uri), &lenses)
	return lenses
}

func (e *fakeEditor) titles(uri string) []string {
	e.t.Helper()
	titles := []string{}
	for _, l := range e.lenses(uri) {
		if l.Command == nil || l.Command.Title == "" || l.Command.Command == "" {
			e.t.Errorf("a lens is not complete: %+v", l)
			continue
		}
		titles = append(titles, l.Command.Title)
	}
	return titles
}

// settled asks for lenses until they are these, waiting for a refresh between.
func (e *fakeEditor) settled(uri string, want ...string) {
	e.t.Helper()
	for {
		got := e.titles(uri)
		if slices.Equal(got, want) {
			return
		}
		e.expect("workspace/codeLens/refresh")
	}
}

type wireHover struct {
	Contents struct{ Kind, Value string }
	Range    *wire.Range
}

func (e *fakeEditor) hover(uri string, line, character int) *wireHover {
	e.t.Helper()
	var h *wireHover
	e.must("textDocument/hover", place(uri, line, character), &h)
	return h
}

// fakeSummarizer writes "Does NAME", or something else when it is asked for
// another text, or fails, once its gate is open.
type fakeSummarizer struct {
	mu       sync.Mutex
	gate     chan struct{} // closed when open; nil is open
	delay    time.Duration // of every call, for tests with a fake clock
	err      error
	sure     float64  // the confidence of all answers
	stubborn bool     // knows no other text
	names    []string // of all calls
	wakeup   chan struct{}
}

func (f *fakeSummarizer) Key(function inference.Function) inference.Key {
	return function.Key("fake", nil)
}

func (f *fakeSummarizer) Summarize(ctx context.Context, function inference.Function) (inference.Summary, error) {
	f.mu.Lock()
	f.names = append(f.names, function.Name)
	gate, delay, err, sure, stubborn := f.gate, f.delay, f.err, f.sure, f.stubborn
	if f.wakeup != nil {
		close(f.wakeup)
		f.wakeup = nil
	}
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return inference.Summary{}, ctx.Err()
		}
	}
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return inference.Summary{}, ctx.Err()
		}
	}
	if err != nil {
		return inference.Summary{}, err
	}
	text := "Does " + function.Name
	if function.Variation != 0 && !stubborn {
		text += " differently"
	}
	return inference.Summary{Text: text, Source: inference.SourceModel, Model: "fake", Confidence: sure}, nil
}

// shut has the calls from now on wait until open is called.
func (f *fakeSummarizer) shut() (open func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	gate := make(chan struct{})
	f.gate = gate
	return sync.OnceFunc(func() {
		f.mu.Lock()
		f.gate = nil
		f.mu.Unlock()
		close(gate)
	})
}

func (f *fakeSummarizer) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

// set changes how it answers.
func (f *fakeSummarizer) set(change func(*fakeSummarizer)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// calls returns the names of the functions that were asked for so far.
func (f *fakeSummarizer) calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.names)
}

// called waits until n calls have begun.
func (f *fakeSummarizer) called(t testing.TB, n int) {
	t.Helper()
	timeout := time.After(patience)
	for {
		f.mu.Lock()
		if len(f.names) >= n {
			f.mu.Unlock()
			return
		}
		if f.wakeup == nil {
			f.wakeup = make(chan struct{})
		}
		wakeup := f.wakeup
		f.mu.Unlock()
		select {
		case <-wakeup:
		case <-timeout:
			t.Fatalf("the summarizer was called %d times, not %d", len(f.calls()), n)
		}
	}
}

const goURI = "file:///project/a.go"

// goText is a Go file of these functions, five lines each from line 2 on.
func goText(names ...string) string {
	var b strings.Builder
	b.WriteString("package a\n\n")
	for _, n := range names {
		fmt.Fprintf(&b, "func %s(x int) int {\n\ty := x + len(%q)\n\treturn y\n}\n\n", n, n)
	}
	return b.String()
}
