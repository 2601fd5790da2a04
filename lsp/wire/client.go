package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"
)

// Client is the client as something to talk to. No method waits for room: what
// the client does not read is queued. Those that return an answer wait for it
// and must not be called on the read loop.
type Client struct {
	conn      jsonrpc2.Conn
	stream    *stream
	sent      atomic.Int64 // requests without conn
	log       *zap.Logger
	lifecycle lifecycle
}

// Connect lets a server talk to the client at the other end of rwc. It does not
// listen yet. gone is called when nothing more can be read from the client, or
// written to it: with io.EOF where it has closed the connection between two
// messages, and with an error that wraps ErrGone where it does not take what it is
// sent.
func Connect(rwc io.ReadWriteCloser, log *zap.Logger, gone func(error)) *Client {
	s := newStream(rwc, log, gone)
	return &Client{conn: jsonrpc2.NewConn(s), stream: s, log: log}
}

// Listen has s handle what the client sends, until ctx ends or Close.
func (e *Client) Listen(ctx context.Context, s Server) {
	e.conn.Go(ctx, newHandler(e, s).handle)
}

// Close sends what is queued, if the client takes it soon, closes the connection,
// and returns when nothing of it runs.
func (e *Client) Close() error {
	err := e.stream.Close()
	<-e.conn.Done()
	return err
}

// Listens reports whether there is a client that may be sent notifications now.
func (e *Client) Listens() bool { return e != nil && e.lifecycle.admits("window/logMessage") }

// call sends a request and decodes its answer into result, which may be nil.
func (e *Client) call(ctx context.Context, method string, params, result any) error {
	raw, err := Encode(params)
	if err != nil {
		return err
	}
	var answer jsonrpc2.RawMessage
	if _, err := e.conn.Call(ctx, method, raw, &answer); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if result == nil || len(answer) == 0 {
		return nil
	}
	if err := unmarshal(answer, result); err != nil {
		return fmt.Errorf("the answer to %s: %w", method, err)
	}
	return nil
}

// send sends a request whose answer is not waited for. Its id is out of the
// way of those that jsonrpc2 gives, so that the answer is dropped.
func (e *Client) send(method string, params any) error {
	raw, err := Encode(params)
	if err != nil {
		return err
	}
	id := jsonrpc2.NewNumberID(1<<30 + e.sent.Add(1))
	_, err = e.stream.Write(context.Background(), jsonrpc2.NewCall(id, method, raw))
	return err
}

func (e *Client) notify(ctx context.Context, method string, params any) error {
	raw, err := Encode(params)
	if err != nil {
		return err
	}
	return e.conn.Notify(ctx, method, raw)
}

// Encode marshals as package protocol does, whose union types jsonrpc2 does
// not know.
func Encode(v any) (jsonrpc2.RawMessage, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case jsonrpc2.RawMessage:
		return v, nil
	}
	b, err := protocol.Marshal(v)
	return b, err
}

func (e *Client) RefreshCodeLenses() error {
	return e.send(protocol.MethodWorkspaceCodeLensRefresh, nil)
}

func (e *Client) RefreshInlayHints() error {
	return e.send(protocol.MethodWorkspaceInlayHintRefresh, nil)
}

// Configuration returns the client's settings for the section gloss as JSON.
func (e *Client) Configuration(ctx context.Context) ([]byte, error) {
	section := "gloss"
	var values []json.RawMessage
	err := e.call(ctx, protocol.MethodWorkspaceConfiguration, &protocol.ConfigurationParams{
		Items: []protocol.ConfigurationItem{{Section: &section}},
	}, &values)
	if err != nil || len(values) == 0 {
		return nil, err
	}
	return values[0], nil
}

// RegisterDidChangeConfiguration asks to be told when settings change.
func (e *Client) RegisterDidChangeConfiguration() error {
	return e.send(protocol.MethodClientRegisterCapability, &protocol.RegistrationParams{
		Registrations: []protocol.Registration{{
			ID:              "gloss-configuration",
			Method:          protocol.MethodWorkspaceDidChangeConfiguration,
			RegisterOptions: protocol.LSPAny(`{"section":"gloss"}`),
		}},
	})
}

