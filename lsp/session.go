package lsp

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// session is the time with one editor: the connection to it, what it can do, the
// log, and all that runs beside the read loop.
type session struct {
	log    *zap.Logger
	logs   *logs
	editor *wire.Client
	client wire.ClientCapabilities // set by initialize, before anything that reads it

	// ctx ends with the session.
	ctx      context.Context
	cancel   context.CancelFunc
	shutDown atomic.Bool // the client has sent shutdown
	ending   sync.Once
	result   error

	groupMu sync.Mutex // guards closed, so that group does not grow once it is waited for
	closed  bool
	group   sync.WaitGroup
}

func newSession(ctx context.Context, o Options) *session {
	s := &session{}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.logs = newLogs(o, s)
	s.log = s.logs.logger
	return s
}

// connect lets the session talk to the client at the other end of rwc. It does
// not listen yet.
func (s *session) connect(rwc io.ReadWriteCloser) {
	s.editor = wire.Connect(rwc, s.log, s.disconnected)
}

// background runs f besides the read loop, unless the session is being closed.
// The session does not end before f does, so f must heed s.ctx.
func (s *session) background(f func()) {
	s.groupMu.Lock()
	defer s.groupMu.Unlock()
	if s.closed {
		return
	}
	s.group.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				s.log.Error("panic in the background", zap.String("panic", wire.LogPanic(r)), zap.ByteString("stack", debug.Stack()))
			}
		}()
		f()
	})
}

// end ends the session; the first call says with which outcome.
func (s *session) end(err error) {
	s.ending.Do(func() { s.result = err })
	s.cancel()
}

// disconnected is called when nothing more can be read from the client, or
// written to it.
func (s *session) disconnected(err error) {
	switch {
	case s.ctx.Err() != nil: // because the session has ended
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, wire.ErrGone):
		s.log.Info("the client closed the connection")
		s.end(nil)
	default:
		s.log.Error("the connection to the client failed", zap.Error(err))
		s.end(err)
	}
}

// wait ends the session and returns when nothing runs in the background.
func (s *session) wait() {
	s.cancel()
	s.groupMu.Lock()
	s.closed = true
	s.groupMu.Unlock()
	s.group.Wait()
}

// tell notes that the client could not be told something. That is no warning,
// because warnings are told to the client.
func (s *session) tell(what string, err error) {
	if err != nil && s.ctx.Err() == nil {
		s.log.Info("could not tell the client", zap.String("what", what), zap.Error(err))
	}
}

// show shows a message to the user.
func (s *session) show(ctx context.Context, t wire.MessageType, text string) error {
	return s.editor.ShowMessage(ctx, t, s.client.Message(text))
}
