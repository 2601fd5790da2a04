package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// pattern is a line of an ignore file, or what --glob names.
type pattern struct {
	domain  string // the folder that it holds in, with a slash behind; "" is the top
	glob    string // of a path below that
	negated bool
	folders bool // and no files
}

// newPattern reads a pattern as git does: one without a slash, but for one at
// its end, is of a name at any depth. https://git-scm.com/docs/gitignore
func newPattern(text, domain string) pattern {
	p := pattern{domain: domain}
	text, p.negated = strings.CutPrefix(text, "!")
	text, p.folders = strings.CutSuffix(text, "/")
	if !strings.Contains(text, "/") {
		text = "**/" + text
	}
	text = strings.TrimPrefix(text, "/")
	if inside, ok := strings.CutSuffix(text, "/**"); ok {
		text = inside + "/**/*" // and not the folder itself
	}
	p.glob = text
	return p
}

// braces mean themselves in an ignore file.
var braces = strings.NewReplacer(`\\`, `\\`, `\{`, `\{`, `\}`, `\}`, "{", `\{`, "}", `\}`)

// ignorePattern reads a line of an ignore file, which is empty or a comment
// where ok is false.
func ignorePattern(line, domain string) (p pattern, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	if line == "" || line[0] == '#' {
		return pattern{}, false
	}
	return newPattern(braces.Replace(line), domain), true
}

func (p *pattern) match(path string, isDir bool) bool {
	if p.folders && !isDir {
		return false
	}
	below, ok := strings.CutPrefix(path, p.domain)
	if !ok {
		return false
	}
	ok, err := doublestar.Match(p.glob, below)
	return ok && err == nil
}

// last returns the last pattern that a path matches, or nil: it is the one that
// counts.
func last(patterns []pattern, path string, isDir bool) *pattern {
	for i := len(patterns) - 1; i >= 0; i-- {
		if patterns[i].match(path, isDir) {
			return &patterns[i]
		}
	}
	return nil
}

// globs are those of --glob, which go before all ignore files: a file must
// match one of those without "!", if there are any.
type globs struct {
	patterns []pattern
	positive bool   // there is one without "!"
	folder   string // the working directory, which they are relative to
}

func newGlobs(texts []string) (globs, error) {
	var g globs
	for _, text := range texts {
		if !doublestar.ValidatePattern(strings.TrimPrefix(text, "!")) || strings.TrimPrefix(text, "!") == "" {
			return globs{}, fmt.Errorf("%q is no glob", text)
		}
		p := newPattern(text, "")
		g.positive = g.positive || !p.negated
		g.patterns = append(g.patterns, p)
	}
	if len(g.patterns) > 0 {
		var err error
		if g.folder, err = filepath.Abs("."); err != nil {
			return globs{}, err
		}
	}
	return g, nil
}

type verdict int

const (
	undecided verdict = iota
	wanted
	unwanted
)

// judge says what the globs make of a path, which is given as one on the
// machine and as one below the top that is walked through.
func (g *globs) judge(abs, below string, isDir bool) verdict {
	if len(g.patterns) == 0 {
		return undecided
	}
	path := below
	if rel, err := filepath.Rel(g.folder, abs); err == nil && filepath.IsLocal(rel) {
		path = filepath.ToSlash(rel)
	}
	switch p := last(g.patterns, path, isDir); {
	case p == nil && g.positive && !isDir:
		return unwanted
	case p == nil:
		return undecided
	case p.negated:
		return unwanted
	}
	return wanted
}
