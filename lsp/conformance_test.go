package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// Each test here holds the server to something that the libraries under it, or
// real editors, get wrong.

func TestChangesApplyInOrderUnderLoad(t *testing.T) {
	e := newEditor(t, editorOptions{options: `{"hoverWait": "30s"}`})
	e.open(goURI, "go", goText("F0"))
	// Each change renames the function; one that is lost or out of order
	// leaves another text, because a range is replaced.
	const changes = 10_000
	for i := 1; i <= changes; i++ {
		e.edit(goURI, i+1, 2, 5, 5+len(fmt.Sprintf("F%d", i-1)), fmt.Sprintf("F%d", i))
		if i%200 == 0 {
			h := e.hover(goURI, 2, 6) // its own version, though more are queued
			if want := fmt.Sprintf("Does F%d", i); h == nil || !strings.Contains(h.Contents.Value, want) {
				t.Fatalf("after change %d: hover %+v, want %q", i, h, want)
			}
		}
	}
	e.settled(goURI, fmt.Sprintf("Does F%d", changes))
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

func TestRequestSeesItsOwnVersion(t *testing.T) {
	e := newEditor(t, editorOptions{})
	open := e.summarizer.shut()
	e.open(goURI, "go", goText("First"))
	id := e.start("textDocument/hover", place(goURI, 2, 6))
	e.summarizer.called(t, 1)
	e.change(goURI, 2, "package a\n") // while the hover waits
	open()
	var h *wireHover
	if err := e.finish(id, &h); err != nil || h == nil || !strings.Contains(h.Contents.Value, "First") {
		t.Fatalf("hover %+v, %v", h, err)
	}
	if titles := e.titles(goURI); len(titles) != 0 {
		t.Errorf("lenses after everything was deleted: %q", titles)
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

func TestCancel(t *testing.T) {
	for _, id := range []string{`900`, `"nine"`} {
		t.Run(id, func(t *testing.T) {
			e := newEditor(t, editorOptions{options: `{"hoverWait": "30s"}`})
			open := e.summarizer.shut()
			defer open()
			e.open(goURI, "go", goText("Slow"))
			e.summarizer.called(t, 1)
			e.startAs(id, "textDocument/hover", place(goURI, 2, 6))
			e.notify("$/cancelRequest", fmt.Sprintf(`{"id":%s}`, id))
			if got := code(e.finish(id, nil)); got != -32800 {
				t.Errorf("code %d, want -32800", got)
			}
			e.close()
		})
	}
}

func TestRequestsAreCancelledAtTheEnd(t *testing.T) {
	e := newEditor(t, editorOptions{options: `{"hoverWait": "30s"}`})
	open := e.summarizer.shut()
	defer open()
	e.open(goURI, "go", goText("Slow"))
	e.start("textDocument/hover", place(goURI, 2, 6))
	e.summarizer.called(t, 1)
	e.conn.Close()
	if err := e.wait(); err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

func TestBadMessagesAreSurvived(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.open(goURI, "go", goText("Alpha"))
	for _, n := range []struct{ method, params string }{
		{"$/nobodyKnows", `{}`},
		{"nobody/knows", `[1]`},
		{"$/cancelRequest", `{"id": {"a": 1}}`},
		{"$/cancelRequest", `17`},
		{"$/cancelRequest", `{"id": 4711}`},
		{"textDocument/didOpen", `{"textDocument": 1}`},
		{"textDocument/didChange", `{}`},
		{"textDocument/didChange", `null`},
		{"textDocument/didChange", `{"textDocument":{"uri":"` + goURI + `","version":2},"contentChanges":[{"range":"everything"}]}`},
		{"textDocument/didChange", `{"textDocument":{"uri":"` + goURI + `","version":2},"contentChanges":[{}]}`},
		{"textDocument/didChange", `{"textDocument":{"uri":"file:///not/open.go","version":2},"contentChanges":[{"text":""}]}`},
		{"textDocument/didClose", `{"textDocument":{"uri":"file:///not/open.go"}}`},
		{"workspace/didChangeConfiguration", `{"settings": 7}`},
		{"window/workDoneProgress/cancel", `{"token": 7}`},
		{"initialized", `[]`},
	} {
		e.notify(n.method, n.params)
	}
	if got := code(e.request("textDocument/rename", `{}`, nil)); got != -32601 {
		t.Errorf("a method that is not offered: code %d", got)
	}
	for _, params := range []string{`7`, `{"textDocument": []}`, `{"textDocument":{"uri":5},"position":{}}`} {
		if got := code(e.request("textDocument/hover", params, nil)); got != -32602 {
			t.Errorf("hover with params %s: code %d", params, got)
		}
	}
	e.settled(goURI, "Does Alpha")
	e.ignore("window/logMessage", "workspace/codeLens/refresh", "workspace/configuration")
	e.close()
}

func TestRangeNullIsTheWholeDocument(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.open(goURI, "go", goText("Before"))
	text, _ := json.Marshal(goText("After"))
	// Anywhere in a batch, and the rest applies to its result.
	e.notify("textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":2},"contentChanges":[
		{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"lost"},
		{"range":null,"text":%s},
		{"range":{"start":{"line":2,"character":5},"end":{"line":2,"character":10}},"text":"Later"}]}`, goURI, text))
	e.settled(goURI, "Does Later")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

// Some clients do not count: what they send has happened all the same, and the
// ranges after it are those of the text that they have.
func TestVersionsThatDoNotIncrease(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.open(goURI, "go", goText("Alpha"))
	e.settled(goURI, "Does Alpha")
	for i, version := range []int{1, 0, -7, 0, 0} {
		e.edit(goURI, version, 2, 5, 5, fmt.Sprint("N", i))
	}
	e.settled(goURI, "Does N4N3N2N1N0Alpha")
	if m := e.expect("window/logMessage"); !strings.Contains(string(m.Params), "do not increase") {
		t.Errorf("logged %s", m.Params)
	}
	e.change(goURI, 0, goText("Beta"))
	e.settled(goURI, "Does Beta")
	e.ignore("workspace/codeLens/refresh")
	e.close() // with no second warning
}

func TestPanicCostsOneRequest(t *testing.T) {
	defer wire.Handle("test/panic", func(wire.Server, []byte) (wire.Call[any], error) {
		return func(context.Context) (any, error) { panic("concurrent") }, nil
	})()
	defer wire.Handle("test/panicEarly", func(wire.Server, []byte) (wire.Call[any], error) { panic("on the read loop") })()
	defer wire.HandleNotification("test/panicNotification", func(wire.Server, []byte) error { panic("notification") })()
	core, logged := observer.New(zap.ErrorLevel)
	e := newEditor(t, editorOptions{serve: func(o *Options) { o.Log = zap.New(core) }})
	for _, method := range []string{"test/panic", "test/panicEarly"} {
		if got := code(e.request(method, `{}`, nil)); got != -32603 {
			t.Errorf("%s: code %d, want -32603", method, got)
		}
	}
	e.notify("test/panicNotification", `{}`)
	e.open(goURI, "go", goText("Alpha"))
	e.settled(goURI, "Does Alpha")
	if n := logged.Len(); n != 3 {
		t.Errorf("%d panics were logged, want 3", n)
	}
	e.ignore("window/logMessage", "workspace/codeLens/refresh")
	e.close()
}

func TestErrorsNeverHaveCodeZero(t *testing.T) {
	defer wire.Handle("test/fail", func(wire.Server, []byte) (wire.Call[any], error) {
		return func(context.Context) (any, error) { return nil, errors.New("something else") }, nil
	})()
	defer wire.Handle("test/deadline", func(wire.Server, []byte) (wire.Call[any], error) {
		return func(context.Context) (any, error) { return nil, fmt.Errorf("wrapped: %w", context.DeadlineExceeded) }, nil
	})()
	e := newEditor(t, editorOptions{})
	if got := code(e.request("test/fail", `{}`, nil)); got != -32603 {
		t.Errorf("any error: code %d", got)
	}
	if got := code(e.request("test/deadline", `{}`, nil)); got != -32800 {
		t.Errorf("a context's error: code %d", got)
	}
	e.ignore("window/logMessage")
	e.close()
}

func TestNotJSON(t *testing.T) {
	e := newEditor(t, editorOptions{})
	for _, test := range []struct {
		body, id string
		code     int
	}{
		{`{"jsonrpc":`, "null", -32700},
		{`not json`, "null", -32700},
		{`"string"`, "null", -32600},
		{`{"id":{},"method":"x"}`, "null", -32600},
		{`{"jsonrpc":"2.0","id":990,"method":5}`, "990", -32600},
		{`{"id":"abc","method":"x"}`, `"abc"`, -32600},
		{`[{"jsonrpc":"2.0","id":991,"method":"x"}]`, "null", -32600},
	} {
		e.write(test.body)
		err := e.finish(test.id, nil)
		if got := code(err); got != test.code {
			t.Errorf("%s: %v, want the code %d", test.body, err, test.code)
		}
	}
	e.open(goURI, "go", goText("Alpha"))
	e.settled(goURI, "Does Alpha")
	e.ignore("window/logMessage", "workspace/codeLens/refresh")
	e.close()
}

func TestFailedInitialize(t *testing.T) {
	e := newEditor(t, editorOptions{raw: true})
	if got := code(e.request("initialize", `{"processId":"x","capabilities":5}`, nil)); got != -32602 {
		t.Errorf("a broken initialize: code %d", got)
	}
	if got := code(e.request("textDocument/codeLens", `{"textDocument":{"uri":"file:///a.go"}}`, nil)); got != -32002 {
		t.Errorf("a request after it: code %d", got)
	}
	if err := e.request("initialize", `{"processId":null,"rootUri":null,"capabilities":{}}`, nil); err != nil {
		t.Errorf("a second try: %v", err)
	}
	e.close()
}

func TestBrokenHeaderEndsTheSession(t *testing.T) {
	for _, header := range []string{
		"GET / HTTP/1.1\r\n\r\n",
		"Content-Length: many\r\n\r\n",
		"Content-Length: -1\r\n\r\n",
		"Content-Length: 99999999999\r\n\r\n",
		"Content-Type: x\r\n\r\n",
		strings.Repeat("x", 5000),
	} {
		e := newEditor(t, editorOptions{})
		if _, err := io.WriteString(e.conn, header); err != nil {
			t.Logf("write: %v", err) // it need not read all of it
		}
		if err := e.wait(); err == nil {
			t.Errorf("%.40q: Serve returned no error", header)
		}
	}
}

// A client that does not read must not keep the server from reading.
func TestStalledClient(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	served := make(chan error, 1)
	o := Options{Log: zap.NewNop(), Settings: settings.Default()}
	go func() { served <- Serve(t.Context(), server, o) }()
	send := func(body string) error {
		_, err := fmt.Fprintf(client, "Content-Length: %d\r\n\r\n%s", len(body), body)
		return err
	}
	if err := send(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`); err != nil {
		t.Fatal(err)
	}
	// net.Pipe has no buffer: each write returns only when it was read.
	for i := range 1000 {
		if err := send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"textDocument/codeLens","params":{"textDocument":{"uri":%q}}}`, i+2, goURI)); err != nil {
			t.Fatal(err)
		}
	}
	client.Close()
	if err := <-served; err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

func TestUnreadAnswersAreBounded(t *testing.T) {
	defer wire.Handle("test/large", func(wire.Server, []byte) (wire.Call[any], error) {
		return func(context.Context) (any, error) {
			return json.RawMessage(`"` + strings.Repeat("x", 1<<20) + `"`), nil
		}, nil
	})()
	client, server := net.Pipe()
	defer client.Close()
	served := make(chan error, 1)
	o := Options{Log: zap.NewNop(), Settings: settings.Default()}
	go func() { served <- Serve(t.Context(), server, o) }()
	var err error
	send := func(body string) {
		if err == nil {
			_, err = fmt.Fprintf(client, "Content-Length: %d\r\n\r\n%s", len(body), body)
		}
	}
	send(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`)
	// On one core, answers may come only after many more questions.
	for i := 0; err == nil && i < 64*wire.MaxUnsent>>20; i++ {
		send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"test/large","params":{}}`, i+2))
	}
	if err == nil {
		t.Error("the server took everything")
	}
	if err := <-served; err == nil || !strings.Contains(err.Error(), "unread") {
		t.Errorf("Serve returned %v", err)
	}
}

func TestLifecycle(t *testing.T) {
	e := newEditor(t, editorOptions{raw: true})
	if got := code(e.request("textDocument/hover", place(goURI, 0, 0), nil)); got != -32002 {
		t.Errorf("before initialize: code %d", got)
	}
	e.open(goURI, "go", goText("Early")) // dropped
	var result struct {
		Capabilities struct {
			PositionEncoding       string
			CodeLensProvider       struct{ ResolveProvider bool }
			ExecuteCommandProvider struct{ Commands []string }
			TextDocumentSync       struct{ Change int }
			DocumentSymbolProvider bool
		}
		ServerInfo struct{ Name, Version string }
	}
	e.must("initialize", `{"processId":null,"rootUri":null,"capabilities":{"general":{"positionEncodings":["utf-32","utf-8"]}}}`, &result)
	if c := result.Capabilities; c.PositionEncoding != "utf-8" || c.CodeLensProvider.ResolveProvider ||
		c.TextDocumentSync.Change != 2 || c.DocumentSymbolProvider || !slices.Contains(c.ExecuteCommandProvider.Commands, "gloss.regenerate") {
		t.Errorf("capabilities %+v", c)
	}
	if result.ServerInfo.Name != "gloss" || result.ServerInfo.Version != "test" {
		t.Errorf("server %+v", result.ServerInfo)
	}
	if got := code(e.request("initialize", `{"processId":null,"rootUri":null,"capabilities":{}}`, nil)); got != -32600 {
		t.Errorf("a second initialize: code %d", got)
	}
	if titles := e.titles(goURI); len(titles) != 0 {
		t.Errorf("a document from before initialize has lenses: %q", titles)
	}
	e.must("shutdown", "null", nil)
	if got := code(e.request("textDocument/hover", place(goURI, 0, 0), nil)); got != -32600 {
		t.Errorf("after shutdown: code %d", got)
	}
	e.notify("exit", "null")
	if err := e.wait(); err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

func TestExitWithoutShutdown(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.notify("exit", "null")
	if err := e.wait(); !errors.Is(err, errNoShutdown) {
		t.Errorf("Serve returned %v", err)
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, server, Options{Log: zap.NewNop(), Settings: settings.Default()}) }()
	cancel()
	if err := <-served; err != nil {
		t.Errorf("Serve returned %v", err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the connection is not closed: %v", err)
	}
}

// FuzzServe sends any bytes after a proper beginning. The session may end, but
// Serve must return, and without a panic.
func FuzzServe(f *testing.F) {
	frame := func(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }
	f.Add([]byte(frame(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.go","languageId":"go","version":1,"text":"package a\nfunc F() {\n\n}\n"}}}`) +
		frame(`{"jsonrpc":"2.0","id":2,"method":"textDocument/codeLens","params":{"textDocument":{"uri":"file:///a.go"}}}`)))
	f.Add([]byte(frame(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///a.go","version":2},"contentChanges":[{"range":{"start":{"line":1,"character":4294967295},"end":{"line":0,"character":0}},"text":"x"}]}}`)))
	f.Add([]byte(frame(`[]`) + frame(`{"id":1}`) + "Content-Length: 5\r\n\r\n{"))
	f.Add([]byte(frame(`{"jsonrpc":"2.0","id":"x","method":"workspace/executeCommand","params":{"command":"gloss.insertDoc","arguments":[{"textDocument":{"uri":"file:///a.go"},"position":{"line":1,"character":5}}]}}`)))
	f.Fuzz(func(t *testing.T, stream []byte) {
		client, server := net.Pipe()
		served := make(chan error, 1)
		go func() {
			served <- Serve(t.Context(), server, Options{
				Log: zap.NewNop(), Settings: settings.Default(),
				OpenSummaries: func(context.Context, settings.Settings, func(error)) (Summaries, error) {
					scheduler := inference.NewScheduler(&fakeSummarizer{}, cache.Open("", cache.Options{}), inference.Options{})
					return scheduler, nil
				},
			})
		}()
		go func() { _, _ = io.Copy(io.Discard, client) }()
		_, _ = io.WriteString(client, frame(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`)+
			frame(`{"jsonrpc":"2.0","method":"initialized","params":{}}`))
		_, _ = client.Write(stream) // the server may have hung up
		client.Close()
		<-served
	})
}
