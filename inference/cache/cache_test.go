package cache

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func key(name string) Key { return sha256.Sum256([]byte(name)) }

func entry(text string) Entry {
	return Entry{Text: text, Model: "default", Source: "model", Created: time.Unix(1_700_000_000, 0)}
}

// warnings collects what a Cache complains about.
type warnings struct {
	mu   sync.Mutex
	errs []string
}

func (w *warnings) add(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errs = append(w.errs, err.Error())
}

func (w *warnings) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.errs
}

// open opens a Cache that fails the test when it complains.
func open(t testing.TB, dir string, o Options) *Cache {
	t.Helper()
	o.Warn = func(err error) { t.Errorf("unexpected warning: %v", err) }
	c := Open(dir, o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func put(t testing.TB, c *Cache, name, text string) {
	t.Helper()
	if err := c.Put(key(name), entry(text)); err != nil {
		t.Fatal(err)
	}
}

func flush(t testing.TB, c *Cache) {
	t.Helper()
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
}

func wantText(t testing.TB, c *Cache, name, want string) {
	t.Helper()
	if got, _ := c.Get(key(name)); got.Text != want {
		t.Errorf("Get(%s) = %q, want %q", name, got.Text, want)
	}
}

// database opens the file with SQLite, past the Cache.
func database(t testing.TB, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(filepath.Join(dir, fileName), writeBusy, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func execute(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func TestSurvivesReopening(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a dir?with#odd%20signs", "cache")
	c := open(t, dir, Options{})
	put(t, c, "a", "adds two numbers")
	put(t, c, "b", "first text")
	put(t, c, "b", "second text")
	flush(t, c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}

	c = open(t, dir, Options{})
	want := map[Key]Entry{key("a"): entry("adds two numbers"), key("b"): entry("second text")}
	got := c.GetMany([]Key{key("a"), key("b"), key("c"), key("a")})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("GetMany (-want +got):\n%s", diff)
	}
	if _, ok := c.Memory(key("a")); !ok {
		t.Error("an entry read from disk is not in memory")
	}
	if s := c.Stats(); s.DiskHits != 2 || !s.Disk || s.Path != filepath.Join(dir, fileName) {
		t.Errorf("Stats() = %+v, want 2 hits on disk and %s", s, fileName)
	}
	for path, want := range map[string]os.FileMode{
		dir:                                 0o700 | os.ModeDir,
		filepath.Join(dir, fileName):        0o600,
		filepath.Join(dir, fileName+"-wal"): 0o600,
		filepath.Join(dir, lockName):        0o600,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("mode of %s is %v (%v), want %v", path, info.Mode(), err, want)
		}
	}
}

func TestWithoutDirectory(t *testing.T) {
	c := open(t, "", Options{MemoryEntries: 2})
	for _, name := range []string{"a", "b", "c"} {
		put(t, c, name, name)
	}
	wantText(t, c, "a", "") // the least recently used of three
	wantText(t, c, "c", "c")
	flush(t, c)
	if s := c.Stats(); s.Memory != 2 || s.Pending != 0 || s.Disk {
		t.Errorf("Stats() = %+v, want 2 entries in memory and nothing pending", s)
	}
}

// A process sees what another has written.
func TestSharedFile(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir, Options{}), open(t, dir, Options{})
	put(t, a, "k", "from a")
	flush(t, a)
	wantText(t, b, "k", "from a")
}

func TestPutRefuses(t *testing.T) {
	c := open(t, "", Options{})
	for name, e := range map[string]Entry{
		"empty":          {Text: " "},
		"two lines":      {Text: "a\nb"},
		"escape":         {Text: "a\x1b[31mb"},
		"line separator": {Text: "a\u2028b"},
		"bidi":           {Text: "a\u202eb"},
		"not UTF-8":      {Text: "a\xff"},
		"long":           {Text: strings.Repeat("a", maxText+1)},
		"model":          {Text: "a", Model: "m\n"},
		"source":         {Text: "a", Source: strings.Repeat("s", maxName+1)},
	} {
		if err := c.Put(key(name), e); !errors.Is(err, ErrInvalid) {
			t.Errorf("Put(%s) = %v, want ErrInvalid", name, err)
		}
		wantText(t, c, name, "")
	}
}

// A file of the first version keeps its entries, which have no confidence.
func TestFirstVersion(t *testing.T) {
	dir := t.TempDir()
	execute(t, database(t, dir), `CREATE TABLE summaries (key BLOB PRIMARY KEY, text TEXT NOT NULL, model TEXT NOT NULL,
		source TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL) STRICT, WITHOUT ROWID;
		CREATE INDEX summaries_used ON summaries (used); PRAGMA user_version = 1`)
	id := key("old")
	if _, err := database(t, dir).Exec("INSERT INTO summaries VALUES (?, 'Parses.', 'default', 'model', 0, 0)", id[:]); err != nil {
		t.Fatal(err)
	}
	c := open(t, dir, Options{})
	if e, ok := c.Get(id); !ok || e.Text != "Parses." || e.Confidence != 0 {
		t.Errorf("got %+v, %v", e, ok)
	}
	sure := entry("Sure.")
	sure.Confidence = 0.75
	if err := c.Put(key("new"), sure); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if e, ok := open(t, dir, Options{}).Get(key("new")); !ok || e.Confidence != 0.75 {
		t.Errorf("got %+v, %v", e, ok)
	}
}

func TestUntrustedRows(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir, Options{})
	put(t, c, "good", "good")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	db := database(t, dir)
	// The same table without STRICT takes anything.
	execute(t, db, `CREATE TABLE loose (key PRIMARY KEY, text, model, source, created, used, confidence) WITHOUT ROWID;
		INSERT INTO loose SELECT * FROM summaries; DROP TABLE summaries; ALTER TABLE loose RENAME TO summaries`)
	bad := map[string][]any{
		"newline":     {"two\nlines", "", "", 0, 0, 0},
		"not UTF-8":   {[]byte("\xff\xfe"), "", "", 0, 0, 0},
		"blob":        {[]byte{0}, "", "", 0, 0, 0},
		"null":        {nil, "", "", 0, 0, 0},
		"confidence":  {"text", "", "", 0, 0, 1.5},
		"huge":        {strings.Repeat("x", 5<<20), "", "", 0, 0, 0},
		"huge model":  {"text", strings.Repeat("x", 5<<20), "", 0, 0, 0},
		"when":        {"text", "", "", "yesterday", 0, 0},
		"used":        {"text", "", "", 0, 1.5, 0},
		"bidi source": {"text", "", "\u202e", 0, 0, 0},
	}
	keys := []Key{key("good")}
	for name, values := range bad {
		k := key(name)
		keys = append(keys, k)
		execute(t, db, "INSERT INTO summaries VALUES (?, ?, ?, ?, ?, ?, ?)", append([]any{k[:]}, values...)...)
	}
	c = open(t, dir, Options{})
	if diff := cmp.Diff(map[Key]Entry{key("good"): entry("good")}, c.GetMany(keys)); diff != "" {
		t.Errorf("GetMany (-want +got):\n%s", diff)
	}
	put(t, c, "newline", "a new text replaces it")
	flush(t, c)
	wantText(t, open(t, dir, Options{}), "newline", "a new text replaces it")
}

func TestEvictsLeastRecentlyUsed(t *testing.T) {
	const maxSize = 256 << 10
	dir := t.TempDir()
	text := strings.Repeat("x", 500)
	c := open(t, dir, Options{MaxSize: maxSize, MemoryEntries: 1})
	put(t, c, "old", text)
	put(t, c, "used tomorrow", text)
	flush(t, c)
	db := database(t, dir)
	tomorrow := key("used tomorrow")
	execute(t, db, "UPDATE summaries SET used = 1000")
	execute(t, db, "UPDATE summaries SET used = ? WHERE key = ?", time.Now().Add(24*time.Hour).Unix(), tomorrow[:])

	for i := range 2000 {
		put(t, c, fmt.Sprint(i), text)
		if i%50 > 0 {
			continue
		}
		first := c.Stats().Evicted == 0
		flush(t, c)
		if evicted := c.Stats().Evicted; first && evicted > 0 {
			wantText(t, c, "old", "")
			if int(evicted) > i/2 {
				t.Errorf("%d of %d rows were evicted at once", evicted, i)
			}
		}
	}
	wantText(t, c, "used tomorrow", text)
	if size, err := c.disk.size(); err != nil || size > maxSize || size < maxSize/2 {
		t.Errorf("%d bytes in use (%v), want at most %d and not much less", size, err, maxSize)
	}
	if err := errors.Join(db.Close(), c.Close()); err != nil { // the last empties the log
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, fileName)); err != nil || info.Size() > maxSize {
		t.Errorf("the file has %d bytes (%v), want at most %d", info.Size(), err, maxSize)
	}
}

