package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

// walkRules say what a walk passes over.
type walkRules struct {
	globs    globs
	exclude  settings.Exclude
	noTests  bool // no files of tests
	hidden   bool // are visited
	noIgnore bool // visit what ignore files name, and node_modules
}

// found is a file that a walk has found.
type found struct {
	path string // as the user would write it
	real string // where it lies, whatever links lead there
	open opener
}

// opener opens a file.
type opener func() (*untrusted.File, error)

// walk goes through the folder root.
type walk struct {
	rules      walkRules
	visit      func(found) error
	unreadable func(error) // is told of what cannot be read
	warn       func(error) // is told of what is read otherwise than one would think
}

// files visits the regular files below root, in lexical order, that git would
// not ignore, nor a file .ignore. Hidden files, node_modules and symbolic links
// are passed over, as people's other search tools do. What cannot be read is
// told, and the walk goes on. An error of visit ends the walk.
func (o *walk) files(root string) error {
	abs, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	top := repositoryTop(abs)
	tree, err := os.OpenRoot(top)
	if err != nil {
		o.unreadable(err)
		return nil
	}
	defer tree.Close()
	w := walker{walk: o, root: root, abs: abs, top: top, tree: tree}
	if w.real, err = filepath.EvalSymlinks(top); err != nil {
		o.unreadable(err)
		return nil
	}

	var ignored ignores
	above := w.split(abs)
	if !o.rules.noIgnore {
		ignored = w.add(ignored, false, "the user's ignore file", "", userIgnoreFile)
		ignored = w.add(ignored, false, "info/exclude", "", excludeFile(tree))
		// The ignore files of the folders above root hold for root as well.
		named := false
		for i := range above {
			ignored = w.addFolder(ignored, path.Join(above[:i]...))
			named = named || ignored.match(path.Join(above[:i+1]...), true)
		}
		// Whoever names an ignored folder wants to see what is in it.
		if named {
			ignored = ignores{}
		}
	}
	return w.folder(path.Join(above...), ignored)
}

type walker struct {
	*walk
	root, abs, top string
	real           string   // top, whatever links lead there
	tree           *os.Root // top; nothing outside of it is opened
	told           bool     // that an ignore file is left out
}

// add adds the patterns of an ignore file, and says of the first one that is
// too large that it is.
func (w *walker) add(g ignores, own bool, name, domain string, read func(int64) ([]byte, error)) ignores {
	g, err := g.with(own, domain, read)
	if err != nil && !w.told {
		w.told = true
		w.warn(fmt.Errorf("%s: %w", name, err))
	}
	return g
}

func (w *walker) addFolder(g ignores, folder string) ignores {
	if w.rules.noIgnore {
		return g
	}
	for _, name := range []string{".gitignore", ".ignore"} {
		file := path.Join(folder, name)
		g = w.add(g, name == ".ignore", w.named(file), folder, ignoreFile(w.tree, file))
	}
	return g
}

// folder walks through a folder, whose path below the top is given with
// slashes.
func (w *walker) folder(dir string, ignored ignores) error {
	entries, err := w.list(dir)
	if err != nil {
		w.unreadable(w.explain(dir, err))
	}
	ignored = w.addFolder(ignored, dir)
	for _, e := range entries {
		entry := path.Join(dir, e.Name())
		if w.passesOver(entry, e.IsDir(), &ignored) {
			continue
		}
		switch {
		case e.IsDir():
			err = w.folder(entry, ignored)
		case e.Type().IsRegular():
			err = w.visit(found{w.named(entry), filepath.Join(w.real, filepath.FromSlash(entry)), func() (*untrusted.File, error) {
				f, err := untrusted.OpenIn(w.tree, entry)
				return f, w.explain(entry, err)
			}})
		default:
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) passesOver(entry string, isDir bool, ignored *ignores) bool {
	name := path.Base(entry)
	if name == ".git" || w.rules.exclude.Match(entry) || w.rules.noTests && isTestFile(entry, isDir) {
		return true
	}
	switch w.rules.globs.judge(filepath.Join(w.top, filepath.FromSlash(entry)), entry, isDir) {
	case wanted:
		return false
	case unwanted:
		return true
	}
	return !w.rules.hidden && strings.HasPrefix(name, ".") || !w.rules.noIgnore && name == "node_modules" || ignored.match(entry, isDir)
}

// list returns what is in a folder, by name, as far as it can be read.
func (w *walker) list(dir string) ([]fs.DirEntry, error) {
	f, err := w.tree.Open(path.Join(".", dir))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// named writes a path below the top as the user wrote root.
func (w *walker) named(below string) string {
	path := filepath.Join(w.top, filepath.FromSlash(below))
	rel, err := filepath.Rel(w.abs, path)
	if err != nil {
		return path
	}
	return filepath.Join(w.root, rel)
}

// explain gives an error about a path below the top the name that the user
// knows.
func (w *walker) explain(below string, err error) error {
	var known *fs.PathError
	if !errors.As(err, &known) {
		return err
	}
	return &fs.PathError{Op: "open", Path: w.named(below), Err: known.Err}
}

// split returns dir's path below the repository's top, element by element.
func (w *walker) split(dir string) []string {
	rel, err := filepath.Rel(w.top, dir)
	if err != nil || rel == "." {
		return nil
	}
	return strings.Split(filepath.ToSlash(rel), "/")
}

// repositoryTop returns the nearest folder at or above dir that holds .git, or
// dir itself outside a repository.
func repositoryTop(dir string) string {
	for d := dir; ; {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		parent := filepath.Dir(d)
		if parent == d {
			return dir
		}
		d = parent
	}
}
