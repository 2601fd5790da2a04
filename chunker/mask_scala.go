package chunker

import (
	"regexp"
	"strings"
)

// scalaMisread are what tree-sitter-scala v0.26.0 does not know: arrows that are
// one character, a parameter without a name or parentheses, as in { _: T => },
// and the word extension where it is no keyword, but a name.
var scalaMisread = regexp.MustCompile(`⇒|←|\{\s*_\s*:|\bextension\b`)

// maskScala writes what the grammar does not know in a way that it does.
func maskScala(text string) string {
	var masked []byte
	for _, at := range scalaMisread.FindAllStringIndex(text, -1) {
		found := text[at[0]:at[1]]
		known := ""
		switch found[0] {
		case "⇒"[0]:
			known = map[string]string{"⇒": "=> ", "←": "<- "}[found]
		case '{':
			known = strings.Replace(found, "_", "x", 1)
		default:
			// The keyword stands before type parameters or parameters.
			after := strings.TrimLeft(text[at[1]:min(len(text), at[1]+maxBlanks)], blanks)
			if strings.HasPrefix(after, "(") || strings.HasPrefix(after, "[") {
				continue
			}
			known = "_xtension"
		}
		if masked == nil {
			masked = []byte(text)
		}
		copy(masked[at[0]:], known)
	}
	if masked == nil {
		return text
	}
	return string(masked)
}

// maxBlanks bounds how far a mask looks for the next word.
const maxBlanks = 256
