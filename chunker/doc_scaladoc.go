package chunker

import "strings"

// scaladoc is the wiki syntax of Scala's doc comments, and their Markdown.
var scaladoc = blockMarkup{part: scaladocPart, inline: &constructs{
	'`': {codeSpan}, '{': {tripleBrace, braceTag('.')}, '[': {doubleBracket, link}, '\'': {wikiQuotes}, '<': {autoLink, htmlElement},
	'*': {emphasis}, '_': {emphasis}, '&': {entity},
}}

func scaladocPart(line string) (part, string) {
	switch {
	case strings.HasPrefix(line, "{{{"):
		if strings.Contains(line, "}}}") {
			return nothing, ""
		}
		return fence, "}}}"
	case line[0] == '=' && strings.HasSuffix(line, "="):
		return nothing, ""
	}
	return javadocPart(line)
}

// tripleBrace reads {{{code}}}.
func tripleBrace(r *inlineReader, s string, at int) int {
	text, end, ok := between(s, at, "{{{", "}}}")
	if !ok {
		return at
	}
	r.code(text)
	return end
}

// wikiQuotes reads ”'bold”' and ”italic”.
func wikiQuotes(r *inlineReader, s string, at int) int {
	for _, quotes := range []string{"'''", "''"} {
		if text, end, ok := between(s, at, quotes, quotes); ok && text != "" {
			r.read(text)
			return end
		}
	}
	return at
}
