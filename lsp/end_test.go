package lsp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// deafSummarizer is a model whose loading cannot be stopped.
type deafSummarizer struct {
	fakeSummarizer
	loading chan struct{}
	loaded  chan struct{}
}

func newDeafSummarizer(t testing.TB) *deafSummarizer {
	d := &deafSummarizer{loading: make(chan struct{}, 100), loaded: make(chan struct{})}
	t.Cleanup(func() { close(d.loaded) })
	return d
}

func (d *deafSummarizer) Summarize(ctx context.Context, r inference.Function) (inference.Summary, error) {
	d.loading <- struct{}{}
	<-d.loaded
	return d.fakeSummarizer.Summarize(ctx, r)
}

// However a session ends, it ends at once, though native code runs that cannot
// be stopped: a model that loads, a text that is parsed, a request that waits for
// either, work in the background.
func TestEndWaitsForNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(*fakeEditor, context.CancelFunc)
		want error
	}{
		"shutdown and exit": {func(e *fakeEditor, _ context.CancelFunc) {
			e.must("shutdown", "null", nil)
			e.notify("exit", "null")
		}, nil},
		"exit":         {func(e *fakeEditor, _ context.CancelFunc) { e.notify("exit", "null") }, errNoShutdown},
		"end of input": {func(e *fakeEditor, _ context.CancelFunc) { e.conn.Close() }, nil},
		"a signal":     {func(_ *fakeEditor, cancel context.CancelFunc) { cancel() }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			forever := make(chan struct{})
			defer close(forever)
			undo := wire.Handle("test/hang", func(of wire.Server, _ []byte) (wire.Call[any], error) {
				s := of.(*server)
				s.background(func() { <-forever })
				s.documents.each(func(o *openDocument) { o.current.syntax.mu.Lock() })
				return func(context.Context) (any, error) { <-forever; return nil, nil }, nil
			})
			defer undo()
			model := newDeafSummarizer(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			e := newEditor(t, editorOptions{ctx: ctx, serve: func(o *Options) {
				o.OpenSummaries = func(context.Context, settings.Settings, func(error)) (Summaries, error) {
					scheduler := inference.NewScheduler(model, cache.Open("", cache.Options{}), inference.Options{})
					return scheduler, nil
				}
			}})
			e.open(goURI, "go", goText("Alpha"))
			<-model.loading
			e.start("textDocument/hover", place(goURI, 2, 6))
			e.start("test/hang", "null")
			e.edit(goURI, 2, 3, 1, 1, "z := 1; ")
			e.start("textDocument/codeLens", identify(goURI))
			start := time.Now()
			tt.end(e, cancel)
			if err := e.wait(); !errors.Is(err, tt.want) {
				t.Errorf("Serve returned %v, want %v", err, tt.want)
			}
			if took := time.Since(start); took > patience/3 {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// A client that has stopped to read costs no more time either.
func TestEndOfAClientThatDoesNotRead(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, server, Options{Log: zap.NewNop(), Settings: settings.Default()}) }()
	const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"capabilities":{}}}`
	if _, err := fmt.Fprintf(client, "Content-Length: %d\r\n\r\n%s", len(initialize), initialize); err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case err := <-served:
		if err != nil {
			t.Errorf("Serve returned %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the server did not end")
	}
}

// The next model does not wait for the one before, which may be loading.
func TestModelsChangeWithoutWaiting(t *testing.T) {
	slow := newDeafSummarizer(t)
	fast := &fakeSummarizer{}
	e := newEditor(t, editorOptions{capabilities: lensClient, serve: func(o *Options) {
		o.OpenSummaries = func(_ context.Context, s settings.Settings, _ func(error)) (Summaries, error) {
			var model inference.Summarizer = slow
			if s.Inference.MaxOutputTokens == 7 {
				model = fast
			}
			scheduler := inference.NewScheduler(model, cache.Open("", cache.Options{}), inference.Options{})
			return scheduler, nil
		}
	}})
	e.open(goURI, "go", goText("Alpha"))
	<-slow.loading
	e.notify("workspace/didChangeConfiguration", `{"settings": {"gloss": {"inference": {"maxOutputTokens": 7}}}}`)
	e.settled(goURI, "Does Alpha")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}
