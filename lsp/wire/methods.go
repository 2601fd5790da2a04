package wire

import (
	"context"
	"fmt"
	"iter"
	"maps"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// requests says how each request is prepared, on the read loop.
var requests = map[string]func(Server, []byte) (call, error){
	protocol.MethodInitialize: request(func(s Server, p *protocol.InitializeParams) call {
		result := s.Initialize(toClient(p))
		return now(fromCapabilities(result), nil)
	}),
	protocol.MethodShutdown: func(s Server, _ []byte) (call, error) {
		s.Shutdown()
		return now(nil, nil), nil
	},
	protocol.MethodTextDocumentCodeLens: request(func(s Server, p *protocol.CodeLensParams) call {
		return then(s.CodeLens(string(p.TextDocument.URI)), fromCodeLenses)
	}),
	protocol.MethodTextDocumentHover: request(func(s Server, p *protocol.HoverParams) call {
		return then(s.Hover(string(p.TextDocument.URI), Position(p.Position)), fromHover)
	}),
	protocol.MethodTextDocumentInlayHint: request(func(s Server, p *protocol.InlayHintParams) call {
		return then(s.InlayHint(string(p.TextDocument.URI), toRange(p.Range)), fromInlayHints)
	}),
	protocol.MethodTextDocumentDocumentSymbol: request(func(s Server, p *protocol.DocumentSymbolParams) call {
		return then(s.DocumentSymbol(string(p.TextDocument.URI)), fromSymbols)
	}),
	protocol.MethodTextDocumentCodeAction: request(func(s Server, p *protocol.CodeActionParams) call {
		automatic := p.Context.TriggerKind == protocol.CodeActionTriggerKindAutomatic
		return then(s.CodeAction(string(p.TextDocument.URI), toRange(p.Range), automatic), func(actions []CodeAction) (any, error) {
			return fromCodeActions(actions, p.Context.Only, s.Client())
		})
	}),
	protocol.MethodWorkspaceExecuteCommand: request(func(s Server, p *protocol.ExecuteCommandParams) call {
		var argument CommandArgument
		if len(p.Arguments) > 0 {
			var at protocol.TextDocumentPositionParams
			if err := unmarshal(p.Arguments[0], &at); err != nil {
				return now(nil, Failf(CodeInvalidParams, `the argument of %.80q must be {"textDocument": {"uri"}, "position"}: %v`, p.Command, err))
			}
			argument = CommandArgument{string(at.TextDocument.URI), Position(at.Position)}
		}
		return call(s.ExecuteCommand(p.Command, argument))
	}),
}

// notifications says what each notification does, on the read loop.
var notifications = map[string]func(Server, []byte) error{
	protocol.MethodInitialized: notification(func(s Server, _ *protocol.InitializedParams) error {
		s.Initialized()
		return nil
	}),
	protocol.MethodTextDocumentDidOpen: notification(func(s Server, p *protocol.DidOpenTextDocumentParams) error {
		t := p.TextDocument
		return s.DidOpen(Document{URI: string(t.URI), Path: t.URI.FsPath(), Language: string(t.LanguageID), Version: t.Version, Text: t.Text})
	}),
	protocol.MethodTextDocumentDidChange: notification(func(s Server, p *didChangeParams) error {
		changes, err := p.changes()
		if err != nil {
			return err
		}
		return s.DidChange(string(p.TextDocument.URI), p.TextDocument.Version, changes)
	}),
	protocol.MethodTextDocumentDidSave: notification(func(s Server, p *protocol.DidSaveTextDocumentParams) error {
		return s.DidSave(string(p.TextDocument.URI))
	}),
	protocol.MethodTextDocumentDidClose: notification(func(s Server, p *protocol.DidCloseTextDocumentParams) error {
		return s.DidClose(string(p.TextDocument.URI))
	}),
	protocol.MethodWorkspaceDidChangeConfiguration: notification(func(s Server, p *protocol.DidChangeConfigurationParams) error {
		s.DidChangeConfiguration(p.Settings)
		return nil
	}),
	protocol.MethodWindowWorkDoneProgressCancel: notification(func(s Server, p *protocol.WorkDoneProgressCancelParams) error {
		if token, ok := p.Token.(protocol.String); ok {
			s.CancelProgress(string(token))
		}
		return nil
	}),
	// Sent to every server; nothing here depends on them.
	protocol.MethodSetTrace: func(Server, []byte) error { return nil },
}

// Handle has servers answer another request than the specification's. It is for
// the time before any connection, and until undo is called.
func Handle(method string, prepare func(s Server, params []byte) (Call[any], error)) (undo func()) {
	requests[method] = func(s Server, params []byte) (call, error) { return prepare(s, params) }
	return func() { delete(requests, method) }
}

// HandleNotification is Handle for a notification.
func HandleNotification(method string, notify func(s Server, params []byte) error) (undo func()) {
	notifications[method] = notify
	return func() { delete(notifications, method) }
}

// Requests lists the methods of the requests that servers answer.
func Requests() iter.Seq[string] { return maps.Keys(requests) }

// Prepare does what a request does on the read loop, and reports false where the
// method is not known.
func Prepare(s Server, method string, params []byte) (run Call[any], known bool, err error) {
	prepare, known := requests[method]
	if !known {
		return nil, false, nil
	}
	run, err = prepare(s, params)
	return run, true, err
}

// Notify does what a notification does, and reports false where the method is
// not known.
func Notify(s Server, method string, params []byte) (known bool, err error) {
	notify, known := notifications[method]
	if !known {
		return false, nil
	}
	return true, notify(s, params)
}

// then is a request whose result is encoded by encode.
func then[R any](run Call[R], encode func(R) (any, error)) call {
	return func(ctx context.Context) (any, error) {
		result, err := run(ctx)
		if err != nil {
			return nil, err
		}
		return encode(result)
	}
}

// request decodes the params of type P before prepare runs.
func request[P any](prepare func(Server, *P) call) func(Server, []byte) (call, error) {
	return func(s Server, params []byte) (call, error) {
		p := new(P)
		if err := decodeParams(params, p); err != nil {
			return nil, err
		}
		return prepare(s, p), nil
	}
}

func notification[P any](notify func(Server, *P) error) func(Server, []byte) error {
	return func(s Server, params []byte) error {
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

func (p *didChangeParams) changes() ([]ContentChange, error) {
	changes := make([]ContentChange, 0, len(p.ContentChanges))
	for _, c := range p.ContentChanges {
		if c.Text == nil {
			return nil, fmt.Errorf("a content change of %s has no text", p.TextDocument.URI)
		}
		change := ContentChange{Text: *c.Text}
		if c.Range != nil {
			r := toRange(*c.Range)
			change.Range = &r
		}
		changes = append(changes, change)
	}
	return changes, nil
}
