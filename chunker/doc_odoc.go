package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// odoc is the markup of OCaml's doc comments.
var odoc = blockMarkup{part: odocPart, inline: &constructs{
	'[': {odocCode}, '{': {odocBrace}, '\\': {escape}, '`': {codeSpan},
}}

func odocPart(line string) (part, string) {
	switch {
	case strings.HasPrefix(line, "{["), strings.HasPrefix(line, "{v"):
		closing := map[byte]string{'[': "]}", 'v': "v}"}[line[1]]
		if strings.Contains(line, closing) {
			return nothing, ""
		}
		return fence, closing
	case odocList.MatchString(line):
		return item, line
	case odocTag.MatchString(line):
		return rest, ""
	}
	return prose, line
}

var (
	odocTag  = lazyregexp.New(`^@[a-z]+\b`)
	odocList = lazyregexp.New(`^\{(?:[uo]l\b|li\b|-\s)`)
	// odocStyle matches what begins a styled text, a list or its item.
	odocStyle = lazyregexp.New(`^\{(?:[biecCLRp]|ul|ol|li|-|mb?|math)(?:\s|$)\s*`)
	odocTitle = lazyregexp.New(`^\{\d(?::[\w-]*)?\s`)
	odocKind  = lazyregexp.New(`^(?:[a-z-]+[:!])?`)
)

var odocEscapes = strings.NewReplacer(`\[`, "[", `\]`, "]", `\\`, `\`, `\@`, "@", `\{`, "{", `\}`, "}")

// odocCode reads [code], in which brackets are balanced.
func odocCode(r *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if end == at {
		return at
	}
	if s[at+1] == ' ' {
		r.out.WriteByte(' ')
	}
	r.code(odocEscapes.Replace(s[at+1 : end-1]))
	return end
}

// odocBrace reads {!target}, {{!target} label}, {{:address} label}, {b text}.
func odocBrace(r *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if end == at {
		return at
	}
	text := s[at+1 : end-1]
	switch {
	case text == "":
		return at
	case text[0] == '!':
		r.code(strings.TrimPrefix(text[1:], odocKind.FindString(text[1:])))
	case text[0] == ':':
		r.code(text[1:])
	case text[0] == '{':
		if target := balanced(text, 0); target > 0 {
			r.read(strings.TrimSpace(text[target:]))
		}
	case text[0] == '[', text[0] == 'v' && strings.HasSuffix(text, "v"):
		r.breakHere()
	case text[0] == '^', text[0] == '_':
		r.code(text)
	case text[0] == '%', odocTitle.MatchString(s[at:]):
	case odocStyle.MatchString(s[at:end]):
		if list := text[0] == '-' || len(text) > 1 && text[1] == 'l'; list || strings.HasPrefix(text, "li") {
			r.breakHere()
		}
		r.read(text[len(odocStyle.FindString(s[at:end]))-1:])
	default:
		return at
	}
	return end
}
