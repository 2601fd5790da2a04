package mcpserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// maxPath bounds a path, in bytes: no system takes longer ones.
const maxPath = 4096

// Roots are the folders that tools may read, with all that is in them. Links that
// lead out of them are not followed.
type Roots struct{ roots []root }

type root struct {
	given string // absolute, as the user has named it
	real  string // where it lies, whatever links lead there
	tree  *os.Root
}

// OpenRoots opens folders, of which the first is where relative paths begin.
func OpenRoots(folders ...string) (*Roots, error) {
	r := &Roots{}
	for _, folder := range folders {
		given, err := filepath.Abs(folder)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		real, err := filepath.EvalSymlinks(given)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		tree, err := os.OpenRoot(real)
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		r.roots = append(r.roots, root{given, real, tree})
	}
	return r, nil
}

// Close closes the folders.
func (r *Roots) Close() error {
	var errs []error
	for _, root := range r.roots {
		errs = append(errs, root.tree.Close())
	}
	return errors.Join(errs...)
}

// String names the folders.
func (r *Roots) String() string {
	names := make([]string, len(r.roots))
	for i, root := range r.roots {
		names[i] = root.given
	}
	return strings.Join(names, ", ")
}

// Resolve returns where a file or a folder lies that is in one of the roots. A
// relative path is one in the first root that has it.
func (r *Roots) Resolve(path string) (string, error) {
	switch {
	case path == "":
		path = "."
	case len(path) > maxPath:
		return "", fmt.Errorf("the path has %d bytes; at most %d are possible", len(path), maxPath)
	case strings.ContainsRune(path, 0):
		return "", fmt.Errorf("the path %.200q has a character NUL in it", path)
	}
	err := r.outside(path)
	for i := range r.roots {
		root := &r.roots[i]
		below, ok := root.below(path)
		if !ok {
			continue
		}
		real, e := root.resolve(below)
		if e == nil {
			return real, nil
		}
		if err = fmt.Errorf("%.200q: %w (what can be read is in %s)", path, e, r); !errors.Is(e, fs.ErrNotExist) {
			break
		}
	}
	return "", err
}

func (r *Roots) outside(path string) error {
	return fmt.Errorf("%.200q is outside of what gloss was started for; what can be read is in %s", path, r)
}

// below returns a path relative to the root, if it can be one.
func (r *root) below(path string) (string, bool) {
	if !filepath.IsAbs(path) {
		return filepath.Clean(path), filepath.IsLocal(path)
	}
	for _, top := range []string{r.given, r.real} {
		if rel, err := filepath.Rel(top, path); err == nil && filepath.IsLocal(rel) {
			return rel, true
		}
	}
	return "", false
}

// resolve returns where a path below the root lies. The first look does not
// follow links out of the root, so that nothing is told of what is there.
func (r *root) resolve(below string) (string, error) {
	info, err := r.tree.Stat(below)
	if err != nil {
		return "", cause(err)
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return "", errors.New("it is neither a file nor a folder")
	}
	real, err := filepath.EvalSymlinks(filepath.Join(r.real, below))
	if err != nil {
		return "", cause(err)
	}
	if rel, err := filepath.Rel(r.real, real); err != nil || !filepath.IsLocal(rel) {
		return "", errors.New("it leads out of the folder")
	}
	return real, nil
}

// cause leaves out the path, which the caller names as it was given.
func cause(err error) error {
	var known *fs.PathError
	if errors.As(err, &known) {
		return known.Err
	}
	return err
}

// Open opens a regular file that Resolve, or a walk below what it resolved, has
// found. Whatever has come in its place since is not followed out of the root.
func (r *Roots) Open(real string) (*untrusted.File, error) {
	for _, root := range r.roots {
		if rel, err := filepath.Rel(root.real, real); err == nil && filepath.IsLocal(rel) {
			return untrusted.OpenIn(root.tree, filepath.ToSlash(rel))
		}
	}
	return nil, r.outside(real)
}

// Name is how a file is shown: relative to the first root, else absolute. Resolve
// takes it.
func (r *Roots) Name(real string) string {
	if rel, err := filepath.Rel(r.roots[0].real, real); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return real
}
