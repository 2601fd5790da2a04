package wire

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// handler is the chain that every message of the client goes through.
//
// Notifications run inline and in order, and nothing that goes wrong in one
// ends the connection. A request is prepared inline, which is when it takes
// the version of the document that it is about; the rest of it runs
// concurrently and can be cancelled.
type handler struct {
	client *Client
	server Server
	log    *zap.Logger

	mu      sync.Mutex
	running map[jsonrpc2.ID]context.CancelFunc
}

func newHandler(c *Client, s Server) *handler {
	return &handler{client: c, server: s, log: c.log, running: map[jsonrpc2.ID]context.CancelFunc{}}
}

// handle is a jsonrpc2.Handler. Its request is valid only until it returns or
// calls jsonrpc2.Async; everything that outlives that has been decoded before.
func (h *handler) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	if !req.IsCall() {
		h.notification(req)
		return nil, nil
	}
	id, method := req.ID(), req.Method()
	run, err := h.prepare(req)
	if err != nil {
		return nil, h.wireError(method, err)
	}
	own, done := h.track(id, jsonrpc2.DetachContext(ctx))
	defer done()
	jsonrpc2.Async(ctx)
	result, err := h.run(own, req.Method(), run)
	if err != nil {
		return nil, h.wireError(req.Method(), err)
	}
	return Encode(result)
}

// prepare does the part of a request that must see the documents as they are
// between the messages before and after it.
func (h *handler) prepare(req *jsonrpc2.Request) (run call, err error) {
	method := req.Method()
	defer h.contain(method, &err)
	if err := h.client.lifecycle.admit(method); err != nil {
		return nil, err
	}
	run, known, err := Prepare(h.server, method, req.Params())
	if !known {
		return nil, jsonrpc2.NewError(jsonrpc2.MethodNotFound, "this server does not offer "+fmt.Sprintf("%.80q", method))
	}
	if err != nil && method == protocol.MethodInitialize {
		h.client.lifecycle.undo()
	}
	return run, err
}

func (h *handler) run(ctx context.Context, method string, run call) (result any, err error) {
	defer h.contain(method, &err)
	result, err = run(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err() // whatever a cancelled request made is not wanted
	}
	return result, err
}

// contain turns a panic into an error, so that it costs one request.
func (h *handler) contain(method string, err *error) {
	if r := recover(); r != nil {
		h.log.Error("panic while handling a message", zap.String("method", LogName(method)), zap.String("panic", LogPanic(r)), zap.ByteString("stack", debug.Stack()))
		*err = Failf(codeInternalError, "gloss failed on %s; the log says more", method)
	}
}

func (h *handler) notification(req *jsonrpc2.Request) {
	method := req.Method()
	err := func() (err error) {
		defer h.contain(method, &err)
		if method == protocol.MethodCancelRequest {
			return h.cancel(req.Params())
		}
		if !h.client.lifecycle.admits(method) {
			return nil // as the specification has it for notifications before initialize
		}
		if method == protocol.MethodExit {
			h.server.Exit(h.client.lifecycle.isShutDown())
			return nil
		}
		known, err := Notify(h.server, method, req.Params())
		if !known {
			h.log.Debug("ignored a notification", zap.String("method", LogName(method)))
			return nil
		}
		return err
	}()
	if err != nil {
		h.log.Warn("a notification of the client could not be used", zap.String("method", LogName(method)), zap.Error(err))
	}
}

// cancel handles $/cancelRequest. It runs as soon as it is read: what it
// cancels is running, or has ended and needs no cancelling.
func (h *handler) cancel(params []byte) error {
	var p protocol.CancelParams
	if err := unmarshal(params, &p); err != nil {
		return err
	}
	var id jsonrpc2.ID
	switch v := p.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(v))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(v))
	default:
		return fmt.Errorf("the id to cancel is neither a number nor a string")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if cancel := h.running[id]; cancel != nil {
		cancel()
	}
	return nil
}

// track registers a request for cancelling until done is called. Its context
// is not jsonrpc2's own, with which the answer is sent, so that a cancelled
// request is still answered.
func (h *handler) track(id jsonrpc2.ID, parent context.Context) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(parent)
	h.mu.Lock()
	h.running[id] = cancel
	h.mu.Unlock()
	return ctx, func() {
		h.mu.Lock()
		delete(h.running, id)
		h.mu.Unlock()
		cancel()
	}
}

// wireError gives every error the code that the client is to see. jsonrpc2
// would send 0 for those that are not its own.
func (h *handler) wireError(method string, err error) error {
	var wire *jsonrpc2.Error
	var ours *responseError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return protocol.ErrRequestCancelled
	case errors.As(err, &wire):
		return jsonrpc2.NewError(wire.Code, err.Error())
	case errors.As(err, &ours):
		return jsonrpc2.NewError(jsonrpc2.Code(ours.code), ours.message)
	}
	h.log.Error("a request failed", zap.String("method", LogName(method)), zap.Error(err))
	return jsonrpc2.NewError(jsonrpc2.InternalError, err.Error())
}
