package lsp

import (
	"context"
	"time"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// hintWait is how long hints wait for summaries, where the client cannot be
// told that there are new ones. It is below the patience of the clients that
// are known.
const hintWait = 10 * time.Second

// await returns g as it is when there is a summary, if that takes no longer than the setting hoverWait:
// editors do not redraw an open hover. To hover is to ask for this one function,
// except where the user wants to be the one who asks.
func (s *server) await(ctx context.Context, p *snapshot, g *gloss) *gloss {
	if g.state == fresh || g.state == failed && !g.passing() || g.state == unsure || !legible(g.chunk) || p.settings.Refresh == "manual" {
		return g
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.settings.HoverWait))
	defer cancel()
	select {
	case <-s.sources.ready: // right after the start it is not
	case <-ctx.Done():
		return g
	}
	if summaries := s.from(); summaries != nil {
		// The outcome, or that there is none yet, is read below.
		_, _ = summaries.Wait(ctx, p.function(g.chunk), inference.Hover)
	}
	later := *p
	later.origin = s.sources.now.Load()
	if now := later.glossOf(g.chunk); now.state != waiting && (g.state != stale || now.state == fresh) {
		return &now
	}
	return g
}

// awaitHints waits until nothing in a range is being written, and returns what is
// known then. Helix asks for the hints of a screen once, and again only when the
// user scrolls or types, so what it is not given then it would never show. It asks
// beside its work, and throws away what comes too late.
func (s *server) awaitHints(ctx context.Context, p *snapshot, r wire.Range) *snapshot {
	ctx, cancel := context.WithTimeout(ctx, hintWait)
	defer cancel()
	var changed <-chan struct{} = s.sources.ready
	for {
		select {
		case <-changed:
		case <-ctx.Done():
			return p
		case <-s.ctx.Done():
			return p
		}
		// More than the Scheduler's events ends the wait: an edit, other settings,
		// an analysis that finds nothing to do.
		changed = s.documents.news.wait()
		p = s.snapshot(p.document)
		if p.origin.from() == nil || s.documents.current(p.uri) != p.document || !beingWritten(p, r) {
			return p
		}
	}
}
