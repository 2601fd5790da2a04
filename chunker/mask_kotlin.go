package chunker

import (
	"regexp"
	"strings"
)

// contextParameters are those before a definition: context(log: Log) fun f().
// A call of that name ends its line with a brace, or stands before no definition.
var contextParameters = regexp.MustCompile(`(?m)^[ \t]*context(\((?:[^()"]|\([^()"]*\))*\))\s+(?:@|(?:fun|va[lr]|class|p(?:rivate|ublic|rotected)|internal|override|suspend|inline|operator|infix|abstract|open|final|tailrec|actual|expect)\b)`)

// maskContexts shows context parameters to the grammar as an annotation:
// tree-sitter-kotlin takes them for a call, or for a property of a class.
func maskContexts(text string) string {
	if !strings.Contains(text, "context(") {
		return text
	}
	var masked []byte
	for _, at := range contextParameters.FindAllStringSubmatchIndex(text, -1) {
		if masked == nil {
			masked = []byte(text)
		}
		masked[at[2]-len("context")] = '@'
		for i := at[2] + 1; i < at[3]-1; i++ {
			if masked[i] != '\n' && masked[i] != '\r' {
				masked[i] = ' '
			}
		}
	}
	if masked == nil {
		return text
	}
	return string(masked)
}
