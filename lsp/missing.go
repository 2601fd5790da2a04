package lsp

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// MissingModel is an error of Options.OpenSummaries that a download mends. The
// user is asked before it begins.
type MissingModel interface {
	error
	// Pull gets the model. It tells progress how many bytes are there; how
	// many there will be is the same in every call.
	Pull(ctx context.Context, progress func(have, total int64)) error
}

// actionPull is the button under the message that the model is missing.
const actionPull = "Pull"

// failed tells the user that there are no summaries, and why.
func (s *server) failed(err error) {
	now := wire.Status{State: "failed", Message: err.Error()}
	var missing MissingModel
	if s.client.MessageActions && errors.As(err, &missing) && s.status.firstTime(now) {
		s.background(func() { s.offer(missing, now.Message) })
	}
	s.status.set(now)
}

// offer asks whether to pull the model, and does it.
func (s *server) offer(missing MissingModel, message string) {
	action, err := s.editor.AskMessage(s.ctx, wire.MessageError, s.client.Message("gloss: "+message), actionPull)
	switch {
	case err != nil:
		s.tell("window/showMessageRequest", err)
	case action == actionPull:
		s.pull(missing)
	}
}

// pull gets the model. That takes minutes, after which another model may be
// asked for, so the status is left alone where there are summaries by then.
func (s *server) pull(missing MissingModel) {
	s.whileFailed(func(error) wire.Status { return wire.Status{State: "loading"} })
	ctx, show := s.progress.download(s.ctx, "Pulling the model")
	percent := int64(-1)
	err := missing.Pull(ctx, func(have, total int64) {
		if p := 100 * have / max(1, total); p != percent {
			percent = p
			show(fmt.Sprintf("%d %% of %.0f MB", p, float64(total)/1e6))
		}
	})
	cancelled := ctx.Err() != nil
	show("")
	switch {
	case err == nil:
		s.reopen(func(u *origin) bool { return u.err != nil })
	case s.ctx.Err() != nil: // the session has ended
	default:
		s.log.Error("the model could not be pulled", zap.Error(err))
		s.whileFailed(func(why error) wire.Status { return wire.Status{State: "failed", Message: why.Error()} })
		if !cancelled {
			s.tell("window/showMessage", s.show(s.ctx, wire.MessageError, "gloss: "+err.Error()))
		}
	}
}

// whileFailed sets the status by why there are no summaries, if there are none.
func (s *server) whileFailed(now func(why error) wire.Status) {
	s.config.applying.Lock()
	defer s.config.applying.Unlock()
	if u := s.sources.now.Load(); u != nil && u.err != nil {
		s.status.set(now(u.err))
	}
}