// A use is worth a write only now and then, and never a transaction of its own.
func TestTouch(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir, Options{})
	put(t, c, "k", "text")
	put(t, c, "fresh", "text")
	flush(t, c)
	long := time.Now().Add(-2 * touchEvery).Unix()
	db := database(t, dir)
	k := key("k")
	execute(t, db, "UPDATE summaries SET used = ? WHERE key = ?", long, k[:])

	c = open(t, dir, Options{})
	wantText(t, c, "k", "text")
	wantText(t, c, "k", "text")
	wantText(t, c, "fresh", "text")
	if s := c.Stats(); s.Pending != 1 || c.timer != nil {
		t.Errorf("%d writes pending, timer %v; want one, and no timer", s.Pending, c.timer)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	var used int64
	if err := db.QueryRow("SELECT used FROM summaries WHERE key = ?", k[:]).Scan(&used); err != nil || used <= long {
		t.Errorf("last use is %d (%v), want later than %d", used, err, long)
	}
}

// The file disappears under a running process: it begins a new one.
func TestFileDeletedMeanwhile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	c := open(t, dir, Options{})
	put(t, c, "before", "text")
	flush(t, c)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	put(t, c, "after", "text")
	flush(t, c)
	wantText(t, open(t, dir, Options{}), "after", "text")
}

