package lsp

import (
	"context"
	"io"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// closeTime bounds what the end of a session waits for: native code that loads a
// model or parses a text cannot be stopped. An editor, or a system that shuts
// down, wants the process gone within a second.
const closeTime = 2 * wire.DrainTime // 800 ms: half of it may go into sending what is left

// Serve runs a language server on rwc until the client exits, closes the
// connection or dies, or ctx ends. It closes rwc. It returns an error when the
// client exits without shutdown, breaks the base protocol or does not read.
//
// What does not end in time is left behind, for the end of the process to end:
// what is on disk is safe at any moment.
func Serve(ctx context.Context, rwc io.ReadWriteCloser, o Options) error {
	s := newServer(ctx, o)
	s.connect(rwc)
	s.editor.Listen(s.ctx, s)
	<-s.ctx.Done()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		if err := s.editor.Close(); err != nil {
			s.log.Debug("closing the connection", zap.Error(err))
		}
		s.close()
	}()
	timer := time.NewTimer(closeTime)
	defer timer.Stop()
	select {
	case <-closed:
	case <-timer.C:
		s.log.Info("left behind what cannot be stopped")
	}
	return s.outcome()
}
