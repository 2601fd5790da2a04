package lsp

import (
	"fmt"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
)

// summaries is where summaries come from while certain settings hold.
type summaries struct {
	model     modelSettings
	scheduler *inference.Scheduler
	err       error // why there is no scheduler
	close     func()
}

// modelSettings are the settings that a Scheduler is made for.
type modelSettings struct {
	model     string
	inference InferenceSettings
	cache     CacheSettings
	place     string // of the model, as Options.Place tells
}

func (s *server) modelSettings(settings Settings) modelSettings {
	return modelSettings{settings.Model, settings.Inference, settings.Cache, s.place(settings)}
}

// openSummaries makes a Scheduler. It may take a while.
func (s *server) openSummaries(settings Settings) *summaries {
	u := &summaries{model: s.modelSettings(settings), close: func() {}}
	scheduler, release, err := s.newScheduler(s.ctx, settings, func(err error) {
		s.log.Warn(err.Error())
	})
	if err != nil {
		s.log.Error("summaries are not available", zap.String("model", settings.Model), zap.Error(err))
		u.err = fmt.Errorf("%w: %w", inference.ErrUnavailable, err)
		return u
	}
	cancel := scheduler.Subscribe(func(e inference.Event) {
		if e.Known {
			s.learned(e)
			s.status.warm()
		}
		s.follow(e.Status)
	})
	u.scheduler = scheduler
	u.close = func() {
		cancel()
		release()
	}
	return u
}

// scheduler returns what summaries come from, or nil while there is none.
func (s *server) scheduler() *inference.Scheduler {
	return s.summaries.Load().source()
}

// source is the Scheduler, or nil where there is none.
func (u *summaries) source() *inference.Scheduler {
	if u == nil {
		return nil
	}
	return u.scheduler
}

// useSummaries replaces what summaries come from. What it was before closes
// besides: it may have to wait for a model that is just being loaded.
func (s *server) useSummaries(u *summaries) {
	if before := s.summaries.Swap(u); before != nil {
		s.background(before.close)
	}
	s.readying.Do(func() { close(s.ready) })
}

// follow tells the user what the Scheduler is at.
func (s *server) follow(st inference.Status) {
	s.status.follow(st)
	s.progress.follow(st)
	if st.State == inference.Unavailable {
		s.refresh.touchAll()
	}
}
