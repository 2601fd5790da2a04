package cache

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// schemaVersion is stored as the database's user_version, which is 0 in a
// file that SQLite has just made.
const schemaVersion = 2

const schema = `
CREATE TABLE summaries (
	key     BLOB PRIMARY KEY,
	text    TEXT NOT NULL,
	model   TEXT NOT NULL,
	source  TEXT NOT NULL,
	created INTEGER NOT NULL, -- Unix seconds
	used    INTEGER NOT NULL, -- Unix seconds, at most touchEvery behind
	confidence REAL NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX summaries_used ON summaries (used);
PRAGMA user_version = 2;`

// fromVersion1 brings a file of version 1, which had no confidence, up to date.
const fromVersion1 = `
ALTER TABLE summaries ADD COLUMN confidence REAL NOT NULL DEFAULT 0;
SELECT key, text, model, source, created, used FROM summaries LIMIT 0;
PRAGMA user_version = 2;`

// The time SQLite waits for locks of other processes. Reads stand in an
// editor's way, writes are made in the background.
const (
	readBusy  = 25 * time.Millisecond
	writeBusy = time.Second
)

// disk is the SQLite file. Its methods are safe for concurrent use.
type disk struct {
	path  string
	info  fs.FileInfo
	read  *sql.DB
	write *sql.DB
}

// row is an Entry as it lies on disk.
type row struct {
	Entry
	used int64 // Unix seconds
}

// openDisk opens or creates the database in dir. A file that is damaged, or
// that is the same as suspect, is set aside first; wasCorrupt is then why.
func openDisk(dir string, suspect fs.FileInfo) (d *disk, wasCorrupt, err error) {
	unlock, err := lockDir(dir)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	path := filepath.Join(dir, fileName)
	if info, err := os.Stat(path); err == nil && suspect != nil && os.SameFile(info, suspect) {
		if err := setAside(path); err != nil {
			return nil, nil, err
		}
	}
	d, err = connect(path)
	if err != nil && classify(err) == corrupt {
		wasCorrupt = err
		if err := setAside(path); err != nil {
			return nil, nil, errors.Join(wasCorrupt, err)
		}
		d, err = connect(path)
	}
	return d, wasCorrupt, err
}

func connect(path string) (_ *disk, err error) {
	info, err := ensureFile(path)
	if err != nil {
		return nil, err
	}
	d := &disk{path: path, info: info}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	if d.write, err = sql.Open("sqlite", dsn(path, writeBusy, "&_txlock=immediate&_pragma=synchronous(normal)&_pragma=journal_size_limit(1048576)")); err != nil {
		return nil, err
	}
	if d.read, err = sql.Open("sqlite", dsn(path, readBusy, "&_pragma=query_only(1)")); err != nil {
		return nil, err
	}
	// One connection each, kept for good: a connection opened later would not
	// be under the directory's lock.
	for _, db := range []*sql.DB{d.write, d.read} {
		db.SetMaxOpenConns(1)
		db.SetMaxIdleConns(1)
	}
	if err := d.migrate(); err != nil {
		return nil, err
	}
	if err := d.get([]Key{{}}, map[Key]row{}); err != nil && classify(err) == failing {
		return nil, fmt.Errorf("%w: %w", errForeign, err)
	} else if err != nil {
		return nil, err
	}
	return d, nil
}

// dsn names path to the driver. The schema of a file that anyone could have
// written is not trusted to call functions with side effects.
func dsn(path string, busy time.Duration, more string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a Windows drive
	}
	name := url.URL{Scheme: "file", Path: path}
	return fmt.Sprintf("%s?_pragma=busy_timeout(%d)&_pragma=trusted_schema(0)%s", &name, busy.Milliseconds(), more)
}

// migrate gives a new file its schema and refuses what is not ours.
func (d *disk) migrate() error {
	var version, tables int
	if err := d.write.QueryRow("SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version").Scan(&version, &tables); err != nil {
		return err
	}
	switch {
	case version == 0 && tables == 0:
		// Neither can be changed inside a transaction.
		if _, err := d.write.Exec("PRAGMA auto_vacuum = incremental; PRAGMA journal_mode = wal"); err != nil {
			return err
		}
		return d.update(func(tx *sql.Tx) error { _, err := tx.Exec(schema); return err })
	case version == 1:
		if err := d.update(func(tx *sql.Tx) error { _, err := tx.Exec(fromVersion1); return err }); err != nil && classify(err) == failing {
			return fmt.Errorf("%w: %w", errForeign, err)
		} else if err != nil {
			return err
		}
		return nil
	case version > schemaVersion:
		return fmt.Errorf("%w: its schema has version %d, this gloss knows %d", errNewer, version, schemaVersion)
	case version != schemaVersion:
		return fmt.Errorf("%w: its schema has version %d and %d tables and indexes", errForeign, version, tables)
	default:
		return nil
	}
}

