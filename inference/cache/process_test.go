//go:build unix

package cache

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// The tests below need other processes: this binary, started again with the
// name of a part to play.
const (
	partVariable = "GLOSS_CACHE_TEST_PART"
	dirVariable  = "GLOSS_CACHE_TEST_DIR"
)

var parts = map[string]func(dir string) error{
	"writer": writer,
	"exclusive": func(dir string) error {
		return hold(dir, "PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE; UPDATE summaries SET used = used; COMMIT")
	},
	"write lock": func(dir string) error { return hold(dir, "BEGIN IMMEDIATE") },
	"full":       fullDisk,
	"read-only":  readOnlyDisk,
}

func TestMain(m *testing.M) {
	part := parts[os.Getenv(partVariable)]
	if part == nil {
		os.Exit(m.Run())
	}
	if err := part(os.Getenv(dirVariable)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// process is another process, which plays its part until its input ends.
type process struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start starts a process and waits for its first line, "ready".
func start(t *testing.T, part, dir string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), partVariable+"="+part, dirVariable+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd, in, bufio.NewReader(out)}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	if line := p.line(); line != "ready" {
		t.Fatalf("%s said %q, want ready", part, line)
	}
	return p
}

func (p *process) line() string {
	line, _ := p.out.ReadString('\n')
	return strings.TrimSpace(line)
}

// finish ends the process's input and returns the lines that it still writes.
func (p *process) finish(t *testing.T) []string {
	t.Helper()
	p.in.Close()
	rest, _ := io.ReadAll(p.out)
	if err := p.Wait(); err != nil {
		t.Errorf("a process failed: %v", err)
	}
	if len(rest) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(rest)), "\n")
}

// say prints the lines that the parent waits for.
func say(err error) { fmt.Println("warning: " + strings.ReplaceAll(err.Error(), "\n", " ")) }

// awaitStart holds a process back until its parent has all of them ready.
func awaitStart() {
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// hold keeps the database locked by statement until the input ends.
func hold(dir, statement string) error {
	db, err := sql.Open("sqlite", dsn(filepath.Join(dir, fileName), writeBusy, ""))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(statement); err != nil {
		return err
	}
	awaitStart()
	return db.Close()
}

const (
	writers   = 6
	perWriter = 200
)

// writer writes entries of its own and one of all writers, and reads both.
func writer(dir string) error {
	awaitStart()
	c := Open(dir, Options{Warn: say})
	self := strconv.Itoa(os.Getpid())
	for i := range perWriter {
		if err := c.Put(key(fmt.Sprint(self, "/", i)), entry("written by "+self)); err != nil {
			return err
		}
		if err := c.Put(key("shared"), entry("written by all")); err != nil {
			return err
		}
		if i%20 == 0 {
			if err := c.Flush(); err != nil {
				return err
			}
		}
		if e, ok := c.Get(key(fmt.Sprint(self, "/", i))); !ok || e.Text != "written by "+self {
			return fmt.Errorf("entry %d is %+v", i, e)
		}
	}
	return c.Close()
}

func TestManyProcesses(t *testing.T) {
	for _, test := range []struct {
		name     string
		prepare  func(dir string) error
		warnings int
	}{
		{"new file", func(string) error { return nil }, 0},
		// All find the damage at the same time: one of them replaces the file.
		{"damaged file", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, fileName), noise(50_000), 0o600)
		}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := test.prepare(dir); err != nil {
				t.Fatal(err)
			}
			var processes []*process
			for range writers {
				processes = append(processes, start(t, "writer", dir))
			}
			var all sync.WaitGroup
			var said warnings
			for _, p := range processes {
				all.Go(func() {
					for _, line := range p.finish(t) {
						said.add(fmt.Errorf("%s", line))
					}
				})
			}
			all.Wait()
			if got := said.all(); len(got) != test.warnings {
				t.Errorf("warnings %q, want %d", got, test.warnings)
			}

			c := open(t, dir, Options{})
			wantText(t, c, "shared", "written by all")
			for _, p := range processes {
				self := strconv.Itoa(p.Process.Pid)
				for i := range perWriter {
					wantText(t, c, fmt.Sprint(self, "/", i), "written by "+self)
				}
			}
		})
	}
}

