package lsp

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// inlayHints are those in a range, each at the end of the line of a function's
// name. Only summaries become hints: a placeholder that comes and goes inside the
// code would be a nuisance.
func inlayHints(s *snapshot, r wire.Range) []wire.InlayHint {
	var hints []wire.InlayHint
	for i, line := range hintLines(s) {
		n := s.position(s.functions[i].NameRange.Start).Line
		if line != "" && r.Start.Line <= n && n <= r.End.Line {
			start, end := s.line(int(n))
			end = start + len(strings.TrimRight(s.text[start:end], " \t"))
			hints = append(hints, wire.InlayHint{Position: s.position(end), Label: line})
		}
	}
	return hints
}

// hintLines returns what is hinted at for each function, "" for nothing, and nil
// where hints are off.
func hintLines(s *snapshot) []string {
	if !s.hints {
		return nil
	}
	glosses := s.glosses()
	lines := make([]string, len(glosses))
	for i := range glosses {
		if g := &glosses[i]; g.shown() {
			lines[i] = g.line()
		}
	}
	return lines
}

// beingWritten reports whether a function in a range will have another summary
// without further ado.
func beingWritten(s *snapshot, r wire.Range) bool {
	return !s.held && slices.ContainsFunc(s.glosses(), func(g gloss) bool {
		n := s.position(g.chunk.NameRange.Start).Line
		return (g.state == waiting || g.state == stale && g.err == nil) && r.Start.Line <= n && n <= r.End.Line
	})
}