// moved reports whether the file at the path is no longer the one that is
// open: another process has set it aside, or the user has deleted it.
func (d *disk) moved() bool {
	info, err := os.Stat(d.path)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(info, d.info)
}

// maxBatch is the number of keys in one query.
const maxBatch = 256

// get adds the rows of keys to into. Rows that are not valid entries are left
// out, so that they are written anew.
func (d *disk) get(keys []Key, into map[Key]row) error {
	for batch := range slices.Chunk(keys, maxBatch) {
		if err := d.getBatch(batch, into); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) getBatch(keys []Key, into map[Key]row) error {
	// octet_length reads a length without the value, however long that is.
	query := "SELECT key, text, model, source, created, used, confidence FROM summaries WHERE key IN (?" +
		strings.Repeat(",?", len(keys)-1) +
		fmt.Sprintf(") AND octet_length(text) <= %d AND octet_length(model) <= %d AND octet_length(source) <= %[2]d", maxText, maxName)
	args := make([]any, len(keys))
	for i := range keys {
		args[i] = keys[i][:]
	}
	rows, err := d.read.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key sql.RawBytes
		var r row
		var created int64
		if err := rows.Scan(&key, &r.Text, &r.Model, &r.Source, &created, &r.used, &r.Confidence); err != nil || len(key) != len(Key{}) {
			continue
		}
		r.Created = time.Unix(created, 0)
		if r.Check() == nil {
			into[Key(key)] = r
		}
	}
	return rows.Err()
}

// change is one pending write. An entry is nil when the key was only used.
type change struct {
	entry *Entry
	used  int64 // Unix seconds
}

// apply writes all changes in one transaction.
func (d *disk) apply(changes map[Key]*change) error {
	return d.update(func(tx *sql.Tx) error {
		put, err := tx.Prepare(`INSERT INTO summaries (key, text, model, source, created, used, confidence) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET text = excluded.text, model = excluded.model, source = excluded.source, created = excluded.created, used = excluded.used, confidence = excluded.confidence`)
		if err != nil {
			return err
		}
		for key, c := range changes {
			if c.entry != nil {
				_, err = put.Exec(key[:], c.entry.Text, c.entry.Model, c.entry.Source, c.entry.Created.Unix(), c.used, c.entry.Confidence)
			} else {
				_, err = tx.Exec("UPDATE summaries SET used = ? WHERE key = ?", c.used, key[:])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// size returns the bytes in use, without the log and the free pages.
func (d *disk) size() (n int64, err error) {
	err = d.write.QueryRow("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size").Scan(&n)
	return n, err
}

// evict deletes the least recently used rows until about nine tenths of
// maxSize bytes are in use, and gives the room back to the file system.
func (d *disk) evict(maxSize int64) (evicted int64, err error) {
	size, err := d.size()
	if err != nil || size <= maxSize {
		return 0, err
	}
	err = d.update(func(tx *sql.Tx) error {
		var rows int64
		if err := tx.QueryRow("SELECT count(*) FROM summaries").Scan(&rows); err != nil {
			return err
		}
		surplus := float64(size-maxSize/10*9) / float64(size)
		result, err := tx.Exec("DELETE FROM summaries WHERE key IN (SELECT key FROM summaries ORDER BY used LIMIT ?)", 1+int64(surplus*float64(rows)))
		if err != nil {
			return err
		}
		evicted, err = result.RowsAffected()
		return err
	})
	if err != nil {
		return 0, err
	}
	_, err = d.write.Exec("PRAGMA incremental_vacuum")
	return evicted, err
}

// update runs f in a transaction that holds the write lock from its beginning,
// so that it cannot fail halfway for want of it.
func (d *disk) update(f func(*sql.Tx) error) error {
	tx, err := d.write.Begin()
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (d *disk) close() error {
	var errs []error
	for _, db := range []*sql.DB{d.read, d.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
