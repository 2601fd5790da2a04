package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestIgnoreFiles holds what is found equal to what git lists, where patterns
// stand in files that are not the tree's own.
func TestIgnoreFiles(t *testing.T) {
	base := t.TempDir()
	config := filepath.Join(base, "config")
	t.Setenv("XDG_CONFIG_HOME", config)
	writeFile(t, filepath.Join(config, "git", "ignore"), "users.go\n!kept.go\n")
	clone, linked := filepath.Join(base, "clone"), filepath.Join(base, "linked")
	names := []string{"a.go", "users.go", "kept.go", "clones.go", "bom.go"}
	fill := func(dir string) {
		writeFile(t, filepath.Join(dir, ".gitignore"), "\ufeffbom.go\n")
		for _, name := range names {
			writeFile(t, filepath.Join(dir, name), "")
		}
	}
	fill(clone)
	git(t, clone, "init", "-q")
	writeFile(t, filepath.Join(clone, ".git", "info", "exclude"), "clones.go\nkept.go\n")
	git(t, clone, "-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "--allow-empty", "-m", "first")
	git(t, clone, "worktree", "add", "-q", linked)
	fill(linked)
	// A tree that was unpacked says that it belongs to the clone.
	forged := filepath.Join(base, "forged")
	fill(forged)
	link, err := os.ReadFile(filepath.Join(linked, ".git"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(forged, ".git"), string(link))

	for dir, want := range map[string][]string{clone: {"a.go"}, linked: {"a.go"}, forged: {"a.go", "clones.go", "kept.go"}} {
		if dir != forged {
			listed := strings.Fields(git(t, dir, "ls-files", "--others", "--exclude-standard", "*.go"))
			if !slices.Equal(listed, want) {
				t.Errorf("in %s git lists %q, the test expects %q", filepath.Base(dir), listed, want)
			}
		}
		t.Chdir(dir)
		if got := walked(t, "."); !slices.Equal(got, want) {
			t.Errorf("in %s walked %q, want %q", filepath.Base(dir), got, want)
		}
	}
}

// TestUserIgnorePath has the user's ignore file where git's configuration says,
// and asks git.
func TestUserIgnorePath(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("GIT_CONFIG_SYSTEM", filepath.Join(home, "system"))
	t.Setenv("GIT_CONFIG_GLOBAL", "") // which brings back what was there
	os.Unsetenv("GIT_CONFIG_GLOBAL")
	for _, test := range []struct {
		name, xdg, global string
		files             map[string]string
		want              string // below home
	}{
		{name: "nothing said", want: ".config/git/ignore"},
		{name: "a folder of its own", xdg: "xdg", want: "xdg/git/ignore"},
		{name: "the user's", files: map[string]string{".gitconfig": "[core]\n\texcludesFile = ~/mine # here\n"}, want: "mine"},
		{name: "in any case", files: map[string]string{".gitconfig": "[CORE]\n\tExcludesFile = \"~/m i n e\"\n"}, want: "m i n e"},
		{name: "in the folder", xdg: "xdg", files: map[string]string{"xdg/git/config": "[core]\nexcludesfile = ~/other\n"}, want: "other"},
		{name: "the home's before the folder's", xdg: "xdg", files: map[string]string{"xdg/git/config": "[core]\nexcludesfile = ~/other\n", ".gitconfig": "[core]\nexcludesfile = ~/mine\n"}, want: "mine"},
		{name: "the machine's last", files: map[string]string{"system": "[core]\nexcludesfile = ~/all\n"}, want: "all"},
		{name: "included", files: map[string]string{".gitconfig": "[include]\npath = more\n[include]\npath = ~/d/x\n", "more": "[core]\nexcludesfile = ~/first\n", "d/x": "[include]\npath = y\n", "d/y": "[core]\nexcludesfile = ~/last\n"}, want: "last"},
		{name: "included before", files: map[string]string{".gitconfig": "[include]\npath = more\n[core]\nexcludesfile = ~/mine\n", "more": "[core]\nexcludesfile = ~/first\n"}, want: "mine"},
		{name: "a circle", files: map[string]string{".gitconfig": "[include]\npath = .gitconfig\n[core]\nexcludesfile = ~/mine\n"}, want: "mine"},
		{name: "another file", global: "global", files: map[string]string{".gitconfig": "[core]\nexcludesfile = ~/mine\n", "global": "[core]\nexcludesfile = ~/theirs\n"}, want: "theirs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.xdg != "" {
				test.xdg = filepath.Join(home, test.xdg)
			}
			t.Setenv("XDG_CONFIG_HOME", test.xdg)
			if test.global != "" {
				t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(home, test.global))
			}
			for name, content := range test.files {
				path := filepath.Join(home, filepath.FromSlash(name))
				writeFile(t, path, content)
				t.Cleanup(func() { _ = os.Remove(path) })
			}
			want := filepath.Join(home, filepath.FromSlash(test.want))
			got, err := userIgnorePath()
			if err != nil || got != want {
				t.Errorf("%q, %v; want %q", got, err, want)
			}
			if out, err := exec.Command("git", "config", "--global", "--includes", "--type=path", "core.excludesFile").Output(); err == nil && strings.TrimSpace(string(out)) != want {
				t.Errorf("git has %s, the test %s", out, want)
			}
		})
	}
}

