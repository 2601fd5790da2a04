package lsp

import (
	"regexp"
	"strings"
)

// compileGlob compiles a glob of the setting gloss.exclude. It matches from
// any folder on: * and ? stay within one name, ** spans folders, and a glob
// that names a folder means all that is in it.
func compileGlob(glob string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?:^|/)`)
	rest := strings.TrimPrefix(strings.TrimPrefix(glob, "/"), "**/")
	for len(rest) > 0 {
		switch {
		case strings.HasPrefix(rest, "**/"):
			b.WriteString(`(?:.*/)?`)
			rest = rest[3:]
		case strings.HasPrefix(rest, "**"):
			b.WriteString(`.*`)
			rest = rest[2:]
		case rest[0] == '*':
			b.WriteString(`[^/]*`)
			rest = rest[1:]
		case rest[0] == '?':
			b.WriteString(`[^/]`)
			rest = rest[1:]
		default:
			n := strings.IndexAny(rest, "*?")
			if n < 0 {
				n = len(rest)
			}
			b.WriteString(regexp.QuoteMeta(rest[:n]))
			rest = rest[n:]
		}
	}
	b.WriteString(`(?:/.*)?$`)
	return regexp.MustCompile(b.String())
}
