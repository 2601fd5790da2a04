//go:build linux || darwin

package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
)

// A daemon whose folder somebody removes serves those that it has, and takes
// nothing of the next one's along when it ends. It does so though they ask on.
func TestFolderRemoved(t *testing.T) {
	o := options(newPlace(t))
	o.Idle = time.Second
	old := newClient(t, o)
	first := ask(t, old, "a")
	if err := os.RemoveAll(o.Place.Dir); err != nil {
		t.Fatal(err)
	}
	o.Idle = time.Minute
	second := ask(t, newClient(t, o), "a")
	if second == first {
		t.Fatal("a daemon was found in a folder that is gone")
	}
	until(t, "the first daemon has ended", func() bool { return ask(t, old, "b") != first })
	if now := ask(t, old, "c"); now != second {
		t.Errorf("the process %d serves, want the second daemon, %d", now, second)
	}
	if !o.Place.hasSocket() {
		t.Error("the first daemon has taken the second one's socket along")
	}
	if owner := o.Place.owner(); owner != strconv.Itoa(second) {
		t.Errorf("the lock is that of process %q, want %d", owner, second)
	}
}

// A client that is killed wants nothing any more.
func TestClientKilled(t *testing.T) {
	k := fake{began: make(chan string, 1), gone: make(chan string, 1)}
	p, status := serve(t, k)
	c := asker(p, "wait 1")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-k.began
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	<-k.gone
	until(t, "the client is forgotten", func() bool { s := status(); return len(s.Clients) == 0 && s.Running == 0 })
}

// What a daemon has said before it crashed can be read when the next one runs.
func TestLastLog(t *testing.T) {
	p := newPlace(t)
	ask(t, newClient(t, options(p)), "die "+filepath.Join(t.TempDir(), "once"))
	if b, err := os.ReadFile(p.lastLog()); !strings.Contains(string(b), "last words") {
		t.Errorf("the last log is %q, %v", b, err)
	}
}

// A message has a bound, on both sides.
func TestLongMessages(t *testing.T) {
	p, _ := serve(t, fake{})
	c := newClient(t, options(p))
	long := inference.Function{Name: "a", Code: strings.Repeat("\x01", 1<<20)} // six bytes each in JSON
	if _, err := c.Summarize(t.Context(), long); err != nil {
		t.Errorf("a function of 1 MiB: %v", err)
	}
	long.Code = strings.Repeat("a", maxMessage)
	if _, err := c.Summarize(t.Context(), long); !errors.Is(err, errTooLong) {
		t.Errorf("a function of %d bytes: %v", maxMessage, err)
	}
	raw, err := net.Dial("unix", p.socket())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	fmt.Fprintf(raw, "Content-Length: %d\r\n\r\n", maxMessage+1)
	if n, err := io.Copy(io.Discard, raw); n > 0 || err != nil {
		t.Errorf("the daemon has answered %d bytes, %v", n, err)
	}
	ask(t, c, "b")
}

// Clients of one model have one queue, however it is to be asked; what somebody
// waits for is alone.
func TestOneQueue(t *testing.T) {
	k := fake{began: make(chan string, 4), gone: make(chan string, 4)}
	p, status := serve(t, k)
	o := options(p)
	one := newClient(t, o)
	o.Config.Writer.Timeout = time.Minute
	other := newClient(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = one.SummarizeAt(ctx, function("wait 1"), inference.Hover, nil)
	}()
	<-k.began
	go func() { _, _ = other.Summarize(t.Context(), function("a")) }()
	until(t, "the other one waits", func() bool { s := status(); return s.Queued == 1 && s.Running == 1 })
	if s := status(); len(s.Models) != 1 || s.Models[0].Clients != 2 {
		t.Errorf("the models are %+v", s.Models)
	}
	cancel()
	<-ended
	<-k.gone
	if got := <-k.began; got != "a" {
		t.Error(got)
	}
}

// Who opens a model that takes long holds up nobody, and many who want it open it
// once.
func TestOpenTakesLong(t *testing.T) {
	release := make(chan struct{})
	opened := make(chan string, 10)
	p, _ := serveModels(t, func(ctx context.Context, c Config, _ Backend) (Backend, error) {
		opened <- c.Model
		if c.Model == "large" {
			select {
			case <-release:
			case <-ctx.Done():
			}
		}
		return fake{}, nil
	})
	o := options(p)
	large := o
	large.Config.Model, large.Config.Hash = "large", "1"
	errs := make(chan error)
	for range 3 {
		go func() {
			c, err := NewClient(t.Context(), large)
			if err == nil {
				_, err = c.Summarize(t.Context(), function("a"))
				c.Close()
			}
			errs <- err
		}()
	}
	if got := <-opened; got != "large" {
		t.Fatal(got)
	}
	ask(t, newClient(t, o), "a")
	close(release)
	for range 3 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := <-opened; got != "fake" || len(opened) > 0 {
		t.Errorf("%s was opened, and %d more", got, len(opened))
	}
}

