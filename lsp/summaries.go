package lsp

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// Summaries writes and remembers summaries, as an inference.Service does.
type Summaries interface {
	// Key returns the key by which a function is known.
	Key(inference.Function) inference.Key
	// Lookup returns what is known by a key, at once and from memory. It reports
	// false when nothing is known and nobody wants it.
	Lookup(inference.Key) (inference.Result, bool)
	// NewClient returns whoever shows summaries, a document for instance.
	NewClient() inference.Client
	// Wait returns the summary of a function, which it asks for unless it is known.
	Wait(ctx context.Context, f inference.Function, p inference.Priority) (inference.Summary, error)
	// Regenerate returns one that is written anew.
	Regenerate(ctx context.Context, f inference.Function, minConfidence float64) (inference.Summary, error)
	// Subscribe has tell called with every Event, in order, until cancel is called.
	Subscribe(tell func(inference.Event)) (cancel func())
	Status() inference.Status
	// Close stops all work. It may have to wait for what cannot be stopped.
	Close()
}

// origin is where summaries come from while certain settings hold.
type origin struct {
	model     modelSettings
	summaries Summaries
	err       error // why there are none
	close     func()
}

// modelSettings are the settings that Summaries are opened for.
type modelSettings struct {
	model     string
	inference settings.Inference
	cache     settings.Cache
	place     string // of the model, as Options.Place tells
}

func (s *server) modelSettings(settings settings.Settings) modelSettings {
	return modelSettings{settings.Model, settings.Inference, settings.Cache, s.place(settings)}
}

// openOrigin opens Summaries. It may take a while.
func (s *server) openOrigin(settings settings.Settings) *origin {
	u := &origin{model: s.modelSettings(settings), close: func() {}}
	summaries, err := s.openSummaries(s.ctx, settings, func(err error) {
		s.log.Warn(err.Error())
	})
	if err != nil {
		s.log.Error("summaries are not available", zap.String("model", settings.Model), zap.Error(err))
		u.err = fmt.Errorf("%w: %w", inference.ErrUnavailable, err)
		return u
	}
	cancel := summaries.Subscribe(func(e inference.Event) {
		if e.Known {
			s.learned(e)
			s.status.warm()
		}
		s.follow(e.Status)
	})
	u.summaries = summaries
	u.close = func() {
		cancel()
		summaries.Close()
	}
	return u
}

// from returns what summaries come from, or nil while there is nothing.
func (s *server) from() Summaries {
	return s.origin.Load().from()
}

// from is the Summaries, or nil where there are none.
func (u *origin) from() Summaries {
	if u == nil {
		return nil
	}
	return u.summaries
}

// useOrigin replaces what summaries come from. What it was before closes
// besides: it may have to wait for a model that is just being loaded.
func (s *server) useOrigin(u *origin) {
	if before := s.origin.Swap(u); before != nil {
		s.background(before.close)
	}
	s.readying.Do(func() { close(s.ready) })
}

// follow tells the user what Summaries are at.
func (s *server) follow(st inference.Status) {
	s.status.follow(st)
	s.progress.follow(st)
	if st.State == inference.Unavailable {
		s.refresh.touchAll()
	}
}
