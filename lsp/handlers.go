package lsp

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// hintWait is how long hints wait for summaries, where the client cannot be
// told that there are new ones. It is below the patience of the clients that
// are known.
const hintWait = 10 * time.Second

// about is the rest of a request about a document: what f says of a snapshot of the
// version that is current when the request arrives, which is worked out beside the
// read loop. Of a document that is not open it says nothing.
func about[R any](s *server, uri string, f func(ctx context.Context, snap *snapshot) R) wire.Call[R] {
	d := s.documents.current(uri)
	return func(ctx context.Context) (said R, err error) {
		if d != nil {
			said = f(ctx, s.snapshot(d))
		}
		return said, nil
	}
}

// CodeLens implements wire.Server.
func (s *server) CodeLens(uri string) wire.Call[[]wire.CodeLens] {
	s.askedLens.Store(true)
	return about(s, uri, func(_ context.Context, snap *snapshot) []wire.CodeLens {
		s.refresh.gave(snap, func(o *openDocument) *answer { return &o.lenses }, lensLines(snap))
		return codeLenses(snap)
	})
}

// Hover implements wire.Server.
func (s *server) Hover(uri string, at wire.Position) wire.Call[*wire.Hover] {
	return about(s, uri, func(ctx context.Context, snap *snapshot) *wire.Hover {
		g := hovered(snap, at)
		if g == nil {
			return nil
		}
		return hover(snap, s.sources.await(ctx, snap, g))
	})
}

// InlayHint implements wire.Server.
func (s *server) InlayHint(uri string, in wire.Range) wire.Call[[]wire.InlayHint] {
	return about(s, uri, func(ctx context.Context, snap *snapshot) []wire.InlayHint {
		if snap.hints && !s.client.InlayHintRefresh && !s.client.GlossRefresh {
			snap = s.awaitHints(ctx, snap, in)
		}
		s.refresh.gave(snap, func(o *openDocument) *answer { return &o.hints }, hintLines(snap))
		return inlayHints(snap, in)
	})
}

// awaitHints waits until nothing in a range is being written, and returns what is
// known then. Helix asks for the hints of a screen once, and again only when the
// user scrolls or types, so what it is not given then it would never show. It asks
// beside its work, and throws away what comes too late.
func (s *server) awaitHints(ctx context.Context, snap *snapshot, r wire.Range) *snapshot {
	ctx, cancel := context.WithTimeout(ctx, hintWait)
	defer cancel()
	var changed <-chan struct{} = s.sources.ready
	for {
		select {
		case <-changed:
		case <-ctx.Done():
			return snap
		case <-s.ctx.Done():
			return snap
		}
		// More than the Scheduler's events ends the wait: an edit, other settings,
		// an analysis that finds nothing to do.
		changed = s.documents.news.wait()
		snap = s.snapshot(snap.document)
		if snap.origin.from() == nil || s.documents.current(snap.uri) != snap.document || !beingWritten(snap, r) {
			return snap
		}
	}
}

// DocumentSymbol implements wire.Server.
func (s *server) DocumentSymbol(uri string) wire.Call[[]wire.Symbol] {
	return about(s, uri, func(_ context.Context, snap *snapshot) []wire.Symbol { return documentSymbols(snap) })
}

// CodeAction implements wire.Server.
func (s *server) CodeAction(uri string, selection wire.Range, automatic bool) wire.Call[[]wire.CodeAction] {
	return about(s, uri, func(_ context.Context, snap *snapshot) []wire.CodeAction {
		return codeActions(snap, selection, automatic)
	})
}

// Documents change here and nowhere else: on the read loop, in the order of the
// client's notifications.

// DidOpen implements wire.Server.
func (s *server) DidOpen(d wire.Document) error {
	s.documents.mu.Lock()
	defer s.documents.mu.Unlock()
	if o := s.documents.open[d.URI]; o != nil { // a client that opens twice means the second
		s.drop(o)
	}
	o := &openDocument{current: s.documents.version(document{
		uri: d.URI, path: d.Path, language: d.Language, version: d.Version,
		mapper: newMapper(d.Text, s.client.Encoding), syntax: s.newSyntax(d.URI, d.Path, d.Language), past: &past{},
	})}
	s.documents.open[d.URI] = o
	s.analyze(o, urgently)
	s.background(s.followModel)
	return nil
}

// DidChange implements wire.Server.
func (s *server) DidChange(uri string, version int32, changes []wire.ContentChange) error {
	return s.documents.with(uri, func(o *openDocument) {
		o.current.syntax.keepUp(o.current)
		after := *o.current
		if version <= after.version && !o.miscounted {
			// The client's text has changed whatever it counts, and what it sends
			// next is about that text.
			o.miscounted = true
			s.log.Warn("the client's versions of a document do not increase; its changes are applied as they come", zap.String("uri", uri), zap.Int32("version", version), zap.Int32("current", after.version))
		}
		after.version, after.mapper = version, applyChanges(after.mapper, changes)
		o.current = s.documents.version(after)
		s.analyze(o, afterPause)
	})
}

// DidSave implements wire.Server.
func (s *server) DidSave(uri string) error {
	return s.documents.with(uri, func(o *openDocument) {
		s.analyze(o, urgently)
		s.background(s.followModel)
	})
}

// DidClose implements wire.Server.
func (s *server) DidClose(uri string) error { return s.documents.with(uri, s.drop) }

// drop forgets a document that is not open any more. The caller holds the lock of
// s.documents.
func (s *server) drop(o *openDocument) {
	delete(s.documents.open, o.current.uri)
	s.documents.news.tell()
	o.ask(nil)
	s.background(o.current.syntax.close) // it waits for a parse that is under way
}

// CancelProgress implements wire.Server. Work that is cancelled is not done until a
// document is opened, changed or saved, or a command asks.
func (s *server) CancelProgress(token string) {
	if s.progress.cancelled(token) {
		s.forgetAll()
	}
}
