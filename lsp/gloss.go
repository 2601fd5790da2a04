package lsp

import (
	"errors"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// gloss is what can be said about a chunk at the moment.
type gloss struct {
	chunk *chunker.Chunk
	state glossState
	// summary is set when fresh, stale or named, and when unsure: then it is
	// what is not shown.
	summary inference.Summary
	// err says why the model gave none, when failed, unavailable or named, and
	// when stale for that reason.
	err error
}

type glossState int

const (
	fresh       glossState = iota
	stale                  // the summary is that of an earlier text of the function
	waiting                // it is being written, or will be without further ado
	held                   // it will be written when the user saves or asks
	failed                 // the model wrote nothing usable, or nothing this time
	unavailable            // no model can run
	named                  // the summary says what the name says, since no model can run
	unsure                 // the summary is not likely enough to be good
)

// glosses returns one gloss for each function of d, at once.
func (s *server) glosses(d *document) []gloss {
	if d == nil {
		return nil
	}
	return s.glossesOf(d, d.shown())
}

// glossesOf returns one gloss for each of the chunks, which are those of d.
func (s *server) glossesOf(d *document, chunks []chunker.Chunk) []gloss {
	out := make([]gloss, len(chunks))
	settings, origin := s.settings(), s.origin.Load()
	for i, key := range d.keys(origin.from(), chunks) {
		out[i] = origin.gloss(settings, d, &chunks[i], key)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.documents[d.uri]
	if o == nil {
		return out
	}
	known := o.past.of(d, chunks)
	for i, before := range known {
		g := &out[i]
		if g.state == fresh && g.summary.Source != inference.SourceDoc {
			known[i] = g.summary
		}
		if g.state != waiting && g.state != unavailable && g.state != named && !g.passing() {
			continue
		}
		was := confident(settings, d, g.chunk, before)
		switch {
		case g.state == named && was.summary.Source == inference.SourceName: // the same, and not outdated
		case before.Text != "" && was.state == fresh:
			g.state, g.summary = stale, was.summary
		case g.state == waiting && o.analysis.held:
			g.state = held
		}
	}
	return out
}

// glossOf says what is known of c, a chunk of d, without regard to its past.
func (u *origin) glossOf(settings *settings.Settings, d *document, c *chunker.Chunk) gloss {
	return u.gloss(settings, d, c, keyOf(u.from(), d.function(c)))
}

// gloss says what is known of c, a chunk of d of this key, without regard to its
// past.
func (u *origin) gloss(settings *settings.Settings, d *document, c *chunker.Chunk, key inference.Key) gloss {
	if showsDoc(settings, c) {
		return gloss{chunk: c, summary: inference.Summary{Text: c.Doc, Source: inference.SourceDoc}}
	}
	if u == nil || !legible(c) {
		return gloss{chunk: c, state: waiting}
	}
	if u.err != nil {
		return byName(d, c, u.err)
	}
	r, known := u.summaries.Lookup(key)
	switch {
	case known && r.Phase == inference.Done:
		return confident(settings, d, c, r.Summary)
	case known && r.Phase == inference.Failed && errors.Is(r.Err, inference.ErrUnavailable):
		return byName(d, c, r.Err)
	case known && r.Phase == inference.Failed:
		return gloss{chunk: c, state: failed, err: r.Err}
	}
	return gloss{chunk: c, state: waiting}
}

// byName says what is known of c while no model can run, for the reason err.
func byName(d *document, c *chunker.Chunk, err error) gloss {
	if summary, ok := inference.FromName(d.function(c)); ok {
		return gloss{chunk: c, state: named, summary: summary, err: err}
	}
	return gloss{chunk: c, state: unavailable, err: err}
}

// confident shows s if it is likely enough to be good, by the setting
// minConfidence, else the sentence of the name, else nothing. A summary of which
// that is not known is shown.
func confident(settings *settings.Settings, d *document, c *chunker.Chunk, s inference.Summary) gloss {
	if sure, ok := inference.Sure(s, d.function(c), settings.MinConfidence); ok {
		return gloss{chunk: c, summary: sure}
	}
	return gloss{chunk: c, state: unsure, summary: s}
}

// passing reports whether the model failed this time, and may not the next.
func (g *gloss) passing() bool { return g.state == failed && !errors.Is(g.err, inference.ErrNoSummary) }

// shown reports whether g says something about its function.
func (g *gloss) shown() bool { return g.state == fresh || g.state == stale || g.state == named }

// line is the gloss as one line of text.
func (g *gloss) line() string {
	switch g.state {
	case fresh, named:
		return g.summary.Text
	case stale:
		return g.summary.Text + " (outdated)"
	case held:
		return "summarize"
	case failed:
		return "no summary"
	case unavailable, unsure: // the status or the hover says why; a lens must not on every function
		return "–"
	}
	return "…"
}

// at returns the gloss of the innermost chunk around offset, or nil.
func at(glosses []gloss, offset int) *gloss {
	var inner *gloss
	for i := range glosses {
		if r := glosses[i].chunk.Range; r.Start <= offset && offset <= r.End {
			inner = &glosses[i]
		}
	}
	return inner
}
