package lsp

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// A log that is a pipe would have every message wait for a reader.
func TestLogIsNoPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "log")
	if out, err := exec.Command("mkfifo", pipe).CombinedOutput(); err != nil {
		t.Skipf("mkfifo: %v, %s", err, out)
	}
	e := newEditor(t, editorOptions{
		options: fmt.Sprintf(`{"log": {"file": %q}}`, pipe),
		serve:   func(o *Options) { o.Log = nil },
	})
	if m := e.expect("window/logMessage"); !strings.Contains(string(m.Params), "gloss.log.file") || !strings.Contains(string(m.Params), "not a regular file") {
		t.Errorf("logged %s", m.Params)
	}
	e.close()
}

// The session ends although a model is still being read.
func TestShutdownWhileAModelIsOpened(t *testing.T) {
	reading := make(chan struct{})
	e := newEditor(t, editorOptions{serve: func(o *Options) {
		o.OpenSummaries = func(ctx context.Context, _ settings.Settings, _ func(error)) (Summaries, error) {
			close(reading)
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}})
	<-reading
	e.close()
}

// What a message quotes may be of any length; what to do stands at its end.
func TestLongMessagesAreCut(t *testing.T) {
	e := newEditor(t, editorOptions{serve: func(o *Options) {
		o.OpenSummaries = func(context.Context, settings.Settings, func(error)) (Summaries, error) {
			return nil, errors.New(strings.Repeat("ü", 450_000) + ": run gloss doctor")
		}
	}})
	m := e.expect("window/showMessage")
	if n := len(m.Params); n > wire.MaxShown+200 || !strings.Contains(string(m.Params), "run gloss doctor") {
		t.Errorf("the message has %d bytes: %.100s", n, m.Params)
	}
	e.open(goURI, "go", goText("X"))
	e.settled(goURI, "–")
	if h := e.hover(goURI, 2, 6); h == nil || len(h.Contents.Value) > 2*wire.MaxShown {
		t.Errorf("the hover is %.100v", h)
	}
	e.ignore("window/logMessage", "workspace/codeLens/refresh")
	e.close()
}
