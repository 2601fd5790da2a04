package cache

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fill writes a database of many pages and closes it.
func fill(t testing.TB, dir string) {
	t.Helper()
	c := open(t, dir, Options{})
	for i := range 500 {
		put(t, c, fmt.Sprint(i), strings.Repeat("x", 100))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// overwrite replaces a part of the file.
func overwrite(t *testing.T, path string, offset int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, offset); err != nil {
		t.Fatal(err)
	}
}

func TestBrokenFiles(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, dir, path string)
		warning string // "" for none
		aside   bool   // the file is kept as .corrupt and a new one works
	}{
		{"empty", func(t *testing.T, dir, path string) {
			fill(t, dir)
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		}, "", false},
		{"truncated", func(t *testing.T, dir, path string) {
			fill(t, dir)
			if err := os.Truncate(path, 10_000); err != nil {
				t.Fatal(err)
			}
		}, "damaged", true},
		{"random bytes", func(t *testing.T, _, path string) {
			if err := os.WriteFile(path, noise(100_000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "damaged", true},
		{"random bytes after the header", func(t *testing.T, dir, path string) {
			fill(t, dir)
			overwrite(t, path, 100, noise(60_000))
		}, "damaged", true},
		{"random log", func(t *testing.T, dir, path string) {
			fill(t, dir)
			if err := os.WriteFile(path+"-wal", noise(100_000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "", false},
		{"another program's database", func(t *testing.T, dir, _ string) {
			execute(t, database(t, dir), "CREATE TABLE bookmarks (url)")
		}, "another program", false},
		{"our version, another schema", func(t *testing.T, dir, _ string) {
			execute(t, database(t, dir), "CREATE TABLE summaries (url); PRAGMA user_version = 2")
		}, "another program", false},
		{"our first version, another schema", func(t *testing.T, dir, _ string) {
			execute(t, database(t, dir), "CREATE TABLE summaries (url); PRAGMA user_version = 1")
		}, "another program", false},
		{"a newer version", func(t *testing.T, dir, _ string) {
			fill(t, dir)
			execute(t, database(t, dir), "PRAGMA user_version = 3")
		}, "newer gloss", false},
		{"a directory", func(t *testing.T, _, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "not a regular file", false},
		{"a file instead of the directory", func(t *testing.T, dir, _ string) {
			if err := os.Remove(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "not a directory", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, fileName)
			test.prepare(t, dir, path)
			before, _ := os.ReadFile(path)

			var w warnings
			c := Open(dir, Options{Warn: w.add})
			put(t, c, "new", "works in memory")
			err := c.Flush()
			wantText(t, c, "new", "works in memory")
			wantText(t, c, "missing", "")
			_ = c.Close()

			got := w.all()
			if test.warning == "" && len(got) == 0 || test.warning != "" && len(got) == 1 && strings.Contains(got[0], test.warning) && strings.Contains(got[0], path) {
				t.Log(got)
			} else {
				t.Errorf("warnings %q, want one that names the file and says %q", got, test.warning)
			}
			if aside, _ := os.ReadFile(path + ".corrupt"); test.aside != (aside != nil) || test.aside && !bytes.Equal(aside, before) {
				t.Errorf("%d bytes were set aside; want it done: %v", len(aside), test.aside)
			}
			if works := test.warning == "" || test.aside; works != (err == nil) {
				t.Errorf("Flush() = %v; want a working file: %v", err, works)
			} else if works {
				wantText(t, open(t, dir, Options{}), "new", "works in memory")
			} else if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("a file of someone else was changed")
			}
		})
	}
}

// The file is damaged while it is open: whoever meets the damage, in reading
// or in writing, sets the file aside.
func TestDamagedMeanwhile(t *testing.T) {
	for _, test := range []struct {
		name string
		meet func(t *testing.T, c *Cache)
	}{
		{"read", func(t *testing.T, c *Cache) {
			for i := 0; c.Stats().Memory == 1 && i < 500; i++ {
				c.Get(key(fmt.Sprint(i)))
			}
		}},
		{"write", func(t *testing.T, c *Cache) {
			for i := range 500 {
				put(t, c, fmt.Sprint("more", i), "text")
			}
			flush(t, c)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			fill(t, dir)
			path := filepath.Join(dir, fileName)
			var w warnings
			c := Open(dir, Options{Warn: w.add})
			defer c.Close()
			put(t, c, "kept", "text")
			overwrite(t, path, 4096, noise(100_000))
			test.meet(t, c)
			flush(t, c)

			if got := w.all(); len(got) != 1 || !strings.Contains(got[0], path+".corrupt") {
				t.Errorf("warnings %q, want one that names %s.corrupt", got, fileName)
			}
			if _, err := os.Stat(path + ".corrupt"); err != nil {
				t.Error(err)
			}
			wantText(t, open(t, dir, Options{}), "kept", "text")
		})
	}
}

// FuzzOpen opens databases that are anything at all.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	fill(f, dir)
	good, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add(good)
	f.Add(good[:5000])
	f.Add(append(bytes.Clone(good[:100]), noise(9000)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, fileName), b, 0o600); err != nil {
			t.Fatal(err)
		}
		c := Open(dir, Options{})
		for i := range 20 {
			if e, ok := c.Get(key(fmt.Sprint(i))); ok && e.Check() != nil {
				t.Errorf("Get returned %+v: %v", e, e.Check())
			}
		}
		put(t, c, "k", "text")
		_ = c.Close()
		wantText(t, c, "k", "text")
	})
}
