package lsp

import (
	"errors"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
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

// gloss says what is known of c, which has this key, without regard to its past.
func (s *snapshot) gloss(c *chunker.Chunk, key inference.Key) gloss {
	if showsDoc(s.settings, c) {
		return gloss{chunk: c, summary: inference.Summary{Text: c.Doc, Source: inference.SourceDoc}}
	}
	if s.origin == nil || !legible(c) {
		return gloss{chunk: c, state: waiting}
	}
	if s.origin.err != nil {
		return s.byName(c, s.origin.err)
	}
	r, known := s.origin.summaries.Lookup(key)
	switch {
	case known && r.Phase == inference.Done:
		return s.confident(c, r.Summary)
	case known && r.Phase == inference.Failed && errors.Is(r.Err, inference.ErrUnavailable):
		return s.byName(c, r.Err)
	case known && r.Phase == inference.Failed:
		return gloss{chunk: c, state: failed, err: r.Err}
	}
	return gloss{chunk: c, state: waiting}
}

// glossOf is gloss, for one function.
func (s *snapshot) glossOf(c *chunker.Chunk) gloss {
	return s.gloss(c, keyOf(s.origin.from(), s.function(c)))
}

// byName says what is known of c while no model can run, for the reason err.
func (s *snapshot) byName(c *chunker.Chunk, err error) gloss {
	if summary, ok := inference.FromName(s.function(c)); ok {
		return gloss{chunk: c, state: named, summary: summary, err: err}
	}
	return gloss{chunk: c, state: unavailable, err: err}
}

// confident shows a summary if it is likely enough to be good, by the setting
// minConfidence, else the sentence of the name, else nothing. One of which that is
// not known is shown.
func (s *snapshot) confident(c *chunker.Chunk, summary inference.Summary) gloss {
	if sure, ok := inference.Sure(summary, s.function(c), s.settings.MinConfidence); ok {
		return gloss{chunk: c, summary: sure}
	}
	return gloss{chunk: c, state: unsure, summary: summary}
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
