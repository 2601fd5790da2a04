package chunker

import (
	"strings"
	"unicode"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// maxHeredocWord bounds the word that ends a Ruby heredoc. People write a few
// letters.
const maxHeredocWord = 64

// maxCommentDepth bounds comments within comments.
const maxCommentDepth = 500

// maskDeepComments hides the openings of OCaml comments that are nested too
// deeply: tree-sitter-ocaml v0.25.0 calls itself for each and overflows the C
// stack, which ends the process.
func maskDeepComments(text string) string {
	if strings.Count(text, "(*") <= maxCommentDepth {
		return text
	}
	m, depth := masker{text: text}, 0
	for i := 0; i+1 < len(text); i++ {
		switch text[i : i+2] {
		case "(*":
			if depth++; depth > maxCommentDepth {
				m.blank(Range{i, i + 1})
			}
			i++
		case "*)":
			depth = max(0, depth-1)
			i++
		}
	}
	return m.String()
}

var heredocStart = lazyregexp.New("<<[~-]?([\"'`]|[\\pL\\pN_])")

// maskLongHeredocs hides the start of Ruby heredocs whose word is long, by
// blanks of the same length.
//
// tree-sitter-ruby v0.23.1 keeps the length of that word in one byte and ends
// the process by an assertion when it comes to more than 255. Typing <<~" where
// the next quote is some lines below is enough.
func maskLongHeredocs(text string) string {
	m := masker{text: text}
	for _, at := range heredocStart.FindAllStringSubmatchIndex(text, -1) {
		word := text[at[2]:]
		length := 0
		if quote := word[0]; strings.IndexByte("\"'`", quote) >= 0 {
			if length = strings.IndexByte(word[1:], quote); length < 0 {
				length = len(word)
			}
		} else if length = strings.IndexFunc(word, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r) }); length < 0 {
			length = len(word)
		}
		if length > maxHeredocWord {
			m.blank(Range{at[0], at[0] + 2})
		}
	}
	return m.String()
}
