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

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// walkFiles calls visit for the regular files below root, in lexical order,
// that git would not ignore, with what opens them. Hidden files, node_modules
// and symbolic links are passed over, as people's other search tools do. What
// cannot be read is given to unreadable, and the walk goes on. An error of
// visit ends the walk.
func walkFiles(root string, visit func(path string, open opener) error, unreadable func(error)) error {
	abs, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	top := repositoryTop(abs)
	tree, err := os.OpenRoot(top)
	if err != nil {
		unreadable(err)
		return nil
	}
	defer tree.Close()
	w := walker{root: root, abs: abs, top: top, tree: tree, visit: visit, unreadable: unreadable}

	var ignored ignores
	ignored = w.add(ignored, "the user's ignore file", nil, userIgnoreFile)
	ignored = w.add(ignored, "info/exclude", nil, excludeFile(tree))
	// The ignore files of the folders above root hold for root as well.
	above := w.split(abs)
	for i := range above {
		ignored = w.addFolder(ignored, above[:i])
	}
	// Whoever names an ignored folder wants to see what is in it.
	if len(above) > 0 && ignored.match(above, true) {
		ignored = ignores{}
	}
	return w.folder(above, ignored)
}

// opener opens a file that a walk has found.
type opener func() (*untrusted.File, error)

type walker struct {
	root, abs, top string
	tree           *os.Root // top; nothing outside of it is opened
	visit          func(string, opener) error
	unreadable     func(error)
	told           bool // that an ignore file is left out
}

// add adds the patterns of an ignore file, and says of the first one that is
// too large that it is.
func (w *walker) add(g ignores, name string, domain []string, read func(int64) ([]byte, error)) ignores {
	g, err := g.with(domain, read)
	if err != nil && !w.told {
		w.told = true
		w.unreadable(fmt.Errorf("%s: %w", name, err))
	}
	return g
}

func (w *walker) addFolder(g ignores, folder []string) ignores {
	return w.add(g, w.named(append(slices.Clip(folder), ".gitignore")), folder, ignoreFile(w.tree, folder))
}

// folder walks through a folder, whose path below the top is given element by
// element.
func (w *walker) folder(dir []string, ignored ignores) error {
	entries, err := w.list(dir)
	if err != nil {
		w.unreadable(w.explain(dir, err))
	}
	ignored = w.addFolder(ignored, dir)
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || name == "node_modules" {
			continue
		}
		entry := append(slices.Clip(dir), name)
		if ignored.match(entry, e.IsDir()) {
			continue
		}
		switch {
		case e.IsDir():
			err = w.folder(entry, ignored)
		case e.Type().IsRegular():
			err = w.visit(w.named(entry), func() (*untrusted.File, error) {
				f, err := untrusted.OpenIn(w.tree, path.Join(entry...))
				return f, w.explain(entry, err)
			})
		default:
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list returns what is in a folder, by name, as far as it can be read.
func (w *walker) list(dir []string) ([]fs.DirEntry, error) {
	f, err := w.tree.Open(path.Join(append([]string{"."}, dir...)...))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// named writes a path below the top as the user wrote root.
func (w *walker) named(below []string) string {
	path := filepath.Join(w.top, filepath.Join(below...))
	rel, err := filepath.Rel(w.abs, path)
	if err != nil {
		return path
	}
	return filepath.Join(w.root, rel)
}

// explain gives an error about a path below the top the name that the user
// knows.
func (w *walker) explain(below []string, err error) error {
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