// A file that is locked when it is opened is left alone until it is free.
func TestLockedAtOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fill(t, dir)
	holder := start(t, "exclusive", dir)
	var w warnings
	c := Open(dir, Options{Warn: w.add})
	defer c.Close()
	put(t, c, "k", "text")
	wantText(t, c, "1", "")
	wantText(t, c, "k", "text")
	if got := w.all(); len(got) != 1 || !strings.Contains(got[0], "locked") {
		t.Errorf("warnings %q, want one about the lock", got)
	}
	holder.finish(t)
	flush(t, c)
	wantText(t, c, "1", strings.Repeat("x", 100))
	wantText(t, open(t, dir, Options{}), "k", "text")
}

// Writes wait in memory while another process holds the write lock; reads go
// on. All calls return while it is held, or the test would hang.
func TestLockedForWriting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fill(t, dir)
	var w warnings
	c := Open(dir, Options{Warn: w.add})
	defer c.Close()
	holder := start(t, "write lock", dir)
	put(t, c, "k", "text")
	wantText(t, c, "1", strings.Repeat("x", 100))
	if err := c.Flush(); err == nil {
		t.Error("Flush() = nil while another process holds the write lock")
	}
	put(t, c, "k2", "text")
	if got := w.all(); len(got) != 1 || !strings.Contains(got[0], "locked") {
		t.Errorf("warnings %q, want one about the lock", got)
	}
	if s := c.Stats(); s.Pending != 2 {
		t.Errorf("Stats() = %+v, want 2 pending", s)
	}
	holder.finish(t)
	flush(t, c)
	other := open(t, dir, Options{})
	wantText(t, other, "k", "text")
	wantText(t, other, "k2", "text")
}

// A disk without room and one that cannot be written give one warning; what
// was written before can be read, and what comes after is kept in memory.
func TestCannotWrite(t *testing.T) {
	for part, want := range map[string]string{"full": "cache.maxSize", "read-only": "writable"} {
		t.Run(part, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			fill(t, dir)
			got := start(t, part, dir).finish(t)
			if len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("warnings %q, want one that says %q", got, want)
			}
			for path, mode := range map[string]os.FileMode{dir: 0o755, filepath.Join(dir, fileName): 0o644} { // writable again
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
			wantText(t, open(t, dir, Options{}), "1", strings.Repeat("x", 100))
		})
	}
}

// fullDisk bounds the size of files for this process, which is how a test can
// fill a disk without filling one.
func fullDisk(dir string) error {
	awaitStart()
	c := Open(dir, Options{Warn: say})
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil {
		return err
	}
	signal.Ignore(unix.SIGXFSZ)
	limit := uint64(info.Size() + 100_000)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	return fillInMemory(c)
}

func readOnlyDisk(dir string) error {
	awaitStart()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	for path, mode := range map[string]os.FileMode{filepath.Dir(filepath.Dir(dir)): 0o755, dir: 0o555, filepath.Join(dir, fileName): 0o444, filepath.Join(dir, lockName): 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			return err
		}
	}
	if os.Getuid() == 0 { // whom no mode stops
		const nobody = 65534
		if err := unix.Setuid(nobody); err != nil {
			return err
		}
	}
	return fillInMemory(Open(dir, Options{Warn: say}))
}

// fillInMemory puts more into c than its disk takes and checks that it is all
// there.
func fillInMemory(c *Cache) error {
	for i := range 3000 {
		if err := c.Put(key(fmt.Sprint("new", i)), entry(strings.Repeat("y", 200))); err != nil {
			return err
		}
		if i%500 == 0 {
			_ = c.Flush()
		}
	}
	if err := c.Flush(); err == nil {
		return fmt.Errorf("Flush found room; Stats() = %+v", c.Stats())
	}
	for i := range 3000 {
		if _, ok := c.Get(key(fmt.Sprint("new", i))); !ok {
			return fmt.Errorf("entry %d is gone", i)
		}
	}
	_ = c.Close()
	return nil
}
