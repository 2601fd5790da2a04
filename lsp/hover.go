package lsp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// hovered returns the gloss of the function whose name is at a position, or nil:
// a hover answers on a name and nowhere else.
func hovered(s *snapshot, p wire.Position) *gloss {
	if !s.settings.Hover {
		return nil
	}
	offset := s.offset(p)
	i := slices.IndexFunc(s.functions, func(c chunker.Chunk) bool {
		return c.NameRange.Start <= offset && offset <= c.NameRange.End
	})
	if i < 0 {
		return nil
	}
	if g := s.glossOf(&s.functions[i]); g.state == fresh {
		return &g
	}
	return &s.glosses()[i] // with regard to its past
}

func hover(s *snapshot, g *gloss) *wire.Hover {
	r, markdown := g.chunk.NameRange, s.client.MarkdownHover
	return &wire.Hover{Range: s.span(r.Start, r.End), Text: hoverText(g, markdown), Markdown: markdown}
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
