package lsp

import (
	"context"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// call is the concurrent part of a request. Its result is of package protocol.
type call func(ctx context.Context) (any, error)

// requests says how each request is prepared, on the read loop.
var requests = map[string]func(*server, []byte) (call, error){
	protocol.MethodInitialize: request(func(s *server, p *protocol.InitializeParams) call {
		result := s.initialize(toClient(p))
		return now(fromCapabilities(result, s.version), nil)
	}),
	protocol.MethodShutdown: func(s *server, _ []byte) (call, error) {
		s.shutdown()
		return now(nil, nil), nil
	},
	protocol.MethodTextDocumentCodeLens: request(func(s *server, p *protocol.CodeLensParams) call {
		d := s.document(string(p.TextDocument.URI))
		return func(context.Context) (any, error) { return fromCodeLenses(s.codeLens(d)) }
	}),
	protocol.MethodTextDocumentHover: request(func(s *server, p *protocol.HoverParams) call {
		d := s.document(string(p.TextDocument.URI))
		return func(ctx context.Context) (any, error) {
			h, err := s.hover(ctx, d, Position(p.Position))
			return fromHover(h), err
		}
	}),
	protocol.MethodTextDocumentInlayHint: request(func(s *server, p *protocol.InlayHintParams) call {
		d := s.document(string(p.TextDocument.URI))
		return func(ctx context.Context) (any, error) { return fromInlayHints(s.inlayHint(ctx, d, toRange(p.Range))) }
	}),
	protocol.MethodTextDocumentDocumentSymbol: request(func(s *server, p *protocol.DocumentSymbolParams) call {
		d := s.document(string(p.TextDocument.URI))
		return func(context.Context) (any, error) { return fromSymbols(s.documentSymbol(d)), nil }
	}),
	protocol.MethodTextDocumentCodeAction: request(func(s *server, p *protocol.CodeActionParams) call {
		d := s.document(string(p.TextDocument.URI))
		return func(context.Context) (any, error) {
			actions := s.codeAction(d, toRange(p.Range), p.Context.TriggerKind == protocol.CodeActionTriggerKindAutomatic)
			return fromCodeActions(actions, p.Context.Only, s.client)
		}
	}),
	protocol.MethodWorkspaceExecuteCommand: request(func(s *server, p *protocol.ExecuteCommandParams) call {
		var argument commandArgument
		if len(p.Arguments) > 0 {
			var at protocol.TextDocumentPositionParams
			if err := unmarshal(p.Arguments[0], &at); err != nil {
				return now(nil, failf(codeInvalidParams, `the argument of %.80q must be {"textDocument": {"uri"}, "position"}: %v`, p.Command, err))
			}
			argument = commandArgument{string(at.TextDocument.URI), Position(at.Position)}
		}
		d := s.document(argument.uri)
		return func(ctx context.Context) (any, error) { return s.executeCommand(ctx, p.Command, d, argument) }
	}),
}

// notifications says what each notification does, on the read loop.
var notifications = map[string]func(*server, []byte) error{
	protocol.MethodInitialized: notification(func(s *server, _ *protocol.InitializedParams) error {
		s.initialized()
		return nil
	}),
	protocol.MethodExit: func(s *server, _ []byte) error {
		s.exit()
		return nil
	},
	protocol.MethodTextDocumentDidOpen: notification(func(s *server, p *protocol.DidOpenTextDocumentParams) error {
		t := p.TextDocument
		return s.modify(modification{action: opened, uri: string(t.URI), path: t.URI.FsPath(), language: string(t.LanguageID), version: t.Version, changes: []contentChange{{Text: t.Text}}})
	}),
	protocol.MethodTextDocumentDidChange: notification(func(s *server, p *didChangeParams) error {
		changes, err := p.changes()
		if err != nil {
			return err
		}
		return s.modify(modification{action: changed, uri: string(p.TextDocument.URI), version: p.TextDocument.Version, changes: changes})
	}),
	protocol.MethodTextDocumentDidSave: notification(func(s *server, p *protocol.DidSaveTextDocumentParams) error {
		return s.modify(modification{action: saved, uri: string(p.TextDocument.URI)})
	}),
	protocol.MethodTextDocumentDidClose: notification(func(s *server, p *protocol.DidCloseTextDocumentParams) error {
		return s.modify(modification{action: closed, uri: string(p.TextDocument.URI)})
	}),
	protocol.MethodWorkspaceDidChangeConfiguration: notification(func(s *server, p *protocol.DidChangeConfigurationParams) error {
		s.didChangeConfiguration(p.Settings)
		return nil
	}),
	protocol.MethodWindowWorkDoneProgressCancel: notification(func(s *server, p *protocol.WorkDoneProgressCancelParams) error {
		if token, ok := p.Token.(protocol.String); ok {
			s.progress.cancelled(string(token))
		}
		return nil
	}),
	// Sent to every server; nothing here depends on them.
	protocol.MethodSetTrace: func(*server, []byte) error { return nil },
}

// request decodes the params of type P before prepare runs.
func request[P any](prepare func(*server, *P) call) func(*server, []byte) (call, error) {
	return func(s *server, params []byte) (call, error) {
		p := new(P)
		if err := decodeParams(params, p); err != nil {
			return nil, err
		}
		return prepare(s, p), nil
	}
}

func notification[P any](notify func(*server, *P) error) func(*server, []byte) error {
	return func(s *server, params []byte) error {
		p := new(P)
		if err := decodeParams(params, p); err != nil {
			return err
		}
		return notify(s, p)
	}
}

func decodeParams(params []byte, into any) error {
	if len(params) == 0 {
		params = []byte("{}")
	}
	if err := unmarshal(params, into); err != nil {
		return fmt.Errorf("%w: %w", jsonrpc2.ErrInvalidParams, err)
	}
	return nil
}

// unmarshal decodes a value of package protocol, whose own errors quote what
// they could not decode: it may be source code, and errors are logged.
func unmarshal(raw []byte, into any) error {
	if protocol.Unmarshal(raw, into) != nil {
		return fmt.Errorf("%d bytes are no %T", len(raw), into)
	}
	return nil
}

// now is a request that was answered on the read loop.
func now(result any, err error) call {
	return func(context.Context) (any, error) { return result, err }
}

// didChangeParams are protocol.DidChangeTextDocumentParams, except that
// protocol reads a change with "range": null, which some clients send for the
// whole document, as one at the document's start.
type didChangeParams struct {
	TextDocument   protocol.VersionedTextDocumentIdentifier `json:"textDocument"`
	ContentChanges []struct {
		Range *protocol.Range `json:"range"`
		Text  *string         `json:"text"`
	} `json:"contentChanges"`
}

func (p *didChangeParams) changes() ([]contentChange, error) {
	changes := make([]contentChange, 0, len(p.ContentChanges))
	for _, c := range p.ContentChanges {
		if c.Text == nil {
			return nil, fmt.Errorf("a content change of %s has no text", p.TextDocument.URI)
		}
		change := contentChange{Text: *c.Text}
		if c.Range != nil {
			r := toRange(*c.Range)
			change.Range = &r
		}
		changes = append(changes, change)
	}
	return changes, nil
}
