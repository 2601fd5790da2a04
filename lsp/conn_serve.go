package lsp

import (
	"context"
	"io"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"
)

// Serve runs a language server on rwc until the client exits, closes the
// connection or dies, or ctx ends. It closes rwc. It returns an error when the
// client exits without shutdown, breaks the base protocol or does not read.
func Serve(ctx context.Context, rwc io.ReadWriteCloser, o Options) error {
	s := newServer(ctx, o)
	defer s.close()
	s.connect(rwc)
	s.editor.conn.Go(s.ctx, newHandler(s).handle)
	<-s.ctx.Done()
	if err := s.editor.stream.Close(); err != nil {
		s.log.Debug("closing the connection", zap.Error(err))
	}
	<-s.editor.conn.Done()
	return s.outcome()
}

// connect lets the server talk to the client at the other end of rwc. It does
// not listen yet.
func (s *server) connect(rwc io.ReadWriteCloser) {
	stream := newStream(rwc, s.log, s.disconnected)
	s.editor = editor{jsonrpc2.NewConn(stream), stream, new(atomic.Int64)}
}
