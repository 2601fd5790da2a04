package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// scalaMisread are what tree-sitter-scala v0.26.0 does not know: arrows that are
// one character, a parameter without a name or parentheses, as in { _: T => },
// and the word extension where it is no keyword, but a name.
var scalaMisread = lazyregexp.New(`⇒|←|\{\s*_\s*:|\bextension\b`)

// maskScala writes what the grammar does not know in a way that it does.
func maskScala(text string) string {
	m := masker{text: text}
	for _, at := range scalaMisread.FindAllStringIndex(text, -1) {
		found := text[at[0]:at[1]]
		switch {
		case found == "⇒":
			m.write(Range{at[0], at[1]}, "=>")
		case found == "←":
			m.write(Range{at[0], at[1]}, "<-")
		case found[0] == '{':
			name := at[0] + strings.IndexByte(found, '_')
			m.fill(Range{name, name + 1}, 'x')
		default:
			// The keyword stands before type parameters or parameters.
			after := strings.TrimLeft(text[at[1]:min(len(text), at[1]+maxBlanks)], blanks)
			if !strings.HasPrefix(after, "(") && !strings.HasPrefix(after, "[") {
				m.fill(Range{at[0], at[0] + 1}, '_')
			}
		}
	}
	return m.String()
}

// maxBlanks bounds how far a mask looks for the next word.
const maxBlanks = 256