// TestHostileIgnoreFiles walks through trees whose ignore files would have a
// reader wait, read for good, or remember more than there is memory.
func TestHostileIgnoreFiles(t *testing.T) {
	for _, test := range []struct {
		name   string
		make   func(t *testing.T, top string)
		report string // part of the only error, "" for none
	}{
		{name: "pagemap", make: func(t *testing.T, top string) { linkTo(t, "/proc/self/pagemap", top, ".gitignore") }},
		{name: "kmsg", make: func(t *testing.T, top string) { linkTo(t, "/proc/kmsg", top, ".gitignore") }},
		{name: "zero", make: func(t *testing.T, top string) { linkTo(t, "/dev/zero", top, ".gitignore") }},
		{name: "exclude", make: func(t *testing.T, top string) { linkTo(t, "/dev/zero", top, ".git", "info", "exclude") }},
		{name: "gitdir", make: func(t *testing.T, top string) { linkTo(t, "/dev/zero", top, ".git") }},
		{name: "worktree", make: func(t *testing.T, top string) { writeFile(t, filepath.Join(top, ".git"), "gitdir: /proc/self/fd\n") }},
		{name: "pipe", make: func(t *testing.T, top string) {
			if out, err := exec.Command("mkfifo", filepath.Join(top, ".gitignore")).CombinedOutput(); err != nil {
				t.Skipf("mkfifo: %v, %s", err, out)
			}
		}},
		{name: "outside", make: func(t *testing.T, top string) {
			writeFile(t, filepath.Join(filepath.Dir(top), "outside"), "*.go\n")
			linkTo(t, filepath.Join("..", "outside"), top, ".gitignore")
		}},
		{name: "sparse", report: ".gitignore: it is left out", make: func(t *testing.T, top string) {
			path := filepath.Join(top, ".gitignore")
			writeFile(t, path, "")
			if err := os.Truncate(path, 1<<40); err != nil {
				t.Skip(err)
			}
		}},
		{name: "nested", report: ".gitignore: it is left out", make: func(t *testing.T, top string) {
			for range 20 {
				writeFile(t, filepath.Join(top, ".gitignore"), strings.Repeat("x\n", 1<<19))
				top = filepath.Join(top, "d")
			}
		}},
		{name: "many", report: filepath.Join("d", "d", "d", "d", "d", ".gitignore") + ": it is left out", make: func(t *testing.T, top string) {
			for range 20 {
				writeFile(t, filepath.Join(top, ".gitignore"), strings.Repeat("x\n", 1000))
				top = filepath.Join(top, "d")
			}
		}},
		{name: "a long line", report: ".gitignore: it is left out", make: func(t *testing.T, top string) {
			writeFile(t, filepath.Join(top, ".gitignore"), strings.Repeat("a/", 1<<20))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			top := filepath.Join(t.TempDir(), "top")
			writeFile(t, filepath.Join(top, "a.go"), "")
			test.make(t, top)
			t.Chdir(top)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var paths, reports []string
			done := make(chan error, 1)
			go func() {
				w := walk{
					visit: func(f found) error {
						paths = append(paths, f.path)
						return nil
					},
					unreadable: func(err error) { t.Error(err) },
					warn:       func(err error) { reports = append(reports, err.Error()) },
				}
				done <- w.files(".")
			}()
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(time.Minute):
				t.Fatal("it is still walking")
			}
			runtime.ReadMemStats(&after)
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 300 {
				t.Errorf("it took %d MiB", used)
			}
			if !slices.Equal(paths, []string{"a.go"}) {
				t.Errorf("walked %q", paths)
			}
			if test.report == "" && len(reports) > 0 || test.report != "" && (len(reports) != 1 || !strings.HasPrefix(reports[0], test.report)) {
				t.Errorf("reported %q, want %q", reports, test.report)
			}
		})
	}
}

func linkTo(t *testing.T, target string, path ...string) {
	t.Helper()
	if _, err := os.Lstat(target); err != nil && filepath.IsAbs(target) {
		t.Skip(err)
	}
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, name); err != nil {
		t.Skip(err)
	}
}

// A file that was a file when the folder was listed, and is a link out of the
// tree by the time it is opened, is not read.
func TestOpenedInsideTheTree(t *testing.T) {
	base := t.TempDir()
	writeFile(t, filepath.Join(base, "secret", "a.go"), "secret")
	writeFile(t, filepath.Join(base, "top", "sub", "a.go"), "plain")
	t.Chdir(filepath.Join(base, "top"))
	read := func(replace func()) (text string) {
		w := walk{unreadable: func(err error) { t.Error(err) }, visit: func(found found) error {
			replace()
			f, err := found.open()
			if err != nil {
				text = fmt.Sprint(err)
				return nil
			}
			defer f.Close()
			b, err := f.ReadAll(100)
			text = string(b)
			return err
		}}
		if err := w.files("."); err != nil {
			t.Fatal(err)
		}
		return text
	}
	if got := read(func() {}); got != "plain" {
		t.Errorf("read %q", got)
	}
	got := read(func() {
		if err := os.Rename("sub", "old"); err != nil {
			t.Fatal(err)
		}
		linkTo(t, filepath.Join("..", "secret"), "sub")
	})
	if want := filepath.Join("sub", "a.go"); !strings.Contains(got, want) || strings.Contains(got, "secret") {
		t.Errorf("read %q, want an error about %s", got, want)
	}
}
