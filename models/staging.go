package models

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// staging is a model that is being put together beside the place where it will
// be. It is kept when that is cut short, so that the next try goes on.
type staging struct {
	dir, final string
}

// partial is where a revision is put together.
func (s *Store) partial(name, revision string) string {
	return filepath.Join(s.Root, name, "."+revision+".partial")
}

// stage is called with the lock of name held.
func (s *Store) stage(name, revision string) (*staging, error) {
	g := &staging{dir: s.partial(name, revision), final: s.revision(name, revision)}
	if err := os.MkdirAll(g.dir, 0o700); err != nil {
		return nil, noRoom(g.dir, err)
	}
	return g, nil
}

// path makes the folder that a file goes to and returns where it goes.
func (g *staging) path(file string) (string, error) {
	path := filepath.Join(g.dir, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", noRoom(path, err)
	}
	return path, nil
}

// prune removes what is no file of the model: pieces of a download whose file
// was then found elsewhere.
func (g *staging) prune(files []File) error {
	return filepath.WalkDir(g.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(g.dir, path)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(files, func(f File) bool { return f.Path == filepath.ToSlash(rel) }) {
			return nil
		}
		return os.Remove(path)
	})
}

// commit gives the model its place. What was there before, damaged, goes.
func (g *staging) commit() error {
	syncFolders(g.dir)
	old := g.dir + ".old"
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if isDir(g.final) {
		if err := os.Rename(g.final, old); err != nil {
			return err
		}
	}
	if err := os.Rename(g.dir, g.final); err != nil {
		return err
	}
	syncFolders(filepath.Dir(g.final))
	return os.RemoveAll(old)
}

// discard gives up what is there.
func (g *staging) discard() {
	_ = os.RemoveAll(g.dir)
	_ = os.Remove(filepath.Dir(g.dir)) // the model's folder, if nothing else is in it
}

// syncFolders has names survive a loss of power, where the system can do that
// for folders.
func syncFolders(root string) {
	_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		if f, err := os.Open(path); err == nil {
			_ = f.Sync()
			f.Close()
		}
		return nil
	})
}

// adopt takes a file that is already on this machine, if it is the right one:
// as a link where only its owner can write it, so that it costs no room, else
// as a copy. Whatever stops it means that there is no such file.
func (g *staging) adopt(ctx context.Context, f *File, from, path string) bool {
	from, err := filepath.EvalSymlinks(from) // a link to a link could change its end
	if err != nil {
		return false
	}
	info, err := os.Stat(from)
	if err != nil || !info.Mode().IsRegular() || !f.fits(info.Size()) {
		return false
	}
	temp := path + ".found"
	if removeIfThere(temp) != nil {
		return false
	}
	defer removeIfThere(temp)
	if info.Mode().Perm()&0o022 != 0 || os.Link(from, temp) != nil {
		if copyFile(ctx, from, temp) != nil {
			return false
		}
	}
	return f.check(ctx, temp) == nil && os.Rename(temp, path) == nil
}

// noRoom explains an error of the disk where it is full.
func noRoom(path string, err error) error {
	if !isFull(err) {
		return err
	}
	return fmt.Errorf("no room on the disk for %s: %w; make room and pull again: it goes on from what is there", path, err)
}
