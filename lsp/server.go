// Package lsp is the language server: it puts a one-line summary on every
// function of the documents that an editor has open, as code lens, hover text,
// inlay hint, symbol detail and code action.
//
// Package wire speaks the protocol. Nothing here knows models, prompts or ONNX
// Runtime: text goes to package chunker, and its chunks to Summaries.
package lsp

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// closeTime bounds what the end of a session waits for: native code that loads a
// model or parses a text cannot be stopped. An editor, or a system that shuts
// down, wants the process gone within a second.
const closeTime = 2 * wire.DrainTime // 800 ms: half of it may go into sending what is left

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
	// Destination says where OpenSummaries sends code, "" for nowhere; nil is for
	// nowhere too. The client is told in gloss/status.
	Destination func(s settings.Settings) string
}

// Serve runs a language server on rwc until the client exits, closes the
// connection or dies, or ctx ends. It closes rwc. It returns an error when the
// client exits without shutdown, breaks the base protocol or does not read.
//
// What does not end in time is left behind, for the end of the process to end:
// what is on disk is safe at any moment.
func Serve(ctx context.Context, rwc io.ReadWriteCloser, o Options) error {
	s := newServer(ctx, o)
	s.connect(rwc)
	s.editor.Listen(s.ctx, s)
	<-s.ctx.Done()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		if err := s.editor.Close(); err != nil {
			s.log.Debug("closing the connection", zap.Error(err))
		}
		s.close()
	}()
	timer := time.NewTimer(closeTime)
	defer timer.Stop()
	select {
	case <-closed:
	case <-timer.C:
		s.log.Info("left behind what cannot be stopped")
	}
	s.end(nil) // unless it has been said before how it ends
	return s.result
}

// server does what an editor asks for in a session: it puts the documents, the
// settings and what summaries come from together, and answers from snapshots.
type server struct {
	*session
	version   string
	workers   *chunker.Workers
	config    configuration
	sources   *sources
	documents documents
	refresh   *refresher
	progress  *progress
	status    *statusReporter
	askedLens atomic.Bool // the client has requested code lenses
}

func newServer(ctx context.Context, o Options) *server {
	s := &server{
		session: newSession(ctx, o), version: o.Version, workers: o.Workers,
		config:    configuration{user: o.Settings, warned: map[string]bool{}},
		documents: documents{open: map[string]*openDocument{}},
	}
	s.config.force(o.Settings)
	for _, w := range o.Warnings {
		s.log.Warn(w)
	}
	s.sources = &sources{session: s.session, options: o, heard: s.heard, ready: make(chan struct{})}
	s.refresh = newRefresher(s.session, &s.documents, s.snapshot)
	s.progress = newProgress(s.session)
	s.status = newStatusReporter(s.session, func() string {
		if o.Destination == nil {
			return ""
		}
		return o.Destination(*s.settings())
	})
	return s
}

// close frees everything and returns when nothing of the session runs.
func (s *server) close() {
	s.wait()
	s.documents.each(func(o *openDocument) {
		delete(s.documents.open, o.current.uri)
		o.current.syntax.close()
	})
	if u := s.sources.now.Swap(nil); u != nil {
		u.close()
	}
	s.logs.close()
}
