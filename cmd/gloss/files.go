package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// walkFiles calls visit for the regular files below root, in lexical order,
// that git would not ignore. Hidden files, node_modules and symbolic links are
// passed over, as people's other search tools do. What cannot be read is given
// to unreadable, and the walk goes on. An error of visit ends the walk.
func walkFiles(root string, visit func(path string) error, unreadable func(error)) error {
	abs, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	top := repositoryTop(abs)
	w := walker{root: root, abs: abs, top: top, visit: visit, unreadable: unreadable}

	var patterns []gitignore.Pattern
	patterns = append(patterns, readIgnoreFile(filepath.Join(top, ".git", "info", "exclude"), nil)...)
	// The ignore files of the folders above root hold for root as well.
	above := w.split(abs)
	for i := range above {
		patterns = append(patterns, readIgnoreFile(filepath.Join(top, filepath.Join(above[:i]...), ".gitignore"), above[:i])...)
	}
	// Whoever names an ignored folder wants to see what is in it.
	if len(above) > 0 && gitignore.NewMatcher(patterns).Match(above, true) {
		patterns = nil
	}
	return w.folder(abs, patterns)
}

type walker struct {
	root, abs, top string
	visit          func(string) error
	unreadable     func(error)
}

func (w *walker) folder(dir string, patterns []gitignore.Pattern) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.unreadable(err)
	}
	domain := w.split(dir)
	patterns = slices.Concat(patterns, readIgnoreFile(filepath.Join(dir, ".gitignore"), domain))
	ignored := gitignore.NewMatcher(patterns)
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || name == "node_modules" {
			continue
		}
		if ignored.Match(append(slices.Clip(domain), name), e.IsDir()) {
			continue
		}
		path := filepath.Join(dir, name)
		switch {
		case e.IsDir():
			err = w.folder(path, patterns)
		case e.Type().IsRegular():
			err = w.visit(w.named(path))
		default:
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// named writes path as the user wrote root.
func (w *walker) named(path string) string {
	rel, err := filepath.Rel(w.abs, path)
	if err != nil {
		return path
	}
	return filepath.Join(w.root, rel)
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

// maxIgnoreFile bounds what is read of one ignore file.
const maxIgnoreFile = 1 << 20

// readIgnoreFile returns the patterns of an ignore file, none when it cannot
// be read: git does the same.
func readIgnoreFile(path string, domain []string) []gitignore.Pattern {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxIgnoreFile {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var patterns []gitignore.Pattern
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, gitignore.ParsePattern(line, domain))
		}
	}
	return patterns
}
