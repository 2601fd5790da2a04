package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// Store is the folder of installed models. A model is complete in
//
//	Root/NAME/REVISION/
//
// or it is not there: what is being fetched lies in Root/NAME/.REVISION.partial
// and gets its name when every file is verified.
type Store struct {
	Root string
	// Catalog holds the models that have a name before they are installed.
	Catalog []Entry

	homeless error // why there is no Root: nothing is installed, and nothing can be
}

// imported is the revision of models that came from a folder and are in no
// catalog.
const imported = "imported"

// UserStore is the user's own, with the catalog.
func UserStore() *Store {
	s := &Store{Catalog: Catalog()}
	data, err := untrusted.UserFolder(xdg.DataHome, "XDG_DATA_HOME")
	if s.homeless = err; err == nil {
		s.Root = filepath.Join(data, "gloss", "models")
	}
	return s
}

// NotInstalledError means that a model is known and not there.
type NotInstalledError struct {
	Name string
}

func (e *NotInstalledError) Error() string {
	return fmt.Sprintf("the model %s is not installed; run: gloss model pull %s", e.Name, e.Name)
}

// Is makes it an ErrNotFound.
func (e *NotInstalledError) Is(target error) bool { return target == ErrNotFound }

// validName is what a model may be called: never a path, never hidden.
var validName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$`)

// CheckName refuses names that cannot be a model's.
func CheckName(name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("%q cannot be a model's name: it has lower-case letters, digits, dots, dashes and underscores, at most 64", name)
	}
	if name == Default {
		return fmt.Errorf("%q is the model inside gloss", name)
	}
	return nil
}

// isPath reports whether ref says where a model is, and not what it is called:
// a name is never a path, as the working directory may be anybody's.
func isPath(ref string) bool {
	return filepath.IsAbs(ref) || strings.ContainsFunc(ref, func(r rune) bool { return r == '/' || r == filepath.Separator }) || ref == "." || ref == ".." || ref == "~"
}

// Open opens the model that ref names: the one in use for "", Default, an
// installed model, or the path of a directory in Hugging Face layout.
func (s *Store) Open(ref string) (*Model, error) {
	if ref == "" {
		ref = s.InUse()
		m, err := s.Open(ref)
		if err != nil && ref != Default {
			return nil, fmt.Errorf("the model in use: %w (or run: gloss model use %s)", err, Default)
		}
		return m, err
	}
	if ref == Default {
		return open(Default, "", shipped(), nil)
	}
	if isPath(ref) {
		return openDirectory(ref)
	}
	dir, e := s.find(ref)
	switch {
	case dir != "":
		return s.openInstalled(ref, dir, e)
	case e != nil && !e.Pullable():
		return nil, fmt.Errorf("%w: the model %s is not installed; %s", ErrNotFound, ref, e.howToImport())
	case e != nil:
		return nil, &NotInstalledError{ref}
	}
	return nil, fmt.Errorf("%w: no installed model is called %q; gloss model list has the names, gloss model import DIR installs one, and ./%s is the folder of that name in a terminal", ErrNotFound, oneLine(ref), oneLine(ref))
}

// Place names the model that Open(ref) would open, and where it is installed if
// it is. Unlike Open it reads no model.
func (s *Store) Place(ref string) string {
	if ref == "" {
		ref = s.InUse()
	}
	dir, _ := s.find(ref)
	return ref + " " + dir
}

// find returns where the model is installed, or "", and its entry if it is in
// the catalog.
func (s *Store) find(name string) (dir string, e *Entry) {
	if CheckName(name) != nil {
		return "", nil
	}
	e = s.entry(name)
	if s.homeless != nil {
		return "", e
	}
	dir = s.revision(name, imported)
	if e != nil && e.Pullable() {
		dir = s.revision(name, e.Revision)
	}
	if !isDir(dir) {
		return "", e
	}
	return dir, e
}

// openInstalled opens a model of the store. Files that have another length than
// they must have are found here, at the cost of a look; Verify finds the rest.
func (s *Store) openInstalled(name, dir string, e *Entry) (*Model, error) {
	var description *Description
	var files []File
	if e != nil {
		description, files = &e.Description, e.Files
	}
	for _, f := range files {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err == nil && (!info.Mode().IsRegular() || !f.fits(info.Size())) {
			err = fmt.Errorf("%s has %d bytes instead of %d", f.Path, info.Size(), f.Size)
		}
		if err != nil {
			return nil, fmt.Errorf("the model %s is damaged: %w; run: gloss model pull %s", name, err, name)
		}
	}
	m, err := open(name, dir, untrusted.Folder(dir), description)
	if err != nil {
		return nil, err
	}
	m.named = true
	return m, nil
}

func (s *Store) revision(name, revision string) string {
	return filepath.Join(s.Root, name, revision)
}

// lockInterval is how often a lock that another process holds is tried.
const lockInterval = 100 * time.Millisecond

// lock takes the lock of a name, so that of many processes one does the work.
// notice is told once that it has to wait. Lock files stay: to remove one that
// another process waits for would give the lock to both.
func (s *Store) lock(ctx context.Context, name string, notice func(string)) (unlock func(), err error) {
	if s.homeless != nil {
		return nil, s.homeless
	}
	dir := filepath.Join(s.Root, ".locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of models: %w", err)
	}
	l := flock.New(filepath.Join(dir, name+".lock"))
	locked, err := l.TryLock()
	if err == nil && !locked {
		notice(fmt.Sprintf("another gloss is at work on %s; waiting for it", name))
		locked, err = l.TryLockContext(ctx, lockInterval)
	}
	if err == nil && !locked {
		err = errors.New("somebody else holds it")
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", l.Path(), err)
	}
	return func() { _ = l.Unlock() }, nil
}

// lockNow is lock for work that is done in a moment.
func (s *Store) lockNow(name string) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.lock(ctx, name, func(string) {})
}

// Listing is what there is to say about a model of the store or the catalog.
type Listing struct {
	Name      string
	InUse     bool
	Installed bool
	Dir       string // where it is installed
	// Bytes is the size on disk, or of what a pull brings.
	Bytes int64
	// Exact is false where the catalog knows the size roughly.
	Exact bool
	// Partial is what a pull that was cut off has left to go on from.
	Partial int64
	// Entry is nil for models that are in no catalog.
	Entry *Entry
}

// List returns the shipped model, the catalog, and what was imported.
func (s *Store) List() ([]Listing, error) {
	if s.homeless != nil {
		return nil, s.homeless
	}
	inUse := s.InUse()
	list := []Listing{{Name: Default, InUse: inUse == Default, Installed: true, Bytes: shippedSize(), Exact: true}}
	for i := range s.Catalog {
		e := &s.Catalog[i]
		l := Listing{Name: e.Name, InUse: e.Name == inUse, Entry: e}
		if e.Pullable() {
			l.Partial = size(s.partial(e.Name, e.Revision))
		}
		l.Bytes, l.Exact = e.Size()
		if l.Dir, _ = s.find(e.Name); l.Dir != "" {
			l.Installed, l.Bytes, l.Exact = true, size(l.Dir), true
		}
		list = append(list, l)
	}
	folders, err := os.ReadDir(s.Root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the installed models: %w", err)
	}
	for _, d := range folders {
		name := d.Name()
		if CheckName(name) != nil || s.entry(name) != nil {
			continue
		}
		if dir, _ := s.find(name); dir != "" {
			list = append(list, Listing{Name: name, InUse: name == inUse, Installed: true, Dir: dir, Bytes: size(dir), Exact: true})
		}
	}
	return list, nil
}

// Removed is what Remove has done.
type Removed struct {
	// Installed is false where there was only what a pull had left.
	Installed bool
	// WasInUse means that the shipped model is in use from now on.
	WasInUse bool
}

// Remove deletes an installed model, and what pulls of it have left.
func (s *Store) Remove(name string) (Removed, error) {
	var done Removed
	if name == Default {
		return done, fmt.Errorf("%s is inside gloss and cannot be removed", Default)
	}
	if err := CheckName(name); err != nil {
		return done, err
	}
	dir := filepath.Join(s.Root, name)
	if !isDir(dir) { // and no lock of such a name is left behind
		return done, s.errNotInstalled(name)
	}
	unlock, err := s.lockNow(name)
	if err != nil {
		return done, err
	}
	defer unlock()
	entries, err := os.ReadDir(dir)
	if len(entries) == 0 && (err == nil || errors.Is(err, fs.ErrNotExist)) {
		_ = os.Remove(dir) // a folder alone is no model
		return done, s.errNotInstalled(name)
	}
	done.Installed = slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), ".") })
	// It is gone at once, whenever its files are.
	trash := filepath.Join(s.Root, ".removed-"+name)
	if err := os.RemoveAll(trash); err != nil {
		return done, fmt.Errorf("remove %s: %w", name, err)
	}
	if err := os.Rename(dir, trash); err != nil {
		return done, fmt.Errorf("remove %s: %w", name, err)
	}
	done.WasInUse, err = s.forget(name)
	if err := errors.Join(err, os.RemoveAll(trash)); err != nil {
		return done, fmt.Errorf("remove %s: %w", name, err)
	}
	return done, nil
}

func (s *Store) errNotInstalled(name string) error {
	if s.entry(name) != nil {
		return fmt.Errorf("%w: %s is not installed", ErrNotFound, name)
	}
	return fmt.Errorf("%w: no installed model is called %q (see gloss model list)", ErrNotFound, name)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// size adds up the files below dir, as far as they can be seen.
func size(dir string) int64 {
	var sum int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

// oneLine keeps what a server or a file says from filling the screen.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
