package lsp

import "github.com/gloss-lsp/gloss/lsp/wire"

// documentSymbols are the functions, those inside others as their children, with
// summaries as the detail.
func documentSymbols(s *snapshot) []wire.Symbol {
	if !s.settings.Symbols {
		return nil
	}
	symbols, _ := outline(s.document, s.glosses(), len(s.text)+1)
	return symbols
}

// outline turns the glosses that start before end into symbols, and returns
// the rest. An outer chunk comes before those inside it.
func outline(d *document, glosses []gloss, end int) (symbols []wire.Symbol, rest []gloss) {
	for len(glosses) > 0 && glosses[0].chunk.Range.Start < end {
		g := &glosses[0]
		c := g.chunk
		self := wire.Symbol{
			Name:      c.Name,
			Kind:      c.Kind,
			Range:     d.span(c.Range.Start, c.Range.End),
			Selection: d.span(c.NameRange.Start, c.NameRange.End),
		}
		if g.shown() {
			self.Detail = g.line()
		}
		self.Children, glosses = outline(d, glosses[1:], c.Range.End)
		symbols = append(symbols, self)
	}
	return symbols, glosses
}
