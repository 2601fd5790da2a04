package lsp

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

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

// from is the Summaries, or nil where there are none.
func (o *origin) from() Summaries {
	if o == nil {
		return nil
	}
	return o.summaries
}

// modelSettings are the settings that Summaries are opened for.
type modelSettings struct {
	model     string
	inference settings.Inference
	cache     settings.Cache
	place     string // of the model, as Options.Place tells
}

// sources open what summaries come from, and hold what they come from now.
type sources struct {
	*session
	options Options
	heard   func(inference.Event)

	now      atomic.Pointer[origin] // nil until the settings are known
	ready    chan struct{}          // closed when now is set
	readying sync.Once
}

func (u *sources) modelSettings(s *settings.Settings) modelSettings {
	m := modelSettings{model: s.Model, inference: s.Inference, cache: s.Cache}
	if u.options.Place != nil {
		m.place = u.options.Place(*s)
	}
	return m
}

// open opens Summaries in place of those before, which may take a while. Those
// close besides: they may have to wait for a model that is just being loaded.
func (u *sources) open(s *settings.Settings) *origin {
	o := &origin{model: u.modelSettings(s), close: func() {}}
	summaries, err := u.options.OpenSummaries(u.ctx, *s, func(err error) { u.log.Warn(err.Error()) })
	if err != nil {
		u.log.Error("summaries are not available", zap.String("model", s.Model), zap.Error(err))
		o.err = fmt.Errorf("%w: %w", inference.ErrUnavailable, err)
	} else {
		cancel := summaries.Subscribe(u.heard)
		o.summaries = summaries
		o.close = func() {
			cancel()
			summaries.Close()
		}
	}
	if before := u.now.Swap(o); before != nil {
		u.background(before.close)
	}
	u.readying.Do(func() { close(u.ready) })
	return o
}

// from returns what summaries come from, or nil while there is nothing.
func (u *sources) from() Summaries { return u.now.Load().from() }

// await returns what is known of a function once there is a summary, or when the
// time of the setting hoverWait has passed: editors do not redraw an open hover. To
// hover is to ask for this one function, except where the user wants to be the one
// who asks.
func (u *sources) await(ctx context.Context, s *snapshot, g *gloss) *gloss {
	if g.state == fresh || g.state == failed && !g.passing() || g.state == unsure || !legible(g.chunk) || s.settings.Refresh == "manual" {
		return g
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.settings.HoverWait))
	defer cancel()
	select {
	case <-u.ready: // right after the start it is not
	case <-ctx.Done():
		return g
	}
	if summaries := u.from(); summaries != nil {
		// The outcome, or that there is none yet, is read below.
		_, _ = summaries.Wait(ctx, s.function(g.chunk), inference.Hover)
	}
	later := *s
	later.origin = u.now.Load()
	if now := later.glossOf(g.chunk); now.state != waiting && (g.state != stale || now.state == fresh) {
		return &now
	}
	return g
}
