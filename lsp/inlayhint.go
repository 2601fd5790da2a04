package lsp

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// hintWait is how long hints wait for summaries, where the client cannot be
// told that there are new ones. It is below the patience of the clients that
// are known.
const hintWait = 10 * time.Second

// inlayHint returns the hints in a range, each at the end of the line of a
// function's name. Only summaries become hints: a placeholder that comes and
// goes inside the code would be a nuisance.
func (s *server) inlayHint(ctx context.Context, d *document, r wire.Range) []wire.InlayHint {
	if d != nil && s.hints() && !s.client.InlayHintRefresh && !s.client.GlossRefresh {
		s.awaitHints(ctx, d, r)
	}
	glosses := s.glosses(d)
	lines := s.hintLines(glosses)
	s.gave(d, func(o *openDocument) *answer { return &o.hints }, lines, glosses)
	var hints []wire.InlayHint
	for i, line := range lines {
		n := d.position(glosses[i].chunk.NameRange.Start).Line
		if line != "" && r.Start.Line <= n && n <= r.End.Line {
			start, end := d.line(int(n))
			end = start + len(strings.TrimRight(d.text[start:end], " \t"))
			hints = append(hints, wire.InlayHint{Position: d.position(end), Label: line})
		}
	}
	return hints
}

// awaitHints waits until nothing in a range of d is being written. Helix asks
// for the hints of a screen once, and again only when the user scrolls or
// types, so what it is not given then it would never show. It asks beside its
// work, and throws away what comes too late.
func (s *server) awaitHints(ctx context.Context, d *document, r wire.Range) {
	ctx, cancel := context.WithTimeout(ctx, hintWait)
	defer cancel()
	select {
	case <-s.ready:
	case <-ctx.Done():
		return
	case <-s.ctx.Done():
		return
	}
	// More than the Scheduler's events ends the wait: an edit, other settings,
	// an analysis that finds nothing to do.
	for {
		changed := s.news.wait()
		if s.from() == nil || s.document(d.uri) != d || !s.beingWritten(d, r) {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}

// beingWritten reports whether a function in a range of d will have another
// summary without further ado.
func (s *server) beingWritten(d *document, r wire.Range) bool {
	s.mu.Lock()
	o := s.documents[d.uri]
	held := o == nil || o.analysis.held
	s.mu.Unlock()
	return !held && slices.ContainsFunc(s.glosses(d), func(g gloss) bool {
		n := d.position(g.chunk.NameRange.Start).Line
		return (g.state == waiting || g.state == stale && g.err == nil) && r.Start.Line <= n && n <= r.End.Line
	})
}

// hints reports whether hints are on. "auto" has them on for clients without
// code lenses; some do not announce code lenses and yet ask for them.
func (s *server) hints() bool {
	switch s.settings().InlayHints {
	case "on":
		return true
	case "auto":
		return !s.client.CodeLens && !s.askedLens.Load()
	}
	return false
}

// hintLines returns what is hinted at for each gloss, "" for nothing, and nil
// where hints are off.
func (s *server) hintLines(glosses []gloss) []string {
	if !s.hints() {
		return nil
	}
	lines := make([]string, len(glosses))
	for i := range glosses {
		if g := &glosses[i]; g.shown() {
			lines[i] = g.line()
		}
	}
	return lines
}
