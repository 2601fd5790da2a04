// Package untrusted opens what somebody else may have put in gloss's way: the
// files of a repository or of a model's folder, and folders that the
// environment names.
//
// A file that it opens is regular, so that no pipe, terminal or device is
// waited for or woken; no more of it is read than it said it held, so that a
// file of the kernel's (/proc/self/pagemap, /proc/kmsg), which says 0, is an
// empty one; and where a folder is given it lies inside that folder, whatever
// its links say.
package untrusted

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrNotRegular means that there is something at a path, but not a regular
// file.
var ErrNotRegular = errors.New("not a regular file")

// File is a regular file, open for reading, of the size that it had when it
// was opened.
type File struct {
	*io.SectionReader
	file *os.File
	info fs.FileInfo
}

// Open opens the regular file at path, which may be a link to it.
func Open(path string) (*File, error) {
	info, err := os.Stat(path) // to open a device may be enough to set it off
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, refused(path)
	}
	return opened(os.OpenFile(path, os.O_RDONLY|nonblock, 0))
}

// OpenIn opens the regular file of that name, with slashes, inside a folder.
// It is not opened by way of a link.
func OpenIn(folder *os.Root, name string) (*File, error) {
	info, err := folder.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, refused(name)
	}
	return opened(folder.OpenFile(name, os.O_RDONLY|nonblock, 0))
}

// opened looks again at what is open: it may have been replaced meanwhile.
func opened(f *os.File, err error) (*File, error) {
	info, err := regular(f, err)
	if err != nil {
		return nil, err
	}
	return &File{io.NewSectionReader(f, 0, info.Size()), f, info}, nil
}

// regular describes an open file, which it closes if it is not a regular one.
func regular(f *os.File, err error) (fs.FileInfo, error) {
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = refused(f.Name())
	}
	if err != nil {
		f.Close()
	}
	return info, err
}

func refused(path string) error {
	return &fs.PathError{Op: "open", Path: path, Err: ErrNotRegular}
}

// Stat returns what was known of the file when it was opened.
func (f *File) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// ReadAll returns the file's content, unless it is longer than most bytes.
func (f *File) ReadAll(most int64) ([]byte, error) {
	if f.Size() > most {
		return nil, &fs.PathError{Op: "read", Path: f.file.Name(), Err: &SizeError{f.Size(), most}}
	}
	return io.ReadAll(f)
}

// SizeError says that a file is larger than what is read.
type SizeError struct{ Size, Most int64 }

func (e *SizeError) Error() string {
	return fmt.Sprintf("%d bytes are too many; at most %d are read", e.Size, e.Most)
}

// Read returns the content of the regular file at path: Open and ReadAll.
func Read(path string, most int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadAll(most)
}

// ReadIn returns the content of a regular file inside a folder: OpenIn and
// ReadAll.
func ReadIn(folder *os.Root, name string, most int64) ([]byte, error) {
	f, err := OpenIn(folder, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadAll(most)
}

// OpenLog opens the regular file at path to be appended to, and creates one
// that only its owner can read where there is none.
func OpenLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, refused(path)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|nonblock, 0o600)
	if _, err := regular(f, err); err != nil {
		return nil, err
	}
	return f, nil
}
