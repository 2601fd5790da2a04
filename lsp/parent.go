package lsp

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// parentInterval is how often the editor's process is looked for on systems
// that cannot tell when it ends.
const parentInterval = 10 * time.Second

// watchParent ends the session when the editor's process dies: one that
// crashes may leave the connection open in another process. A process that is
// not there to begin with is in another namespace or on another machine, and is
// not watched.
func (s *session) watchParent(pid int) {
	if !alive(pid) {
		s.log.Info("the client's process is not on this system; not watching it", zap.Int("processId", pid))
		return
	}
	s.background(func() {
		if waitForExit(s.ctx, pid) {
			s.log.Info("the client's process has ended", zap.Int("processId", pid))
			s.end(nil)
		}
	})
}

// alive reports whether there is a process pid.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// poll waits for the end of pid by looking. It reports false when ctx ends.
func poll(ctx context.Context, pid int) bool {
	tick := time.NewTicker(parentInterval)
	defer tick.Stop()
	for alive(pid) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
