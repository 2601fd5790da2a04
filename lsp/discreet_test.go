package lsp

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// What a client sends wrongly may be source code in the wrong place. It is in
// no log, of the server or the client, and in no message to the user.
func TestLogsHoldNoSource(t *testing.T) {
	const secret = "hunter2"
	source := "func f() { return \\\"" + secret + "\\\" }" // within JSON
	defer wire.Handle("test/panic", func(_ wire.Server, params []byte) (wire.Call[any], error) {
		return func(context.Context) (any, error) { panic(fmt.Sprintf("near %s", params)) }, nil
	})()
	core, logged := observer.New(zap.DebugLevel)
	e := newEditor(t, editorOptions{serve: func(o *Options) { o.Log = zap.New(core) }})
	for _, body := range []string{
		`[{"jsonrpc":"2.0","id":1001,"method":"` + source + `"}]`,
		`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"text":"` + source,
		`{"id":1002,"method":"textDocument/didChange","params":{"text":"` + source + `"}}`,
		`"` + source + `"`,
		source,
		`{"jsonrpc":"2.0","id":{"` + source + `":1},"method":"x"}`,
		`{"jsonrpc":"2.0","id":1003,"method":"` + source + `"}`,
		`{"jsonrpc":"2.0","method":"` + source + `"}`,
		`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":"` + source + `"}`,
		`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.go","languageId":"go","version":"` + source + `","text":1}}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.go","languageId":"` + source + `","version":1,"text":"x"}}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///a.go","version":2},"contentChanges":{"` + source + `":1}}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///a.go","version":2},"contentChanges":[{"text":{"` + source + `":1}}]}}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":{"` + source + `":1}}}`,
		`{"jsonrpc":"2.0","id":1004,"method":"workspace/executeCommand","params":{"command":"gloss.insertDoc","arguments":["` + source + `"]}}`,
		`{"jsonrpc":"2.0","id":1005,"method":"test/panic","params":"` + source + `"}`,
	} {
		e.write(body)
	}
	_ = e.request("test/panic", `"`+source+`"`, nil) // what came before it has been handled
	for _, m := range e.received("window/logMessage", "window/showMessage") {
		if strings.Contains(string(m.Params), secret) {
			t.Errorf("the client is told %s", m.Params)
		}
	}
	// A length that is too short leaves part of the message in the header's place.
	whole := `{"jsonrpc":"2.0","method":"x","params":"` + source + `"}` + "\r\n\r\n"
	if _, err := fmt.Fprintf(e.conn, "Content-Length: 39\r\n\r\n%s", whole); err != nil {
		t.Logf("write: %v", err) // it need not read all of it
	}
	if err := e.wait(); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("Serve returned %v", err)
	}
	kinds := 0
	for _, entry := range logged.All() {
		if line := fmt.Sprint(entry.Message, entry.ContextMap()); strings.Contains(line, secret) {
			t.Errorf("logged %s", line)
		} else if entry.ContextMap()["kind"] != nil {
			kinds++
		}
	}
	if kinds < 6 {
		t.Errorf("only %d messages were logged as none", kinds)
	}
}

// An id that is no integer of 64 bits is answered as none, not as another's.
func TestOddIDs(t *testing.T) {
	e := newEditor(t, editorOptions{})
	for id, answer := range map[string]string{
		"1.5":                  "null",
		"1e3":                  "null",
		"9223372036854775808":  "null",
		"9223372036854775807":  "9223372036854775807",
		"-9223372036854775808": "-9223372036854775808",
		"true":                 "null",
		`"1.5"`:                `"1.5"`,
	} {
		e.write(fmt.Sprintf(`{"id":%s,"method":"x"}`, id)) // no jsonrpc, so that it is refused
		if got := code(e.finish(answer, nil)); got != -32600 {
			t.Errorf("%s: code %d", id, got)
		}
		e.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"x"}`, id))
		want := -32601
		if answer == "null" {
			want = -32600
		}
		if got := code(e.finish(answer, nil)); got != want {
			t.Errorf("%s with a version: code %d, want %d", id, got, want)
		}
	}
	e.ignore("window/logMessage")
	e.close()
}
