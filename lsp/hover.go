package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// hover answers on a function's name and nowhere else. Editors do not redraw
// an open hover, so it waits a while for a summary that is being written.
func (s *server) hover(ctx context.Context, d *document, p wire.Position) (*wire.Hover, error) {
	if d == nil || !s.settings().Hover {
		return nil, nil
	}
	offset := d.offset(p)
	chunks := d.shown()
	i := slices.IndexFunc(chunks, func(c chunker.Chunk) bool {
		return c.NameRange.Start <= offset && offset <= c.NameRange.End
	})
	if i < 0 {
		return nil, nil
	}
	g := s.origin.Load().glossOf(s.settings(), d, &chunks[i])
	if g.state != fresh {
		g = s.glossesOf(d, chunks)[i] // with regard to its past
		s.await(ctx, d, &g)
	}
	r, markdown := chunks[i].NameRange, s.client.MarkdownHover
	return &wire.Hover{Range: d.span(r.Start, r.End), Text: hoverText(&g, markdown), Markdown: markdown}, nil
}

// await brings g up to date if that takes no longer than the setting hoverWait.
// To hover is to ask for this one function, except where the user wants to be
// the one who asks.
func (s *server) await(ctx context.Context, d *document, g *gloss) {
	settings := s.settings()
	if g.state == fresh || g.state == failed && !g.passing() || g.state == unsure || !legible(g.chunk) || settings.Refresh == "manual" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(settings.HoverWait))
	defer cancel()
	select {
	case <-s.ready: // right after the start it is not
	case <-ctx.Done():
		return
	}
	if summaries := s.from(); summaries != nil {
		// The outcome, or that there is none yet, is read below.
		_, _ = summaries.Wait(ctx, d.function(g.chunk), inference.Hover)
	}
	if now := s.origin.Load().glossOf(settings, d, g.chunk); now.state != waiting && (g.state != stale || now.state == fresh) {
		*g = now
	}
}

// hoverText says what is known about g, and where it comes from.
func hoverText(g *gloss, markdown bool) string {
	text, note := g.summary.Text, source(g.summary)
	switch g.state {
	case stale:
		if note = "of an earlier version of this function, " + note; g.err != nil {
			note += "; of this one there is none: " + oneLine(wire.Brief(g.err.Error()))
		}
	case named:
		note += ", as no model can run: " + oneLine(wire.Brief(g.err.Error()))
	case unsure:
		text, note = "", fmt.Sprintf("no summary: the model is too unsure of what it wrote (%.0f %%; setting minConfidence)", 100*g.summary.Confidence)
	case waiting:
		text, note = "", "the summary is being written"
	case held:
		text, note = "", "no summary yet"
	case failed, unavailable:
		text, note = "", "no summary: "+oneLine(wire.Brief(g.err.Error()))
	}
	if markdown {
		text, note = escapeMarkdown(text), "*"+escapeMarkdown(note)+"*"
	}
	if text == "" {
		return note
	}
	return text + "\n\n" + note
}

func source(s inference.Summary) string {
	switch s.Source {
	case inference.SourceDoc:
		return "from the doc comment"
	case inference.SourceName:
		return "derived from the name"
	}
	return "written by the model " + s.Model
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// escapeMarkdown returns s such that CommonMark, with GitHub's extensions and
// HTML, renders it as it is. A backslash before any ASCII punctuation is an
// escape there; those that mean nothing inside of a line are left alone, for
// editors that show the source.
func escapeMarkdown(s string) string {
	var b strings.Builder
	s = oneLine(s) // block syntax needs the start of a line
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	for i, r := range s {
		inline := strings.ContainsRune("\\`*_[]<>&~|#$!", r)
		// A list or heading at the start, a link that is recognized bare.
		atStart := i == 0 && strings.ContainsRune("+-=", r) || i == digits && i > 0 && (r == '.' || r == ')')
		link := r == '@' || strings.HasPrefix(s[i:], "://") || r == '.' && strings.HasSuffix(strings.ToLower(s[:i]), "www")
		if inline || atStart || link {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
