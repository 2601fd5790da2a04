package models

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestHostileFolder opens, hashes and imports folders in which one file would
// have a reader wait, read for good or give something away.
func TestHostileFolder(t *testing.T) {
	const secret = "dontquotethis"
	link := func(to string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if _, err := os.Lstat(to); err != nil {
				t.Skip(err)
			}
			if err := os.Symlink(to, path); err != nil {
				t.Skip(err)
			}
		}
	}
	content := func(s string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			outside := filepath.Join(t.TempDir(), "outside")
			if err := os.WriteFile(outside, []byte(s), 0o600); err != nil {
				t.Fatal(err)
			}
			link(outside)(t, path)
		}
	}
	sparse := func(size int64) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, size); err != nil {
				t.Skip(err) // a file system that knows no such size
			}
		}
	}
	pipe := func(t *testing.T, path string) {
		if out, err := exec.Command("mkfifo", path).CombinedOutput(); err != nil {
			t.Skipf("mkfifo: %v, %s", err, out)
		}
	}
	for _, test := range []struct {
		name, file string
		make       func(t *testing.T, path string)
		want       string // part of the error, "" for none
	}{
		{"pipe", "tokenizer.json", pipe, "not a regular file"},
		{"pipe", "config.json", pipe, "not a regular file"},
		{"pipe", graphPath, pipe, "no ONNX graph"},
		{"zero", "tokenizer.json", link("/dev/zero"), "not a regular file"},
		{"zero", "gloss.json", link("/dev/zero"), "not a regular file"},
		{"zero", graphPath, link("/dev/zero"), "no ONNX graph"},
		{"pagemap", "onnx/weights", link("/proc/self/pagemap"), ""},
		{"kmsg", "onnx/weights", link("/proc/kmsg"), ""},
		{"sparse", "onnx/model.onnx_data", sparse(4 << 40), "gloss takes at most 8589.9 MB"},
		{"sparse", graphPath, sparse(3 << 30), "gloss takes at most 2147.5 MB"},
		{"sparse", "tokenizer.json", sparse(1 << 30), "gloss takes at most 67.1 MB"},
		{"sparse", "gloss.json", sparse(2 << 20), "gloss takes at most 1.0 MB"},
		{"sparse in sum", "onnx/model.onnx_data", sparse(maxModel - 1000), "its files have 8590.2 MB"},
		{"secret", "config.json", content(secret), "config.json is not valid"},
		{"secret", "generation_config.json", content(`{"eos_token_id":"` + secret + `"}`), "token id"},
	} {
		t.Run(test.name+" "+test.file, func(t *testing.T) {
			dir := other(t, "mine")
			path := filepath.Join(dir, filepath.FromSlash(test.file))
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			test.make(t, path)
			s := &Store{Root: t.TempDir()}
			for what, do := range map[string]func() error{
				"hashing": func() error {
					m, err := s.Open(dir)
					if err == nil {
						_, err = m.Hash(t.Context())
					}
					return err
				},
				"importing": func() error {
					_, err := s.Import(t.Context(), dir, ImportOptions{Check: func(*Model) error { return nil }})
					return err
				},
			} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				done := make(chan error, 1)
				go func() { done <- do() }()
				select {
				case err := <-done:
					if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
						t.Errorf("%s: %v, want %q", what, err, test.want)
					}
					if err != nil && strings.Contains(err.Error(), secret[:4]) {
						t.Errorf("%s: %q quotes the file", what, err)
					}
				case <-time.After(time.Minute):
					t.Fatalf("%s takes for ever", what)
				}
				runtime.ReadMemStats(&after)
				if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 100 {
					t.Errorf("%s took %d MiB", what, used)
				}
			}
			if used := size(s.Root); used > 1<<20 {
				t.Errorf("%d bytes were written", used)
			}
		})
	}
}

// Reading gigabytes ends when it is no longer wanted, and leaves nothing.
func TestReadingIsInterrupted(t *testing.T) {
	dir := other(t, "mine")
	if err := os.Truncate(filepath.Join(dir, "onnx", "model.onnx_data"), maxModel/2); err != nil {
		t.Skip(err)
	}
	s := &Store{Root: t.TempDir()}
	m, err := s.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for what, do := range map[string]func(context.Context) error{
		"hashing": func(ctx context.Context) error { _, err := m.Hash(ctx); return err },
		"importing": func(ctx context.Context) error {
			_, err := s.Import(ctx, dir, ImportOptions{Check: func(*Model) error { return nil }})
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		begun := time.Now()
		err := do(ctx)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want that it was interrupted", what, err)
		}
		t.Logf("%s ended after %s", what, time.Since(begun))
	}
	if _, err := os.Stat(filepath.Join(s.Root, "mine")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the import left %v", err)
	}
}
