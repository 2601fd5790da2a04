package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// contextParameters are those before a definition: context(log: Log) fun f().
// A call of that name ends its line with a brace, or stands before no definition.
var contextParameters = lazyregexp.New(`(?m)^[ \t]*context(\((?:[^()"]|\([^()"]*\))*\))\s+(?:@|(?:fun|va[lr]|class|p(?:rivate|ublic|rotected)|internal|override|suspend|inline|operator|infix|abstract|open|final|tailrec|actual|expect)\b)`)

// maskContexts shows context parameters to the grammar as an annotation:
// tree-sitter-kotlin takes them for a call, or for a property of a class.
func maskContexts(text string) string {
	if !strings.Contains(text, "context(") {
		return text
	}
	m := masker{text: text}
	for _, at := range contextParameters.FindAllStringSubmatchIndex(text, -1) {
		word := at[2] - len("context")
		m.fill(Range{word, word + 1}, '@')
		m.blank(Range{at[2] + 1, at[3] - 1})
	}
	return m.String()
}
