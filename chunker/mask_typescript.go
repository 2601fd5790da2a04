package chunker

import (
	"regexp"
	"strings"
)

var using = regexp.MustCompile(`(?m)^[ \t]*(await[ \t]+)?using[ \t]+[\pL_$][\pL\pN_$]*[ \t]*[:=]`)

// maskUsing makes a const of "using", as long a word, and of "await using", which
// tree-sitter-typescript v0.23.2 does not know.
func maskUsing(text string) string {
	if !strings.Contains(text, "using") {
		return text
	}
	var masked []byte
	for _, at := range using.FindAllStringSubmatchIndex(text, -1) {
		if masked == nil {
			masked = []byte(text)
		}
		if at[2] >= 0 {
			copy(masked[at[2]:at[3]], "     ")
		}
		copy(masked[max(at[0], at[3]):], strings.Replace(text[max(at[0], at[3]):at[1]], "using", "const", 1))
	}
	if masked == nil {
		return text
	}
	return string(masked)
}
