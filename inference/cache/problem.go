package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	errLockHeld = errors.New("another process holds the lock")
	errForeign  = errors.New("the file is a database of another program")
	errNewer    = errors.New("the file was written by a newer gloss")
	errSlow     = errors.New("the disk did not answer in time")
)

// problem is a way in which the disk can fail. Each is reported once in the
// life of a Cache.
type problem int

const (
	failing problem = iota
	corrupt
	locked
	full
	readOnly
	foreign
	newer
	slow
	unlockable
)

// sqliteError is the driver's *sqlite.Error.
type sqliteError interface {
	error
	Code() int
}

var _ sqliteError = (*sqlite.Error)(nil)

func classify(err error) problem {
	switch {
	case errors.Is(err, errForeign):
		return foreign
	case errors.Is(err, errNewer):
		return newer
	case errors.Is(err, errSlow):
		return slow
	case errors.Is(err, errLockHeld):
		return locked
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return readOnly
	case errors.Is(err, syscall.ENOSPC):
		return full
	case isUnlockable(err):
		return unlockable
	}
	var e sqliteError
	if !errors.As(err, &e) {
		return failing
	}
	switch e.Code() {
	case sqlite3.SQLITE_IOERR_WRITE:
		return full // a quota or a limit; a full file system is SQLITE_FULL
	case sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_RDLOCK, sqlite3.SQLITE_IOERR_UNLOCK, sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
		sqlite3.SQLITE_IOERR_SHMLOCK, sqlite3.SQLITE_IOERR_SHMMAP:
		return unlockable
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return corrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return locked
	case sqlite3.SQLITE_PROTOCOL:
		return unlockable
	case sqlite3.SQLITE_FULL:
		return full
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return readOnly
	}
	return failing
}

// advice says what a problem means for the user and how to end it.
var advice = map[problem]string{
	failing:    "summaries are kept in memory only; check the disk, or point the setting cache.dir, or XDG_CACHE_HOME, at another directory",
	corrupt:    "the file is damaged; it was kept as %[1]s.corrupt, which may be deleted, and a new one was begun",
	locked:     "another program keeps the file locked; summaries are kept in memory until it is free: close programs that have it open, for example a database browser",
	full:       "there is no room left on the disk or in this user's quota; summaries are kept in memory only: free some space, lower the setting cache.maxSize or point cache.dir, or XDG_CACHE_HOME, at another disk",
	readOnly:   "the file cannot be written; summaries are kept in memory only: make the directory and the file writable for this user, or point the setting cache.dir, or XDG_CACHE_HOME, at another directory",
	foreign:    "it is left as it is and summaries are kept in memory only: move it away, or point the setting cache.dir, or XDG_CACHE_HOME, at an empty directory",
	newer:      "it is left as it is and summaries are kept in memory only: update this gloss, or delete the file to begin anew",
	unlockable: "the file system does not lock and share files as a database needs, as on some network file systems; summaries are kept in memory only: point the setting cache.dir, or XDG_CACHE_HOME, at a folder on a local disk",
	slow:       "summaries are kept in memory until it does: check the disk, or point the setting cache.dir, or XDG_CACHE_HOME, at a local one",
}

// explain turns a disk's error into what the user should read.
func explain(p problem, path string, err error) error {
	text := advice[p]
	if p == corrupt {
		text = fmt.Sprintf(text, path)
	}
	return fmt.Errorf("summary cache %s: %w; %s", path, err, text)
}
