package chunker

import "github.com/gloss-lsp/gloss/models/lazyregexp"

// exdoc is the Markdown of Elixir's documentation.
var exdoc = blockMarkup{part: markdownPart, inline: &constructs{
	'`': {exdocCode, codeSpan}, '[': {link}, '!': {image}, '<': {autoLink, htmlElement},
	'*': {emphasis}, '_': {emphasis}, '\\': {escape}, '&': {entity},
}}

// exdocKind matches what tells a callback, a type or a module from a function.
var exdocKind = lazyregexp.New(`^[ctme]:([\w.!?/]+)$`)

// exdocCode reads code that links to a callback or the like.
func exdocCode(r *inlineReader, s string, at int) int {
	text, end := backticked(s, at, 1)
	if m := exdocKind.FindStringSubmatch(text); m != nil {
		r.code(m[1])
		return end
	}
	return at
}
