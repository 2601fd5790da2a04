package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// plainDoc is text without markup, but for what people write everywhere, code in
// backticks and stars around a word, and for the tags of shdoc.
var plainDoc = blockMarkup{part: plainPart, inline: &constructs{'`': {codeSpan}, '*': {emphasis}}}

var (
	shdocTags = words("arg args noargs option set exitcode stdin stdout stderr see example internal section file name env env_var")
	// parameterLine matches what describes a parameter, or how to call.
	parameterLine = lazyregexp.New(`^(?:\$[\d@*]|(?i:usage|example|globals|arguments|params?|args?|returns?|outputs?)\s*:)`)
)

func plainPart(line string) (part, string) {
	switch name := tagName(line); {
	case summaryTags[name]:
		return summary, afterTag(line, name)
	case shdocTags[name], strings.HasPrefix(line, "@param"), parameterLine.MatchString(line):
		return field, ""
	}
	return prose, line
}