// ApplyEdit has the client change a document.
func (e *Client) ApplyEdit(ctx context.Context, label string, edit WorkspaceEdit, documentChanges bool) error {
	var result protocol.ApplyWorkspaceEditResult
	err := e.call(ctx, protocol.MethodWorkspaceApplyEdit, &protocol.ApplyWorkspaceEditParams{
		Label: &label,
		Edit:  fromWorkspaceEdit(edit, documentChanges),
	}, &result)
	if err != nil || result.Applied {
		return err
	}
	reason := "no reason given"
	if result.FailureReason != nil {
		reason = *result.FailureReason
	}
	return Failf(CodeRequestFailed, "the editor did not apply the edit: %s", reason)
}

// MessageType is the severity of a message to the user.
type MessageType = protocol.MessageType

const (
	MessageError   = protocol.MessageTypeError
	MessageWarning = protocol.MessageTypeWarning
	MessageInfo    = protocol.MessageTypeInfo
)

func (e *Client) ShowMessage(ctx context.Context, t MessageType, text string) error {
	return e.notify(ctx, protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: t, Message: Brief(text)})
}

// AskMessage shows a message with one button and returns its title if it is
// pressed, which may take as long as it likes.
func (e *Client) AskMessage(ctx context.Context, t MessageType, text, action string) (string, error) {
	var pressed *protocol.MessageActionItem
	err := e.call(ctx, protocol.MethodWindowShowMessageRequest, &protocol.ShowMessageRequestParams{
		Type: t, Message: Brief(text), Actions: []protocol.MessageActionItem{{Title: action}},
	}, &pressed)
	if err != nil || pressed == nil {
		return "", err
	}
	return pressed.Title, nil
}

func (e *Client) LogMessage(ctx context.Context, t MessageType, text string) error {
	return e.notify(ctx, protocol.MethodWindowLogMessage, &protocol.LogMessageParams{Type: t, Message: Brief(text)})
}

// CreateProgress announces a progress token. Tokens are strings, because one
// editor rejects numbers.
func (e *Client) CreateProgress(token string) error {
	return e.send(protocol.MethodWindowWorkDoneProgressCreate, &protocol.WorkDoneProgressCreateParams{Token: protocol.String(token)})
}

func (e *Client) BeginProgress(ctx context.Context, token, title, message string) error {
	cancellable := true
	return e.progress(ctx, token, protocol.WorkDoneProgressBegin{Kind: "begin", Title: title, Message: &message, Cancellable: &cancellable})
}

func (e *Client) ReportProgress(ctx context.Context, token, message string) error {
	return e.progress(ctx, token, protocol.WorkDoneProgressReport{Kind: "report", Message: &message})
}

func (e *Client) EndProgress(ctx context.Context, token string) error {
	return e.progress(ctx, token, protocol.WorkDoneProgressEnd{Kind: "end"})
}

func (e *Client) progress(ctx context.Context, token string, value any) error {
	raw, err := protocol.Marshal(value)
	if err != nil {
		return err
	}
	return e.notify(ctx, protocol.MethodProgress, &protocol.ProgressParams{Token: protocol.String(token), Value: raw})
}

// GlossRefresh is our own notification for clients that do not handle
// workspace/codeLens/refresh: the summaries of a document have changed.
func (e *Client) GlossRefresh(ctx context.Context, document string) error {
	return e.notify(ctx, "gloss/refresh", &protocol.TextDocumentIdentifier{URI: uri.URI(document)})
}

// GlossStatus is our own notification of what the server is at.
func (e *Client) GlossStatus(ctx context.Context, s Status) error {
	s.Message = Brief(s.Message)
	return e.notify(ctx, "gloss/status", s)
}
