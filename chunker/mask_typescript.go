package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// used matches what stands behind "using" where that declares a variable.
var used = lazyregexp.New(`^[ \t]+[\pL_$][\pL\pN_$]*[ \t]*[:=]`)

// maskUsing makes a const of "using", as long a word, and of "await using" at the
// start of a line: tree-sitter-typescript v0.23.2 does not know them.
func maskUsing(text string) string {
	const word = "using"
	m := masker{text: text}
	for at := strings.Index(text, word); at >= 0; {
		end := at + len(word)
		before := strings.TrimRight(text[:at], " \t")
		awaited := strings.TrimSuffix(before, "await")
		plain := strings.TrimRight(awaited, " \t")
		if (plain == "" || plain[len(plain)-1] == '\n') && used.MatchString(text[end:]) {
			m.blank(Range{len(awaited), len(before)})
			m.write(Range{at, end}, "const")
		}
		next := strings.Index(text[end:], word)
		if next < 0 {
			break
		}
		at = end + next
	}
	return m.String()
}
