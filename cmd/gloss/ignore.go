package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// What the ignore files may hold that are in force in one folder, its own and
// those above it together. Every file below is compared with every pattern.
const (
	maxIgnoreBytes    = 1 << 20
	maxIgnorePatterns = 5000
)

// ignores are the patterns in force in a folder, in the order in which later
// ones win. Those of .ignore files go before git's, as other search tools have
// it.
type ignores struct {
	git, own []pattern
	bytes    int // of the files that they stand in
}

// with returns g and the patterns of one more ignore file, which read reads if
// it has no more than so many bytes. They hold below the folder domain. What
// cannot be read has no patterns: git does the same. What is too much is left
// out, and an error says so.
func (g ignores) with(own bool, domain string, read func(most int64) ([]byte, error)) (ignores, error) {
	errTooMuch := fmt.Errorf("it is left out: gloss reads at most %d patterns and %d KiB of the ignore files that hold in one folder", maxIgnorePatterns, maxIgnoreBytes>>10)
	b, err := read(int64(maxIgnoreBytes - g.bytes))
	var size *untrusted.SizeError
	switch {
	case errors.As(err, &size):
		return g, errTooMuch
	case err != nil:
		return g, nil
	}
	if domain != "" {
		domain += "/"
	}
	var more []pattern
	for line := range strings.Lines(strings.TrimPrefix(string(b), "\ufeff")) {
		p, ok := ignorePattern(line, domain)
		if !ok {
			continue
		}
		if len(g.git)+len(g.own)+len(more) == maxIgnorePatterns {
			return g, errTooMuch
		}
		more = append(more, p)
	}
	into := &g.git
	if own {
		into = &g.own
	}
	*into = append(slices.Clip(*into), more...)
	g.bytes += len(b)
	return g, nil
}

// match reports whether a path below the top is ignored, if what is above it is
// not.
func (g *ignores) match(path string, isDir bool) bool {
	p := last(g.own, path, isDir)
	if p == nil {
		p = last(g.git, path, isDir)
	}
	return p != nil && !p.negated
}

// ignoreFile reads an ignore file of the tree, which is no link: git follows
// none either.
func ignoreFile(tree *os.Root, name string) func(int64) ([]byte, error) {
	return func(most int64) ([]byte, error) { return untrusted.ReadIn(tree, name, most) }
}

// userIgnoreFile reads the user's own ignore file.
func userIgnoreFile(most int64) ([]byte, error) {
	path, err := userIgnorePath()
	if err != nil {
		return nil, err
	}
	return untrusted.Read(path, most)
}

// excludeFile reads the ignore file that belongs to a clone and not to what is
// in it, info/exclude. A worktree that is linked to a clone has it there.
func excludeFile(tree *os.Root) func(int64) ([]byte, error) {
	return func(most int64) ([]byte, error) {
		if common := commonFolder(tree); common != "" {
			return untrusted.Read(filepath.Join(common, "info", "exclude"), most)
		}
		return untrusted.ReadIn(tree, ".git/info/exclude", most)
	}
}

// commonFolder returns the .git folder of the clone that the tree is a linked
// worktree of, or "". The clone must know the worktree as well: a tree that was
// unpacked may claim anything.
// https://git-scm.com/docs/gitrepository-layout
func commonFolder(tree *os.Root) string {
	const most = 16 << 10 // of a file that holds a path
	text, err := untrusted.ReadIn(tree, ".git", most)
	own, isLink := strings.CutPrefix(string(text), "gitdir: ")
	if err != nil || !isLink {
		return ""
	}
	own = from(tree.Name(), own)
	back, err := untrusted.Read(filepath.Join(own, "gitdir"), most)
	if err != nil {
		return ""
	}
	there, err := os.Stat(from(own, string(back)))
	if err != nil {
		return ""
	}
	if here, err := tree.Lstat(".git"); err != nil || !os.SameFile(here, there) {
		return ""
	}
	common, err := untrusted.Read(filepath.Join(own, "commondir"), most)
	if err != nil {
		return ""
	}
	return from(own, string(common))
}

// from returns what a path in a file of git means, relative to a folder or
// not.
func from(folder, path string) string {
	path = filepath.FromSlash(strings.TrimRight(path, "\r\n"))
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}
