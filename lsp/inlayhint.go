package lsp

import "strings"

// inlayHint is text that an editor sets at the end of a line.
type inlayHint struct {
	position Position
	label    string
}

// inlayHint returns the hints in a range, each at the end of the line of a
// function's name. Only summaries become hints: a placeholder that comes and
// goes inside the code would be a nuisance.
func (s *server) inlayHint(d *document, r Range) []inlayHint {
	glosses := s.glosses(d)
	lines := s.hintLines(glosses)
	s.gave(d, func(o *openDocument) *answer { return &o.hints }, lines, glosses)
	var hints []inlayHint
	for i, line := range lines {
		n := d.position(glosses[i].chunk.NameRange.Start).Line
		if line != "" && r.Start.Line <= n && n <= r.End.Line {
			start, end := d.line(int(n))
			end = start + len(strings.TrimRight(d.text[start:end], " \t"))
			hints = append(hints, inlayHint{d.position(end), line})
		}
	}
	return hints
}

// hints reports whether hints are on. "auto" has them on for clients without
// code lenses; some do not announce code lenses and yet ask for them.
func (s *server) hints() bool {
	switch s.settings().InlayHints {
	case "on":
		return true
	case "auto":
		return !s.client.codeLens && !s.askedLens.Load()
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
