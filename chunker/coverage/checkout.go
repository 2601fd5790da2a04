package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

// checkout is a folder and its source files.
type checkout struct {
	dir     string
	name    string // of the repository, for tables
	commit  string // "" outside of git
	files   map[*chunker.Language][]file
	skipped map[*chunker.Language]int // files that gloss passes over
}

// file is a source file that gloss would read.
type file struct {
	path string // absolute
	name string // below the checkout, with slashes
	text string
}

// readCheckout reads the files below dir that `gloss summarize` would: those
// that git does not ignore, without hidden ones, node_modules, links, and what
// chunker.SkipReason names.
func readCheckout(ctx context.Context, dir string) (checkout, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return checkout{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return checkout{}, err
	}
	defer root.Close()
	c := checkout{
		dir: dir,
		// Collections of checkouts name a folder OWNER+NAME.
		name:    strings.ReplaceAll(filepath.Base(dir), "+", "/"),
		files:   map[*chunker.Language][]file{},
		skipped: map[*chunker.Language]int{},
	}
	names, err := c.names(ctx, root)
	if err != nil {
		return checkout{}, fmt.Errorf("list the files of %s: %w", dir, err)
	}
	for _, name := range names {
		if passedOver(name) {
			continue
		}
		if info, err := root.Lstat(name); err != nil || !info.Mode().IsRegular() {
			continue // deleted, a link, a submodule
		}
		f, err := untrusted.OpenIn(root, name)
		if err != nil {
			return checkout{}, err
		}
		err = c.add(dir, name, f)
		f.Close()
		if err != nil {
			return checkout{}, err
		}
	}
	return c, nil
}

// add reads a file if it is of a language that gloss knows.
func (c *checkout) add(dir, name string, f *untrusted.File) error {
	head := make([]byte, 1024)
	n, _ := f.ReadAt(head, 0)
	language := chunker.LanguageForFile(name, head[:n])
	if language == nil {
		return nil
	}
	if f.Size() > chunker.DefaultMaxBytes {
		c.skipped[language]++
		return nil
	}
	text, err := f.ReadAll(chunker.DefaultMaxBytes)
	if err != nil {
		return err
	}
	if _, skip := chunker.SkipReason(name, string(text)); skip || strings.ContainsAny(name, "\r\n") {
		c.skipped[language]++
		return nil
	}
	c.files[language] = append(c.files[language], file{filepath.Join(dir, filepath.FromSlash(name)), name, string(text)})
	return nil
}

// names lists the files below root, in lexical order, and notes the commit.
func (c *checkout) names(ctx context.Context, root *os.Root) ([]string, error) {
	if commit, err := c.git(ctx, "rev-parse", "HEAD"); err == nil {
		c.commit = strings.TrimSpace(commit)
		listed, err := c.git(ctx, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
		return strings.FieldsFunc(listed, func(r rune) bool { return r == 0 }), err
	}
	var names []string
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != "." && passedOver(name) {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// git asks git about the checkout. What its configuration would have git run is
// not run.
func (c *checkout) git(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", append([]string{"-C", c.dir, "-c", "core.fsmonitor=false"}, args...)...).Output()
	return string(out), err
}

// passedOver reports whether gloss looks into nothing of that name.
func passedOver(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") || element == "node_modules" {
			return true
		}
	}
	return false
}
