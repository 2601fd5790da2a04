package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// Problem is a file that is not as it must be.
type Problem struct {
	File string
	Err  error
}

func (p Problem) Error() string { return p.File + " " + p.Err.Error() }

// Verify reads every file of an installed model and returns those that are not
// what the catalog, or the import, says. It says how many it has read.
func (s *Store) Verify(ctx context.Context, name string) (files int, problems []Problem, err error) {
	if name == Default {
		return 0, nil, nil // it is part of the program
	}
	if err := CheckName(name); err != nil {
		return 0, nil, err
	}
	dir, e := s.find(name)
	switch {
	case dir == "" && e != nil && e.Pullable():
		return 0, nil, &NotInstalledError{name}
	case dir == "":
		return 0, nil, s.errNotInstalled(name)
	case e != nil && e.Pullable():
		return len(e.Files), e.problems(ctx, dir), ctx.Err()
	}
	m, err := readManifest(dir)
	if err != nil {
		return 0, nil, fmt.Errorf("model %s: %w", name, err)
	}
	return len(m.Files), checkFiles(ctx, dir, m.Files), ctx.Err()
}

func (e *Entry) problems(ctx context.Context, dir string) []Problem {
	return checkFiles(ctx, dir, e.Files)
}

func checkFiles(ctx context.Context, dir string, files []File) []Problem {
	var found []Problem
	for _, f := range files {
		err := f.check(ctx, join(dir, f.Path))
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("is missing")
		}
		if err != nil {
			found = append(found, Problem{f.Path, err})
		}
	}
	return found
}

// check reports what is wrong with the file at path.
func (f *File) check(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("is no file")
	}
	if !f.fits(info.Size()) {
		return fmt.Errorf("has %d bytes instead of %d", info.Size(), f.Size)
	}
	sum, err := sumFile(ctx, path)
	if err == nil && sum != f.SHA256 {
		err = fmt.Errorf("has the SHA-256 %s instead of %s", sum, f.SHA256)
	}
	return err
}

// sumFile returns the SHA-256 of a file, in hexadecimal.
func sumFile(ctx context.Context, path string) (string, error) {
	f, err := untrusted.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, interruptible{ctx, f})
	return hex.EncodeToString(h.Sum(nil)), err
}

// join returns where a file of a model lies below dir.
func join(dir, file string) string { return filepath.Join(dir, filepath.FromSlash(file)) }

// manifestName is the file in which an import notes what it has copied.
const manifestName = "gloss-import.json"

// manifest pins the files of an imported model.
type manifest struct {
	Files []File `json:"files"`
}

func readManifest(dir string) (*manifest, error) {
	b, err := untrusted.Read(filepath.Join(dir, manifestName), maxConfig)
	if err != nil {
		return nil, err
	}
	return parseManifest(b)
}

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// parseManifest refuses what would make Verify look at files elsewhere.
func parseManifest(b []byte) (*manifest, error) {
	var m manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%s is not valid: %w", manifestName, err)
	}
	if len(m.Files) == 0 {
		return nil, fmt.Errorf("%s names no files", manifestName)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) || f.Size < 0 || !hexSHA256.MatchString(f.SHA256) {
			return nil, fmt.Errorf("%s: %q, %d bytes, SHA-256 %q is no file of a model", manifestName, oneLine(f.Path), f.Size, oneLine(f.SHA256))
		}
	}
	return &m, nil
}
