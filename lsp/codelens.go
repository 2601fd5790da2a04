package lsp

import "github.com/gloss-lsp/gloss/lsp/wire"

// codeLenses are there at once, with one complete lens for each function,
// whether there is a summary or not: lenses that come, go or resolve later make
// the text under them jump.
//
// A lens is on the line of the function's name, not that of a decorator over
// it: editors that draw lenses at the end of a line would set it there, and
// other servers' lenses are on this line too, so that they share one row. Its
// range begins where the line's text does: Neovim 0.12 indents a lens over the
// line by as much, VS Code by the line's own indentation.
func codeLenses(s *snapshot) []wire.CodeLens {
	lines := lensLines(s)
	lenses := make([]wire.CodeLens, len(lines))
	for i, line := range lines {
		g := &s.glosses()[i]
		r := s.span(g.chunk.NameRange.Start, g.chunk.NameRange.End)
		name := commandShow
		if g.state == held {
			name = commandRegenerate
		}
		command := wire.Command{Title: s.client.Label(line), Name: name, Argument: wire.CommandArgument{URI: s.uri, Position: r.Start}}
		r.Start = s.textStart(int(r.Start.Line))
		lenses[i] = wire.CodeLens{Range: r, Command: command}
	}
	return lenses
}

// lensLines returns what stands on each function's lens, and nil where lenses are
// off.
func lensLines(s *snapshot) []string {
	if !s.settings.CodeLens {
		return nil
	}
	glosses := s.glosses()
	lines := make([]string, len(glosses))
	for i := range glosses {
		lines[i] = glosses[i].line()
	}
	return lines
}
