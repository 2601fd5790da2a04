//go:build unix

package cache

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	sqlite3 "modernc.org/sqlite/lib"
)

// coded is an error of SQLite.
type coded int

func (c coded) Error() string { return fmt.Sprintf("some words (%d)", int(c)) }
func (c coded) Code() int     { return int(c) }

// A network file system fails in many ways, of which none is the user's doing:
// one warning says what helps.
func TestFileSystemWithoutLocks(t *testing.T) {
	var w warnings
	c := Open("", Options{Warn: w.add})
	c.dir = "/net/cache"
	for _, err := range []error{
		fmt.Errorf("begin: %w", coded(sqlite3.SQLITE_PROTOCOL)),
		&fs.PathError{Op: "lock", Path: "/net/cache/summaries.lock", Err: unix.ENOLCK},
		&fs.PathError{Op: "lock", Path: "/net/cache/summaries.lock", Err: unix.EOPNOTSUPP},
		coded(sqlite3.SQLITE_IOERR_LOCK),
		coded(sqlite3.SQLITE_IOERR_SHMMAP),
	} {
		_ = c.warn(err)
	}
	if got := w.all(); len(got) != 1 || !strings.Contains(got[0], "(15)") || !strings.Contains(got[0], "network file systems") || !strings.Contains(got[0], "cache.dir") {
		t.Errorf("warnings %q, want one that names the file system and cache.dir", got)
	}
	for code, want := range map[coded]problem{sqlite3.SQLITE_BUSY: locked, sqlite3.SQLITE_IOERR_WRITE: full, sqlite3.SQLITE_IOERR_READ: failing} {
		if got := classify(code); got != want {
			t.Errorf("%v is problem %d, want %d", code, got, want)
		}
	}
}