// setBack returns at as a clock has read it that was ahead by so much, and has been
// set back since: its wall clock differs, its monotonic one does not.
func setBack(t *testing.T, at time.Time, by time.Duration) time.Time {
	t.Helper()
	ahead := at
	// Of a time with a monotonic reading, the first word holds seconds above 30
	// bits of nanoseconds.
	*(*uint64)(unsafe.Pointer(&ahead)) += uint64(by/time.Second) << 30
	if ahead.Sub(at) != 0 || ahead.Round(0).Sub(at.Round(0)) != by {
		t.Fatalf("%v is not %v, ahead by %s", ahead, at, by)
	}
	return ahead
}

// Only the monotonic clock decides when a daemon ends and what it counts.
func TestClockSetBack(t *testing.T) {
	for _, by := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &Server{log: zap.NewNop(), found: func() bool { return true }, ctx: ctx, end: cancel, sessions: map[*session]struct{}{}}
		s.pool = newPool(ctx, nil, s.learned)
		s.since = setBack(t, time.Now(), by)
		s.learned()
		if got := s.status().LastMinute; got != 1 {
			t.Errorf("set back by %s: %d written in the last minute, want 1", by, got)
		}
		s.asked, s.idle = setBack(t, time.Now(), by), time.Minute
		if s.rest(); ctx.Err() != nil {
			t.Errorf("set back by %s: the daemon has ended too soon", by)
		}
		s.mu.Lock()
		s.asked, s.idle = setBack(t, time.Now(), by), 20*time.Millisecond
		s.mu.Unlock()
		s.rest()
		until(t, fmt.Sprintf("the daemon ends whose clock was set back by %s", by), func() bool { return ctx.Err() != nil })
		s.pool.close()
	}
}

// A daemon that is out of descriptors takes clients again when it has some.
func TestOutOfDescriptors(t *testing.T) {
	p := newPlace(t)
	c := newClient(t, options(p))
	pid := ask(t, c, "a")
	restore := limitDescriptors(t, pid, 3)
	o := options(p)
	o.patience = patience{open: 200 * time.Millisecond, every: time.Minute, ping: time.Minute}
	if refused, err := NewClient(t.Context(), o); err == nil {
		refused.Close()
		t.Error("a client was taken without a descriptor")
	}
	if got := ask(t, c, "b"); got != pid {
		t.Error("the daemon has ended for want of a descriptor")
	}
	restore()
	if got := ask(t, newClient(t, options(p)), "c"); got != pid {
		t.Error("the daemon takes no clients any more")
	}
}

// nobody is another user.
const nobody = 65534

// Two users have a daemon each, and none is another's.
func TestTwoUsers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be two users")
	}
	base, err := os.MkdirTemp("", "gloss")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	own, others := Place{filepath.Join(base, "own", "d"), "b1"}, Place{filepath.Join(base, "other", "d"), "b1"}
	for _, p := range []Place{own, others} {
		err = errors.Join(err, os.Mkdir(filepath.Dir(p.Dir), 0o700), os.Chmod(filepath.Dir(p.Dir), 0o755))
	}
	if err := errors.Join(err, os.Chmod(base, 0o755), os.Chown(filepath.Dir(others.Dir), nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	run := func(uid uint32, p Place) string {
		c := asker(p, "a")
		c.Dir = "/"
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		out, err := c.Output()
		if err != nil && len(out) == 0 {
			t.Fatal(err)
		}
		return string(out)
	}
	for _, test := range []struct {
		uid   uint32
		place Place
	}{{0, own}, {nobody, others}} {
		var pid int
		out := run(test.uid, test.place)
		if _, err := fmt.Sscan(out, &pid); err != nil {
			t.Fatalf("user %d has no daemon: %s", test.uid, out)
		}
		t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
		info, err := os.Stat(test.place.socket())
		if err != nil || info.Sys().(*syscall.Stat_t).Uid != test.uid {
			t.Errorf("the socket of user %d is another's: %v", test.uid, err)
		}
	}
	const refusal = "belongs to somebody else"
	if out := run(nobody, own); !strings.Contains(out, refusal) {
		t.Errorf("a user who points at another's folder: %s", out)
	}
	if out := run(0, others); !strings.Contains(out, refusal) {
		t.Errorf("root who points at a user's folder: %s", out)
	}

	// What is behind the folder: each end looks who is at the other.
	theirs, err := net.Dial("unix", others.socket())
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	if err := checkPeer(theirs.(*net.UnixConn)); err == nil || !strings.Contains(err.Error(), fmt.Sprint("user ", nobody)) {
		t.Errorf("a daemon of somebody else: %v", err)
	}
	if n, err := io.Copy(io.Discard, theirs); n > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a client of somebody else was sent %d bytes, %v", n, err)
	}
}
