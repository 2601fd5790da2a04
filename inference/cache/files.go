package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	fileName = "summaries.db"
	lockName = "summaries.lock"
	// lockWait bounds the wait for other processes that are opening the file,
	// which takes each of them some milliseconds.
	lockWait = time.Second
)

// lockDir makes dir if need be and takes the lock under which the file is
// opened, created and set aside. Without it one process could rename the file
// while another stands between opening the database and its log.
func lockDir(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(lockWait); ; time.Sleep(2 * time.Millisecond) {
		ok, err := tryLock(f)
		switch {
		case ok:
			return f.Close, nil
		case err != nil:
			return nil, errors.Join(&fs.PathError{Op: "lock", Path: f.Name(), Err: err}, f.Close())
		case time.Now().After(deadline):
			return nil, errors.Join(fmt.Errorf("%w: %s", errLockHeld, f.Name()), f.Close())
		}
	}
}

// ensureFile creates an empty, private file unless there is one. A file that
// exists must not be opened here: closing it would drop every POSIX lock that
// SQLite holds on it in this process.
func ensureFile(path string) (fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		if err := f.Close(); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrExist):
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	return info, nil
}

// setAside renames the database to path+".corrupt". The caller holds the
// directory's lock. The log goes first: a database that lost its log is found
// corrupt again, but a log that lost its database would meet a new one.
func setAside(path string) error {
	for _, suffix := range []string{"-wal", "-shm", ""} {
		err := os.Rename(path+suffix, path+".corrupt"+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
