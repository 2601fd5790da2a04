package lsp

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"
)

// MissingModel is an error of Options.NewScheduler that a download mends. The
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
	now := status{State: "failed", Message: err.Error()}
	var missing MissingModel
	if s.client.messageActions && errors.As(err, &missing) && s.status.firstTime(now) {
		s.background(func() { s.offer(missing, now) })
	}
	s.status.set(now)
}

// offer asks whether to pull the model, and does it.
func (s *server) offer(missing MissingModel, now status) {
	action, err := s.editor.askMessage(s.ctx, messageError, "gloss: "+now.Message, actionPull)
	if err != nil {
		s.tell("window/showMessageRequest", err)
		return
	}
	if action != actionPull {
		return
	}
	s.status.set(status{State: "loading"})
	ctx, show := s.progress.download(s.ctx, "Pulling the model")
	percent := int64(-1)
	err = missing.Pull(ctx, func(have, total int64) {
		if p := 100 * have / max(1, total); p != percent {
			percent = p
			show(fmt.Sprintf("%d %% of %.0f MB", p, float64(total)/1e6))
		}
	})
	cancelled := ctx.Err() != nil
	show("")
	switch {
	case err == nil:
		s.reopen()
	case s.ctx.Err() != nil: // the session has ended
	default:
		s.log.Error("the model could not be pulled", zap.Error(err))
		s.status.set(now)
		if !cancelled {
			s.tell("window/showMessage", s.editor.showMessage(s.ctx, messageError, "gloss: "+err.Error()))
		}
	}
}

// reopen opens the model of the settings in force anew.
func (s *server) reopen() {
	s.config.applying.Lock()
	defer s.config.applying.Unlock()
	s.open(*s.settings())
	s.analyzeAll(urgently)
	s.refresh.touchAll()
}
