package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
)

// session is one connection of a client.
type session struct {
	server *Server
	ctx    context.Context // ends when the client hangs up

	// The server's mutex guards what follows.
	name             string
	pid              int
	model            *model // nil before open
	share            *inference.Share
	waiting, written int

	mu       sync.Mutex
	requests map[uint64]*request
}

// request is a summarize that has not been answered.
type request struct {
	ctx    context.Context
	cancel context.CancelFunc
	raised chan inference.Priority // has room for one
}

// serve answers a client until it hangs up.
func (s *Server) serve(c *net.UnixConn) {
	// Whoever hangs up wants nothing any more, and what runs for it must not keep
	// the connection from ending.
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	x := &session{server: s, ctx: ctx, requests: map[uint64]*request{}}
	s.mu.Lock()
	s.sessions[x] = struct{}{}
	s.mu.Unlock()
	stop := context.AfterFunc(s.ctx, func() { c.Close() })
	conn := jsonrpc2.NewConn(newStream(&watched{c, cancel}))
	conn.Go(ctx, x.handle)
	<-conn.Done()
	stop()
	c.Close()

	s.mu.Lock()
	delete(s.sessions, x)
	m := x.model
	s.mu.Unlock()
	if m != nil {
		s.pool.put(m)
	}
}

// watched is a connection that tells when nothing more can be read.
type watched struct {
	*net.UnixConn
	gone context.CancelFunc
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.UnixConn.Read(b)
	if err != nil {
		w.gone()
	}
	return n, err
}

func (x *session) handle(ctx context.Context, r *jsonrpc2.Request) (any, error) {
	switch r.Method() {
	case methodOpen:
		return nil, call(r, func(p openParams) error { return x.open(ctx, p) })
	case methodSummarize:
		return x.summarize(ctx, r)
	case methodRaise:
		return nil, call(r, func(p raiseParams) error { x.raise(p); return nil })
	case methodCancel:
		return nil, call(r, func(p cancelParams) error { x.cancel(p.Request); return nil })
	case methodPing:
		return nil, nil
	case methodStatus:
		return encode(x.server.status())
	case methodStop:
		x.server.log.Info("a client has asked the daemon to end")
		x.server.end()
		return nil, nil
	}
	return nil, jsonrpc2.NewError(jsonrpc2.MethodNotFound, fmt.Sprintf("the daemon does not know %.80q", r.Method()))
}

// encode is for results that hold durations, which jsonrpc2's codec refuses.
func encode(v any) (jsonrpc2.RawMessage, error) {
	b, err := json.Marshal(v)
	return b, err
}

// call decodes the parameters of r for f.
func call[P any](r *jsonrpc2.Request, f func(P) error) error {
	var p P
	if err := json.Unmarshal(r.Params(), &p); err != nil {
		return jsonrpc2.NewError(jsonrpc2.InvalidParams, fmt.Sprintf("%s: %v", r.Method(), err))
	}
	return f(p)
}

func (x *session) open(ctx context.Context, p openParams) error {
	m, backend, err := x.server.pool.get(ctx, p.Config)
	if err != nil {
		return jsonrpc2.NewError(codeUnavailable, err.Error())
	}
	s := x.server
	s.mu.Lock()
	before := x.model
	x.name, x.pid, x.model, x.share = p.Client, p.PID, m, m.scheduler.NewShareOf(backend)
	if p.Idle > 0 {
		s.idle = p.Idle
	}
	s.asked = time.Now() // who comes is about to ask
	s.mu.Unlock()
	if before != nil {
		s.pool.put(before)
	}
	s.rest()
	s.log.Info("a client has come", zap.String("client", p.Client), zap.Int("pid", p.PID), zap.String("model", p.Config.Model))
	return nil
}

func (x *session) summarize(ctx context.Context, r *jsonrpc2.Request) (any, error) {
	var p summarizeParams
	if err := call(r, func(decoded summarizeParams) error { p = decoded; return nil }); err != nil {
		return nil, err
	}
	x.server.mu.Lock()
	share := x.share
	x.server.mu.Unlock()
	if share == nil {
		return nil, jsonrpc2.NewError(jsonrpc2.InvalidRequest, "summarize comes before open")
	}
	q := x.begin(p.Request)
	defer x.finish(p.Request, q)
	defer x.server.wait(x)()
	jsonrpc2.Async(ctx)

	type answer struct {
		inference.Summary
		error
	}
	answers := make(chan answer, inference.Hover+2) // has room for one of each wish
	priority := min(max(p.Priority, inference.Background), inference.Hover)
	ask := func() {
		at := priority
		go func() {
			summary, err := share.Wait(q.ctx, p.Function, at)
			answers <- answer{summary, err}
		}()
	}
	ask()
	for {
		select {
		case a := <-answers:
			if a.error != nil {
				return nil, toWire(a.error)
			}
			return encode(a.Summary)
		case raised := <-q.raised:
			if raised = min(raised, inference.Hover); raised > priority { // another wish for the same; the first answer counts
				priority = raised
				ask()
			}
		}
	}
}

// begin notes a request, so that it can be raised and cancelled.
func (x *session) begin(number uint64) *request {
	q := &request{raised: make(chan inference.Priority, 1)}
	q.ctx, q.cancel = context.WithCancel(x.ctx)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.requests[number] = q
	return q
}

func (x *session) finish(number uint64, q *request) {
	q.cancel()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.requests[number] == q {
		delete(x.requests, number)
	}
}

func (x *session) raise(p raiseParams) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if q := x.requests[p.Request]; q != nil {
		select {
		case <-q.raised: // which was not heard yet
		default:
		}
		q.raised <- p.Priority
	}
}

func (x *session) cancel(number uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if q := x.requests[number]; q != nil {
		q.cancel()
	}
}
