package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// markdownDoc is the Markdown of doc comments. Only what may stand in a first
// sentence is read, and names that look like markup are left alone: a parser of
// the whole language would read more than is shown, and knows none of what
// documentation tools add to it.
var markdownDoc = blockMarkup{part: markdownPart, inline: &constructs{
	'`': {codeSpan}, '[': {link}, '!': {image}, '<': {autoLink, htmlElement},
	'*': {emphasis}, '_': {emphasis}, '\\': {escape}, '&': {entity},
}}

// namesDoc is Markdown in which [name] links to code, as in Rust.
var namesDoc = blockMarkup{part: markdownPart, inline: &constructs{
	'`': {codeSpan}, '[': {link, nameLink}, '!': {image}, '<': {autoLink, htmlElement},
	'*': {emphasis}, '_': {emphasis}, '\\': {escape}, '&': {entity},
}}

func markdownPart(line string) (part, string) {
	switch {
	case strings.HasPrefix(line, "```"), strings.HasPrefix(line, "~~~"):
		return fence, line[:3]
	case headingOfDetails.MatchString(line):
		return rest, ""
	case heading.MatchString(line), linkDefinition.MatchString(line), line[0] == '|' && strings.HasSuffix(line, "|"):
		return nothing, ""
	case strings.HasPrefix(line, "> "):
		return prose, strings.TrimSpace(line[2:])
	}
	return prose, line
}

var (
	heading = lazyregexp.New(`^#{1,6}\s`)
	// headingOfDetails matches the title of what is no summary.
	headingOfDetails = lazyregexp.New(`^#{1,6}\s+(?i:panics?|safety|errors?|examples?|arguments|parameters|options|returns?|see also|notes?|usage)\b`)
	linkDefinition   = lazyregexp.New(`^\[[^\]]+\]:\s`)
)