func TestPendingIsBounded(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir, Options{})
	c.writing.Lock() // a disk that takes its time
	for i := range maxPending + 10 {
		put(t, c, fmt.Sprint(i), "text")
	}
	if s := c.Stats(); s.Pending != maxPending || s.Lost != 10 {
		t.Errorf("Stats() = %+v, want %d pending and 10 lost", s, maxPending)
	}
	c.writing.Unlock()
	flush(t, c)
	wantText(t, open(t, dir, Options{}), "0", "text")
}

// Put writes in the background. No timer and no goroutine stays behind:
// synctest fails a bubble in which one does.
func TestWritesInTheBackground(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := Open(dir, Options{})
		put(t, c, "k", "text")
		time.Sleep(2 * flushDelay)
		synctest.Wait()
		if s := c.Stats(); s.Pending != 0 || c.timer != nil {
			t.Errorf("%d writes pending, timer %v; want none", s.Pending, c.timer)
		}
		other := Open(dir, Options{})
		wantText(t, other, "k", "text")
		if err := errors.Join(other.Close(), c.Close()); err != nil {
			t.Error(err)
		}
	})
}

// A relative folder would be made wherever the program was started.
func TestRelativeDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	var w warnings
	c := Open("cache", Options{Warn: w.add})
	put(t, c, "k", "works in memory")
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	wantText(t, c, "k", "works in memory")
	if got := w.all(); len(got) != 1 || !strings.Contains(got[0], "absolute path") {
		t.Errorf("warnings %q, want one that asks for an absolute path", got)
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Errorf("%v was made, %v", entries, err)
	}
}
