package lsp

import (
	"context"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// Requests take the document that is current when they arrive; what they say of
// it they work out beside the read loop.

// CodeLens implements wire.Server.
func (s *server) CodeLens(uri string) wire.Call[[]wire.CodeLens] {
	d := s.document(uri)
	return func(context.Context) ([]wire.CodeLens, error) { return s.codeLens(d), nil }
}

// Hover implements wire.Server.
func (s *server) Hover(uri string, at wire.Position) wire.Call[*wire.Hover] {
	d := s.document(uri)
	return func(ctx context.Context) (*wire.Hover, error) { return s.hover(ctx, d, at) }
}

// InlayHint implements wire.Server.
func (s *server) InlayHint(uri string, in wire.Range) wire.Call[[]wire.InlayHint] {
	d := s.document(uri)
	return func(ctx context.Context) ([]wire.InlayHint, error) { return s.inlayHint(ctx, d, in), nil }
}

// DocumentSymbol implements wire.Server.
func (s *server) DocumentSymbol(uri string) wire.Call[[]wire.Symbol] {
	d := s.document(uri)
	return func(context.Context) ([]wire.Symbol, error) { return s.documentSymbol(d), nil }
}

// CodeAction implements wire.Server.
func (s *server) CodeAction(uri string, selection wire.Range, automatic bool) wire.Call[[]wire.CodeAction] {
	d := s.document(uri)
	return func(context.Context) ([]wire.CodeAction, error) { return s.codeAction(d, selection, automatic), nil }
}

// ExecuteCommand implements wire.Server.
func (s *server) ExecuteCommand(name string, argument wire.CommandArgument) wire.Call[any] {
	d := s.document(argument.URI)
	return func(ctx context.Context) (any, error) { return s.executeCommand(ctx, name, d, argument) }
}

// DidOpen implements wire.Server.
func (s *server) DidOpen(d wire.Document) error {
	return s.modify(modification{action: opened, uri: d.URI, path: d.Path, language: d.Language, version: d.Version, changes: []wire.ContentChange{{Text: d.Text}}})
}

// DidChange implements wire.Server.
func (s *server) DidChange(uri string, version int32, changes []wire.ContentChange) error {
	return s.modify(modification{action: changed, uri: uri, version: version, changes: changes})
}

// DidSave implements wire.Server.
func (s *server) DidSave(uri string) error { return s.modify(modification{action: saved, uri: uri}) }

// DidClose implements wire.Server.
func (s *server) DidClose(uri string) error { return s.modify(modification{action: closed, uri: uri}) }

// CancelProgress implements wire.Server. Work that is cancelled is not done until a
// document is opened, changed or saved, or a command asks.
func (s *server) CancelProgress(token string) {
	if s.progress.cancelled(token) {
		s.forgetAll()
	}
}
