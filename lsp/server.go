// Package lsp is the language server: it puts a one-line summary on every
// function of the documents that an editor has open, as code lens, hover text,
// inlay hint, symbol detail and code action.
//
// Package wire speaks the protocol. Nothing here knows models, prompts or ONNX
// Runtime: text goes to package chunker, and its chunks to Summaries.
package lsp

import (
	"context"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/lsp/settings"
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
	*session
	version   string
	workers   *chunker.Workers
	config    configuration
	sources   sources
	documents documents
	refresh   *refresher
	progress  *progress
	status    *statusReporter
	askedLens atomic.Bool // the client has requested code lenses
}

func newServer(ctx context.Context, o Options) *server {
	s := &server{
		session: newSession(ctx, o), version: o.Version, workers: o.Workers,
		sources:   sources{open: o.OpenSummaries, place: o.Place, ready: make(chan struct{})},
		documents: documents{open: map[string]*openDocument{}},
	}
	if s.sources.place == nil {
		s.sources.place = func(settings.Settings) string { return "" }
	}
	s.config.init(o.Settings)
	for _, w := range o.Warnings {
		s.log.Warn(w)
	}
	s.refresh, s.progress, s.status = newRefresher(s), newProgress(s.session), newStatusReporter(s.session)
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
