package settings

import (
	"regexp"
	"slices"
	"strings"
)

// Exclude are the globs of the setting gloss.exclude.
type Exclude []*regexp.Regexp

// NewExclude compiles globs; an empty one names nothing.
func NewExclude(globs []string) Exclude {
	e := make(Exclude, 0, len(globs))
	for _, g := range globs {
		if g != "" {
			e = append(e, compileGlob(g))
		}
	}
	return e
}

// Match reports whether the globs name a path, which is written with slashes.
func (e Exclude) Match(path string) bool {
	return slices.ContainsFunc(e, func(g *regexp.Regexp) bool { return g.MatchString(path) })
}

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
