package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// What the ignore files may hold that are in force in one folder, its own and
// those above it together. Every file below is compared with every pattern.
const (
	maxIgnoreBytes    = 1 << 20
	maxIgnorePatterns = 5000
)

// ignores are the patterns in force in a folder, in the order in which later
// ones win.
type ignores struct {
	patterns []gitignore.Pattern
	bytes    int // of the files that they stand in
}

// with returns g and the patterns of one more ignore file, which read reads if
// it has no more than so many bytes. They hold below the folder domain. What
// cannot be read has no patterns: git does the same. What is too much is left
// out, and an error says so.
func (g ignores) with(domain []string, read func(most int64) ([]byte, error)) (ignores, error) {
	errTooMuch := fmt.Errorf("it is left out: gloss reads at most %d patterns and %d KiB of the ignore files that hold in one folder", maxIgnorePatterns, maxIgnoreBytes>>10)
	b, err := read(int64(maxIgnoreBytes - g.bytes))
	var size *untrusted.SizeError
	switch {
	case errors.As(err, &size):
		return g, errTooMuch
	case err != nil:
		return g, nil
	}
	more := make([]gitignore.Pattern, 0, 16)
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if len(g.patterns)+len(more) == maxIgnorePatterns {
			return g, errTooMuch
		}
		more = append(more, gitignore.ParsePattern(line, domain))
	}
	if len(more) == 0 {
		return g, nil
	}
	return ignores{append(slices.Clip(g.patterns), more...), g.bytes + len(b)}, nil
}

func (g ignores) match(path []string, isDir bool) bool {
	return gitignore.NewMatcher(g.patterns).Match(path, isDir)
}

// ignoreFile reads a .gitignore of the tree, which is no link: git follows none
// either.
func ignoreFile(tree *os.Root, folder []string) func(int64) ([]byte, error) {
	return func(most int64) ([]byte, error) {
		return untrusted.ReadIn(tree, path.Join(append(slices.Clip(folder), ".gitignore")...), most)
	}
}

// userIgnoreFile reads the user's own ignore file, where git looks for it on
// every system.
func userIgnoreFile(most int64) ([]byte, error) {
	dir := os.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(home, ".config")
	}
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("%s is not absolute", dir)
	}
	return untrusted.Read(filepath.Join(dir, "git", "ignore"), most)
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
