package untrusted

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is the folder of that path as a file system, of which only regular
// files can be opened. They may be links, to files elsewhere as well: programs
// that keep their downloads in one place make folders of such links.
type Folder string

var (
	_ fs.ReadDirFS = Folder("")
	_ fs.StatFS    = Folder("")
)

func (f Folder) path(op, name string) (string, error) {
	local, err := filepath.Localize(name)
	if err != nil {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return filepath.Join(string(f), local), nil
}

// Open implements fs.FS.
func (f Folder) Open(name string) (fs.File, error) {
	path, err := f.path("open", name)
	if err != nil {
		return nil, err
	}
	file, err := Open(path)
	if err != nil {
		return nil, err // and no interface that holds nil
	}
	return file, nil
}

// ReadDir implements fs.ReadDirFS.
func (f Folder) ReadDir(name string) ([]fs.DirEntry, error) {
	path, err := f.path("readdir", name)
	if err != nil {
		return nil, err
	}
	return os.ReadDir(path)
}

// Stat implements fs.StatFS.
func (f Folder) Stat(name string) (fs.FileInfo, error) {
	path, err := f.path("stat", name)
	if err != nil {
		return nil, err
	}
	return os.Stat(path)
}
