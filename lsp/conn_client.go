package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// editor is the client as something to talk to. No method waits for room: what
// the client does not read is queued. Those that return an answer wait for it
// and must not be called on the read loop.
type editor struct {
	conn   jsonrpc2.Conn
	stream jsonrpc2.Stream
	sent   *atomic.Int64 // requests without conn
}

// call sends a request and decodes its answer into result, which may be nil.
func (e editor) call(ctx context.Context, method string, params, result any) error {
	raw, err := encode(params)
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
func (e editor) send(method string, params any) error {
	raw, err := encode(params)
	if err != nil {
		return err
	}
	id := jsonrpc2.NewNumberID(1<<30 + e.sent.Add(1))
	_, err = e.stream.Write(context.Background(), jsonrpc2.NewCall(id, method, raw))
	return err
}

func (e editor) notify(ctx context.Context, method string, params any) error {
	raw, err := encode(params)
	if err != nil {
		return err
	}
	return e.conn.Notify(ctx, method, raw)
}

// encode marshals as package protocol does, whose union types jsonrpc2 does
// not know.
func encode(v any) (jsonrpc2.RawMessage, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case jsonrpc2.RawMessage:
		return v, nil
	}
	b, err := protocol.Marshal(v)
	return b, err
}

func (e editor) refreshCodeLenses() error {
	return e.send(protocol.MethodWorkspaceCodeLensRefresh, nil)
}

func (e editor) refreshInlayHints() error {
	return e.send(protocol.MethodWorkspaceInlayHintRefresh, nil)
}

// configuration returns the client's settings for the section gloss as JSON.
func (e editor) configuration(ctx context.Context) ([]byte, error) {
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

// registerDidChangeConfiguration asks to be told when settings change.
func (e editor) registerDidChangeConfiguration() error {
	return e.send(protocol.MethodClientRegisterCapability, &protocol.RegistrationParams{
		Registrations: []protocol.Registration{{
			ID:              "gloss-configuration",
			Method:          protocol.MethodWorkspaceDidChangeConfiguration,
			RegisterOptions: protocol.LSPAny(`{"section":"gloss"}`),
		}},
	})
}

// applyEdit has the client change a document.
func (e editor) applyEdit(ctx context.Context, label string, edit WorkspaceEdit, documentChanges bool) error {
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
	return failf(codeRequestFailed, "the editor did not apply the edit: %s", reason)
}

// messageType is the severity of a message to the user.
type messageType = protocol.MessageType

const (
	messageError   = protocol.MessageTypeError
	messageWarning = protocol.MessageTypeWarning
	messageInfo    = protocol.MessageTypeInfo
)

func (e editor) showMessage(ctx context.Context, t messageType, text string) error {
	return e.notify(ctx, protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: t, Message: brief(text)})
}

// askMessage shows a message with one button and returns its title if it is
// pressed, which may take as long as it likes.
func (e editor) askMessage(ctx context.Context, t messageType, text, action string) (string, error) {
	var pressed *protocol.MessageActionItem
	err := e.call(ctx, protocol.MethodWindowShowMessageRequest, &protocol.ShowMessageRequestParams{
		Type: t, Message: brief(text), Actions: []protocol.MessageActionItem{{Title: action}},
	}, &pressed)
	if err != nil || pressed == nil {
		return "", err
	}
	return pressed.Title, nil
}

func (e editor) logMessage(ctx context.Context, t messageType, text string) error {
	return e.notify(ctx, protocol.MethodWindowLogMessage, &protocol.LogMessageParams{Type: t, Message: brief(text)})
}

// createProgress announces a progress token. Tokens are strings, because one
// editor rejects numbers.
func (e editor) createProgress(token string) error {
	return e.send(protocol.MethodWindowWorkDoneProgressCreate, &protocol.WorkDoneProgressCreateParams{Token: protocol.String(token)})
}

func (e editor) beginProgress(ctx context.Context, token, title, message string) error {
	cancellable := true
	return e.progress(ctx, token, protocol.WorkDoneProgressBegin{Kind: "begin", Title: title, Message: &message, Cancellable: &cancellable})
}

func (e editor) reportProgress(ctx context.Context, token, message string) error {
	return e.progress(ctx, token, protocol.WorkDoneProgressReport{Kind: "report", Message: &message})
}

func (e editor) endProgress(ctx context.Context, token string) error {
	return e.progress(ctx, token, protocol.WorkDoneProgressEnd{Kind: "end"})
}

func (e editor) progress(ctx context.Context, token string, value any) error {
	raw, err := protocol.Marshal(value)
	if err != nil {
		return err
	}
	return e.notify(ctx, protocol.MethodProgress, &protocol.ProgressParams{Token: protocol.String(token), Value: raw})
}

// glossRefresh is our own notification for clients that do not handle
// workspace/codeLens/refresh: the summaries of a document have changed.
func (e editor) glossRefresh(ctx context.Context, document string) error {
	return e.notify(ctx, "gloss/refresh", &protocol.TextDocumentIdentifier{URI: uri.URI(document)})
}

// glossStatus is our own notification of what the server is at.
func (e editor) glossStatus(ctx context.Context, s status) error {
	s.Message = brief(s.Message)
	return e.notify(ctx, "gloss/status", s)
}
