package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// Files of some languages hold code among other things. What is no code is
// masked, so that the code stands where it stood, and the code's own grammar
// reads the rest.

// in returns the language of the code in text, and what its grammar is to read:
// as many bytes as text has.
func (l *Language) in(text string) (code *Language, parsed string) {
	if l.code == nil {
		return l, l.masked(text)
	}
	code, parsed = l.code(text)
	return code, code.masked(parsed)
}

// codeIn returns the language of the code in text.
func (l *Language) codeIn(text string) *Language {
	if l.code == nil {
		return l
	}
	code, _ := l.code(text)
	return code
}

// maxTag bounds the opening tag of a script, in which a quote may be open for as
// long as somebody types.
const maxTag = 4 << 10

var (
	// opening matches what begins a script, or what may hold the text of one.
	opening     = lazyregexp.New(`(?i)<!--|<script[\s/>]|<style[\s/>]`)
	endOfScript = lazyregexp.New(`(?i)</script(?:[\s/>]|$)`)
	endOfStyle  = lazyregexp.New(`(?i)</style(?:[\s/>]|$)`)
	tagValue    = lazyregexp.New(`([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?`)
)

// inScripts finds the code of a component of Vue or Svelte, which stands in its
// scripts. They have one grammar, that of the richest language among them, since
// each of these reads the plainer ones.
//
// A component is read as HTML is: a script ends at </script>, even inside a
// string. What only lacks its end, as it does while somebody types, hides
// nothing. No text takes long: what has no end is sought once, or not far.
func inScripts(text string) (code *Language, parsed string) {
	masked := blank(text)
	typed, markup := false, false
	endless := map[string]bool{} // openings whose end is nowhere in the rest of text
	for at := 0; ; {
		found := opening.FindStringIndex(text[at:])
		if found == nil {
			break
		}
		mark := strings.ToLower(text[at+found[0] : at+found[0]+4])
		at += found[1]
		switch mark {
		case "<!--":
			at += skipped(endless, mark, func() int { return strings.Index(text[at:], "-->") })
		case "<sty":
			at += skipped(endless, mark, func() int { return index(endOfStyle, text[at:]) })
		default:
			at-- // the tag may end where its name does
			tag, ok := cutTag(text[at:])
			if !ok {
				continue
			}
			at += len(tag)
			if strings.HasSuffix(tag, "/>") {
				continue
			}
			end := len(text)
			if i := index(endOfScript, text[at:]); i >= 0 {
				end = at + i
				masked[end] = ';' // a statement does not go on in the next script
			}
			if id := scriptLanguage(tag); id != "" {
				copy(masked[at:end], text[at:end])
				typed = typed || strings.HasPrefix(id, "ts")
				markup = markup || strings.HasSuffix(id, "x")
			}
			at = end
		}
	}
	switch {
	case typed && markup:
		return byID["typescriptreact"], string(masked)
	case typed:
		return byID["typescript"], string(masked)
	}
	return byID["javascript"], string(masked)
}

// blank returns as many blanks as text has bytes, with its line breaks.
func blank(text string) []byte {
	b := []byte(text)
	for i, c := range b {
		if c != '\n' && c != '\r' {
			b[i] = ' '
		}
	}
	return b
}

// index is where the first match in text begins, or -1.
func index(r *lazyregexp.Regexp, text string) int {
	if m := r.FindStringIndex(text); m != nil {
		return m[0]
	}
	return -1
}

// skipped returns how far it is to the end of what mark has opened, 0 where
// there is none: nobody looks for that twice.
func skipped(endless map[string]bool, mark string, find func() int) int {
	if endless[mark] {
		return 0
	}
	n := find()
	endless[mark] = n < 0
	return max(n, 0)
}

// cutTag returns what stands in a tag behind its name, with its end. A value may
// hold what would end it, as the generic types of a component do; a quote that
// is open counts as no quote.
func cutTag(text string) (tag string, ok bool) {
	text = text[:min(len(text), maxTag)]
	quote := byte(0)
	for i := range len(text) {
		switch c := text[i]; {
		case quote == 0 && c == '>':
			return text[:i+1], true
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	i := strings.IndexByte(text, '>')
	return text[:i+1], i >= 0
}

// scriptLanguage returns what a script is written in, by its tag: "js", "jsx",
// "ts" or "tsx", or "" where that is no code, or none that gloss knows.
func scriptLanguage(tag string) string {
	language := "js"
	for _, m := range tagValue.FindAllStringSubmatch(strings.TrimSuffix(tag, ">"), -1) {
		value := strings.ToLower(m[2] + m[3] + m[4])
		if name := strings.ToLower(m[1]); name != "lang" && name != "type" {
			continue
		}
		switch value[strings.LastIndexByte(value, '/')+1:] {
		case "", "module", "js", "javascript", "ecmascript":
		case "jsx", "babel":
			language = "jsx"
		case "ts", "typescript":
			language = "ts"
		case "tsx":
			language = "tsx"
		default:
			return ""
		}
	}
	return language
}
