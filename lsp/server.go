// Package lsp is the language server: it puts a one-line summary on every
// function of the documents that an editor has open, as code lens, hover text,
// inlay hint, symbol detail and code action.
//
// The files conn_*.go speak the protocol and are the only ones that know
// go.lsp.dev; the rest sees types of this package. There is one file for each
// feature. Nothing here knows models, prompts or ONNX Runtime: text goes to
// package chunker, and its chunks to Summaries.
package lsp

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// Options say what a server is made of.
type Options struct {
	// Version is told to the client.
	Version string
	// Log takes the log in place of what Settings.Log says.
	Log *zap.Logger
	// Settings hold where the client says nothing.
	Settings settings.Settings
	// Warnings are about those Settings, and are logged.
	Warnings []string
	// Workers parse the documents; nil has them parsed in this process.
	Workers *chunker.Workers
	// OpenSummaries opens what writes and remembers summaries. It is called when
	// the settings are known, and again when those of the model, the inference or
	// the cache change. It tells warn of trouble that it can live with; that
	// reaches the user once. It is given up when ctx ends. An error that is a
	// MissingModel is offered to be mended.
	OpenSummaries func(ctx context.Context, s settings.Settings, warn func(error)) (Summaries, error)
	// Place names the model that OpenSummaries would take, and where it lies. It
	// is asked whenever a document is opened or saved, so it must be cheap; where
	// its answer changes OpenSummaries is called again. nil is for models that
	// depend on the settings alone.
	Place func(s settings.Settings) string
}

// server is one editor's session.
type server struct {
	version       string
	openSummaries func(context.Context, settings.Settings, func(error)) (Summaries, error)
	place         func(settings.Settings) string
	workers       *chunker.Workers
	log           *zap.Logger
	logs          *logs
	editor        *wire.Client
	client        wire.ClientCapabilities // set by initialize, before anything that reads it
	config        configuration
	refresh       *refresher
	progress      *progress
	status        *statusReporter

	// ctx ends with the session.
	ctx    context.Context
	cancel context.CancelFunc
	ending sync.Once
	result error

	groupMu sync.Mutex // guards closed, so that group does not grow once it is waited for
	closed  bool
	group   sync.WaitGroup

	origin    atomic.Pointer[origin] // nil until the settings are known
	ready     chan struct{}          // closed when origin is set
	readying  sync.Once
	shutDown  atomic.Bool // the client has sent shutdown
	askedLens atomic.Bool // the client has requested code lenses
	news      news        // of documents, and of what is known about their functions

	mu        sync.Mutex // guards documents and what is in them
	documents map[string]*openDocument
	versions  int // of documents, ever
}

func newServer(ctx context.Context, o Options) *server {
	s := &server{version: o.Version, openSummaries: o.OpenSummaries, place: o.Place, workers: o.Workers, ready: make(chan struct{}), documents: map[string]*openDocument{}}
	if s.place == nil {
		s.place = func(settings.Settings) string { return "" }
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.logs = newLogs(o, s)
	s.log = s.logs.logger
	s.config.init(o.Settings)
	for _, w := range o.Warnings {
		s.log.Warn(w)
	}
	s.refresh, s.progress, s.status = newRefresher(s), newProgress(s), newStatusReporter(s)
	return s
}

// background runs f besides the read loop, unless the session is being closed.
// The session does not end before f does, so f must heed s.ctx.
func (s *server) background(f func()) {
	s.groupMu.Lock()
	defer s.groupMu.Unlock()
	if s.closed {
		return
	}
	s.group.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				s.log.Error("panic in the background", zap.String("panic", wire.LogPanic(r)), zap.ByteString("stack", debug.Stack()))
			}
		}()
		f()
	})
}

// end ends the session; the first call says with which outcome.
func (s *server) end(err error) {
	s.ending.Do(func() { s.result = err })
	s.cancel()
}

// disconnected is called when nothing more can be read from the client, or
// written to it.
func (s *server) disconnected(err error) {
	switch {
	case s.ctx.Err() != nil: // because the session has ended
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, wire.ErrGone):
		s.log.Info("the client closed the connection")
		s.end(nil)
	default:
		s.log.Error("the connection to the client failed", zap.Error(err))
		s.end(err)
	}
}

// outcome is what Serve returns.
func (s *server) outcome() error {
	s.end(nil) // unless it has been said before
	return s.result
}

// close frees everything and returns when nothing of the session runs.
func (s *server) close() {
	s.cancel()
	s.groupMu.Lock()
	s.closed = true
	s.groupMu.Unlock()
	s.group.Wait()
	s.mu.Lock()
	open := s.documents
	s.documents = nil
	s.mu.Unlock()
	for _, o := range open {
		o.current.syntax.close()
	}
	if u := s.origin.Swap(nil); u != nil {
		u.close()
	}
	s.logs.close()
}
