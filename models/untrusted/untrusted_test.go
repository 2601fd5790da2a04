package untrusted

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// within fails if f does not come back: what it opens would have it wait.
func within(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it is still waiting")
	}
}

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Skip(err)
	}
}

func file(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRead reads what lies in a folder: by its path, where links are followed,
// and inside the folder, where they are not.
func TestRead(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "folder")
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	file(t, filepath.Join(base, "secret"), "secret")
	file(t, filepath.Join(dir, "plain"), "plain")
	file(t, filepath.Join(dir, "long"), "longer than it may be")
	file(t, filepath.Join(dir, "sub", "deep"), "deep")
	link(t, "plain", filepath.Join(dir, "near"))
	link(t, filepath.Join("..", "secret"), filepath.Join(dir, "far"))
	link(t, "..", filepath.Join(dir, "up"))
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	refused := errors.New("refused")
	for _, test := range []struct {
		name           string
		path, inside   string // the content
		pathErr, inErr error
	}{
		{name: "plain", path: "plain", inside: "plain"},
		{name: "sub/deep", path: "deep", inside: "deep"},
		{name: "near", path: "plain", inErr: ErrNotRegular},
		{name: "far", path: "secret", inErr: ErrNotRegular},
		{name: "up/secret", path: "secret", inErr: refused},
		{name: "../secret", path: "secret", inErr: refused},
		{name: "sub", pathErr: ErrNotRegular, inErr: ErrNotRegular},
		{name: "absent", pathErr: fs.ErrNotExist, inErr: fs.ErrNotExist},
		{name: "long", pathErr: &SizeError{21, 10}, inErr: &SizeError{21, 10}},
	} {
		check := func(how string, b []byte, err error, content string, want error) {
			t.Helper()
			var size, wantSize *SizeError
			switch {
			case want == nil && (err != nil || string(b) != content):
				t.Errorf("%s, %s: %q, %v; want %q", test.name, how, b, err, content)
			case want != nil && err == nil:
				t.Errorf("%s, %s: %q; want an error", test.name, how, b)
			case errors.As(want, &wantSize) && !(errors.As(err, &size) && *size == *wantSize):
				t.Errorf("%s, %s: %v, want %v", test.name, how, err, want)
			case want != nil && want != refused && wantSize == nil && !errors.Is(err, want):
				t.Errorf("%s, %s: %v, want %v", test.name, how, err, want)
			}
		}
		b, err := Read(filepath.Join(dir, filepath.FromSlash(test.name)), 10)
		check("by its path", b, err, test.path, test.pathErr)
		b, err = ReadIn(root, test.name, 10)
		check("inside", b, err, test.inside, test.inErr)
	}
}

// The kernel's files say that they hold nothing, and would have a reader read
// for good, or wait. /dev/zero is no file at all.
func TestEndlessFiles(t *testing.T) {
	for path, regular := range map[string]bool{"/proc/self/pagemap": true, "/proc/kmsg": true, "/dev/zero": false} {
		if _, err := os.Lstat(path); err != nil {
			t.Logf("%s: %v", path, err)
			continue
		}
		within(t, func() {
			b, err := Read(path, 1<<20)
			switch {
			case !regular && !errors.Is(err, ErrNotRegular):
				t.Errorf("%s: %v, want %v", path, err, ErrNotRegular)
			case regular && len(b) > 0, regular && err != nil && !errors.Is(err, fs.ErrPermission):
				t.Errorf("%s: %d bytes, %v; want none", path, len(b), err)
			}
		})
	}
}

// A file that grows while it is read ends where it ended at first.
func TestGrowingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	file(t, path, "first")
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	log, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if _, err := io.WriteString(log, " and more"); err != nil {
		t.Fatal(err)
	}
	if b, err := f.ReadAll(100); err != nil || string(b) != "first" {
		t.Errorf("read %q, %v", b, err)
	}
	if b, err := Read(path, 100); err != nil || string(b) != "first and more" {
		t.Errorf("read %q, %v", b, err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	file(t, filepath.Join(dir, "a"), "a")
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	file(t, filepath.Join(dir, "sub", "b"), "b")
	for name, want := range map[string]string{"a": "a", "sub/b": "b"} {
		if b, err := fs.ReadFile(Folder(dir), name); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if entries, err := fs.ReadDir(Folder(dir), "sub"); err != nil || len(entries) != 1 {
		t.Errorf("sub: %v, %v", entries, err)
	}
	for _, name := range []string{"../a", "/a", "sub", ""} {
		if f, err := Folder(dir).Open(name); err == nil || f != nil {
			t.Errorf("%q was opened", name)
		}
	}
}

func TestUserFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has the user's folders from the system")
	}
	for _, test := range []struct {
		dir, home, variable string
		ok                  bool
	}{
		{"/home/u/.cache", "/home/u", "", true},
		{"/c", "", "/c", true},
		{"/c", "u", "/c", true},
		{"/.cache", "", "", false},
		{"", "u", "", false},
		{"/.cache", "", "relative", false},
	} {
		t.Setenv("HOME", test.home)
		t.Setenv("XDG_CACHE_HOME", test.variable)
		got, err := UserFolder(test.dir, "XDG_CACHE_HOME")
		if test.ok != (err == nil && got == test.dir) || !test.ok && got != "" {
			t.Errorf("%+v: %q, %v", test, got, err)
		}
	}
}
