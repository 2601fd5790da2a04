package main

import (
	"strings"
	"unicode"

	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// minHidden is the least length of a name that is worth hiding.
const minHidden = 3

// hidden returns p with f for its name, in the code as well, so that nothing
// but the body is left to say what it does.
func hidden(p corpus.Pair) corpus.Pair {
	parts := strings.FieldsFunc(p.Name, func(r rune) bool { return !isWord(r) })
	if len(parts) > 0 {
		p.Code = replaceWord(p.Code, parts[len(parts)-1], "f") // close of M.close, empty of empty?
	}
	p.Name = "f"
	return p
}

// replaceWord puts with in the place of every word of code that is old.
func replaceWord(code, old, with string) string {
	var b strings.Builder
	for code != "" {
		word := strings.IndexFunc(code, func(r rune) bool { return !isWord(r) })
		if word < 0 {
			word = len(code)
		}
		if code[:word] == old {
			b.WriteString(with)
		} else {
			b.WriteString(code[:word])
		}
		code = code[word:]
		between := strings.IndexFunc(code, isWord)
		if between < 0 {
			between = len(code)
		}
		b.WriteString(code[:between])
		code = code[between:]
	}
	return b.String()
}

func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}
