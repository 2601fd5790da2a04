//go:build linux || darwin

package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
)

// serveIn names the folder in which this program is to be a daemon, and askIn that
// in which it is to be a client.
const serveIn, askIn = "GLOSS_TEST_DAEMON", "GLOSS_TEST_CLIENT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveIn); dir != "" {
		err := Serve(context.Background(), Options{
			Place: Place{dir, os.Getenv(serveIn + "_BUILD")},
			Open:  func(_ context.Context, c Config, _ Backend) (Backend, error) { return openFake(c) },
			Log:   zap.NewNop(),
			Ready: func() { _ = Announce(os.Stdout) },
		})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv(askIn); dir != "" {
		c, err := NewClient(context.Background(), options(Place{dir, os.Getenv(askIn + "_BUILD")}))
		if err == nil {
			var s inference.Summary
			s, err = c.Summarize(context.Background(), function(os.Getenv(askIn+"_NAME")))
			fmt.Print(s.Text)
		}
		if err != nil {
			fmt.Print(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// asker is a process of a client that asks for one function.
func asker(p Place, name string) *exec.Cmd {
	c := exec.Command(program)
	c.Env = append(os.Environ(), askIn+"="+p.Dir, askIn+"_BUILD="+p.Build, askIn+"_NAME="+name)
	return c
}

// program is this one, which other users may not find by its name.
var program = func() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	return os.Args[0]
}()

// fake is a Backend that does what functions' names say.
type fake struct{ began, gone chan string }

func openFake(c Config) (Backend, error) {
	if c.Model == "missing" {
		return nil, errors.New("there is no model missing")
	}
	return fake{}, nil
}

func (fake) Key(f inference.Function) inference.Key {
	f.Language = "" // another Key than the client's
	return f.Key("fake", nil)
}
func (fake) Concurrency() int { return 1 }
func (fake) Close() error     { return nil }

func (k fake) Summarize(ctx context.Context, f inference.Function) (inference.Summary, error) {
	verb, rest, _ := strings.Cut(f.Name, " ")
	switch verb {
	case "none":
		return inference.Summary{}, fmt.Errorf("%w: it is empty", inference.ErrNoSummary)
	case "down":
		return inference.Summary{}, fmt.Errorf("%w: no library", inference.ErrUnavailable)
	case "fail":
		return inference.Summary{}, errors.New("it took too long")
	case "die": // once, where a file is named
		if rest == "" || os.Mkdir(rest, 0o700) == nil {
			fmt.Fprintln(os.Stderr, "last words")
			os.Exit(3)
		}
	case "slow":
		time.Sleep(20 * time.Millisecond)
	case "wait":
		if k.began != nil {
			k.began <- f.Name
		}
		<-ctx.Done()
		if k.gone != nil {
			k.gone <- f.Name
		}
		return inference.Summary{}, ctx.Err()
	}
	if k.began != nil {
		k.began <- f.Name
	}
	return inference.Summary{Text: fmt.Sprint(os.Getpid(), " ", f.Variation), Source: inference.SourceModel, Confidence: 0.5, Elapsed: time.Second}, nil
}

// keys are a client's.
type keys struct{}

func (keys) Key(f inference.Function) inference.Key { return f.Key("client", nil) }

func function(name string) inference.Function { return inference.Function{Name: name, Code: name} }

// newPlace is a folder that the test's daemons leave behind empty.
func newPlace(t *testing.T) Place {
	t.Helper()
	// Not t.TempDir: the path of a socket must be short.
	dir, err := os.MkdirTemp("", "gloss")
	if err != nil {
		t.Fatal(err)
	}
	p := Place{filepath.Join(dir, "d"), "b1"}
	t.Cleanup(func() {
		places, _ := Builds(p.Dir)
		for _, p := range places {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			if err := Stop(ctx, p); err != nil && !IsGone(err) {
				t.Errorf("stop %s: %v", p.Build, err)
			}
			cancel()
		}
		left, _ := os.ReadDir(p.Dir)
		for _, e := range left {
			if filepath.Ext(e.Name()) != ".log" {
				t.Errorf("%s is left behind", e.Name())
			}
		}
		_ = os.RemoveAll(dir)
	})
	return p
}

func options(p Place) ClientOptions {
	return ClientOptions{
		Place: p, Keys: keys{}, Config: Config{Model: "fake"}, Name: "test", Idle: time.Minute,
		Command: func() *exec.Cmd {
			c := exec.Command(program)
			c.Env = append(os.Environ(), serveIn+"="+p.Dir, serveIn+"_BUILD="+p.Build)
			return c
		},
	}
}

func newClient(t *testing.T, o ClientOptions) *Client {
	t.Helper()
	c, err := NewClient(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// ask returns the process that has answered.
func ask(t *testing.T, c *Client, name string) (pid int) {
	t.Helper()
	s, err := c.Summarize(t.Context(), function(name))
	if err != nil {
		t.Fatalf("%s: %v; the log: %s", name, err, logOf(c.o.Place))
	}
	pid, _ = strconv.Atoi(strings.Fields(s.Text)[0])
	return pid
}

func logOf(p Place) string {
	b, _ := os.ReadFile(p.Log())
	return string(b)
}

// until waits for what must come.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for began := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// What comes back is what was written, and errors are what they were.
func TestAnswers(t *testing.T) {
	c := newClient(t, options(newPlace(t)))
	if c.Key(function("a")) != (keys{}).Key(function("a")) {
		t.Error("the key is not the client's")
	}
	f := function("a")
	f.Variation = 7
	s, err := c.Summarize(t.Context(), f)
	if err != nil || !strings.HasSuffix(s.Text, " 7") || s.Source != inference.SourceModel || s.Confidence != 0.5 || s.Elapsed != time.Second {
		t.Errorf("%+v, %v", s, err)
	}
	if again, err := c.Summarize(t.Context(), function("a")); err != nil || !strings.HasSuffix(again.Text, " 0") {
		t.Errorf("another variation: %+v, %v", again, err)
	}
	for _, test := range []struct {
		name string
		want error
	}{{"none", inference.ErrNoSummary}, {"fail", nil}, {"down", inference.ErrUnavailable}} { // an outage comes last: it lasts
		name, want := test.name, test.want
		_, err := c.Summarize(t.Context(), function(name))
		if err == nil || want != nil && !errors.Is(err, want) || want == nil && (errors.Is(err, inference.ErrNoSummary) || errors.Is(err, inference.ErrUnavailable)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := c.o
	o.Config.Model = "missing"
	if _, err := NewClient(t.Context(), o); !errors.Is(err, inference.ErrUnavailable) || !strings.Contains(err.Error(), "there is no model missing") {
		t.Errorf("a model that is missing: %v", err)
	}
	o = c.o
	o.Place.Build, o.Command = "none", nil
	if _, err := NewClient(t.Context(), o); !IsGone(err) {
		t.Errorf("no daemon and none to be started: %v", err)
	}
}

// Of twenty clients that come at once one starts the daemon, and all have it.
func TestTwentyAtOnce(t *testing.T) {
	o := options(newPlace(t))
	var all sync.WaitGroup
	pids := make([]int, 20)
	for i := range pids {
		all.Go(func() {
			c, err := NewClient(t.Context(), o)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			s, err := c.Summarize(t.Context(), function(fmt.Sprint("f", i%3)))
			if err != nil {
				t.Error(err)
			}
			_, _ = fmt.Sscan(s.Text, &pids[i])
		})
	}
	all.Wait()
	for _, pid := range pids {
		if pid == 0 || pid != pids[0] {
			t.Fatalf("answers of the processes %v", pids)
		}
	}
}

// A daemon that dies costs one try. One that dies every time is an outage.
func TestKilled(t *testing.T) {
	p := newPlace(t)
	c := newClient(t, options(p))
	before := ask(t, c, "a")
	if after := ask(t, c, "die "+filepath.Join(t.TempDir(), "once")); after == before {
		t.Error("the daemon has not died")
	}
	_, err := c.Summarize(t.Context(), function("die"))
	if !errors.Is(err, inference.ErrUnavailable) || !strings.Contains(err.Error(), p.Log()) {
		t.Errorf("a daemon that dies every time: %v", err)
	}
	// One that is killed leaves its socket behind, which is in nobody's way.
	pid := ask(t, c, "b")
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if again := ask(t, newClient(t, options(p)), "b"); again == pid {
		t.Error("the daemon was not killed")
	}
}

// One that is killed under many requests of several clients costs none of them
// more than another try.
func TestKilledUnderLoad(t *testing.T) {
	p := newPlace(t)
	clients := []*Client{newClient(t, options(p)), newClient(t, options(p)), newClient(t, options(p))}
	pid := ask(t, clients[0], "a")
	var all sync.WaitGroup
	for i, c := range clients {
		for n := range 20 {
			all.Go(func() {
				if _, err := c.Summarize(t.Context(), function(fmt.Sprint("slow ", i, n))); err != nil {
					t.Errorf("%d %d: %v", i, n, err)
				}
			})
		}
	}
	until(t, "the requests are there", func() bool {
		s, err := Ask(t.Context(), p)
		return err == nil && s.Queued > 10
	})
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	all.Wait()
}

// A daemon that hangs does not hang its clients, and can be ended.
func TestHung(t *testing.T) {
	p := newPlace(t)
	o := options(p)
	o.patience = patience{open: 500 * time.Millisecond, every: 20 * time.Millisecond, ping: 200 * time.Millisecond}
	c := newClient(t, o)
	stop := func(pid int) {
		t.Helper()
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		until(t, "it has stopped", func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			_, err := Ask(ctx, p)
			return err != nil
		})
	}
	pid := ask(t, c, "a")
	stop(pid)
	for range 2 { // over the connection that there is, and over another
		if _, err := c.Summarize(t.Context(), function("b")); !errors.Is(err, inference.ErrUnavailable) || !strings.Contains(err.Error(), "gloss daemon stop") {
			t.Errorf("a daemon that hangs: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := Stop(ctx, p); err != nil {
		t.Error(err)
	}
	if again := ask(t, c, "b"); again == pid {
		t.Error("the daemon that hung has answered")
	}
	// A pause, as of a machine that sleeps, is none once it is over.
	o.patience.ping = time.Minute
	patient := newClient(t, o)
	paused := ask(t, patient, "c")
	stop(paused)
	time.AfterFunc(3*o.patience.every, func() { _ = syscall.Kill(paused, syscall.SIGCONT) })
	if again := ask(t, patient, "d"); again != paused {
		t.Error("the daemon that paused is gone")
	}
}

// A daemon ends when nobody asks, whoever is connected, and comes back.
func TestIdle(t *testing.T) {
	o := options(newPlace(t))
	o.Idle = 50 * time.Millisecond
	c := newClient(t, o)
	first := ask(t, c, "a")
	until(t, "the daemon has ended", func() bool {
		_, err := os.Lstat(o.Place.socket())
		return errors.Is(err, os.ErrNotExist)
	})
	if second := ask(t, c, "a"); second == first {
		t.Error("the daemon did not end")
	}
}

// Another build has another daemon; those of the old one are served to the end.
func TestUpgrade(t *testing.T) {
	old := options(newPlace(t))
	before := newClient(t, old)
	first := ask(t, before, "a")
	upgraded := old
	upgraded.Place.Build = "b2"
	upgraded.Command = options(upgraded.Place).Command
	if second := ask(t, newClient(t, upgraded), "a"); second == first {
		t.Error("two builds have one daemon")
	}
	if again := ask(t, before, "b"); again != first {
		t.Error("the old daemon does not serve any more")
	}
}

// No daemon is trusted, or made, in a folder that others could have made.
func TestFolder(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"others may use":        func(dir string) error { return errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o750)) },
		"is none":               func(dir string) error { return os.Symlink(t.TempDir(), dir) },
		"belongs to somebody":   func(dir string) error { return errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 12345, -1)) },
		"make the folder":       func(dir string) error { return os.Remove(filepath.Dir(dir)) },
		"103 are allowed: /tmp": nil,
	} {
		o := options(newPlace(t))
		if spoil == nil {
			o.Place.Dir = "/tmp" + strings.Repeat("/long", 20)
		} else if err := spoil(o.Place.Dir); errors.Is(err, os.ErrPermission) {
			continue // only root gives files away
		} else if err != nil {
			t.Fatal(err)
		}
		c, err := NewClient(t.Context(), o)
		if err == nil {
			c.Close()
		}
		if !errors.Is(err, inference.ErrUnavailable) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		_ = os.RemoveAll(o.Place.Dir)
	}
}

func TestFindDir(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ runtime, temp, want string }{
		{dir, "/tmp", filepath.Join(dir, "gloss")},
		{filepath.Join(dir, "missing"), "/tmp", fmt.Sprintf("/tmp/gloss-%d", os.Getuid())},
		{"", "/tmp", fmt.Sprintf("/tmp/gloss-%d", os.Getuid())},
		{"", "relative", ""},
	} {
		got, err := FindDir(test.runtime, test.temp)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("FindDir(%q, %q) = %q, %v", test.runtime, test.temp, got, err)
		}
	}
}

// serve runs a daemon in this process, to look into it.
func serve(t *testing.T, k fake) (Place, func() Status) {
	t.Helper()
	return serveModels(t, func(context.Context, Config, Backend) (Backend, error) { return k, nil })
}

func serveModels(t *testing.T, open Open) (Place, func() Status) {
	t.Helper()
	p := newPlace(t)
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- Serve(ctx, Options{Place: p, Log: zap.NewNop(), Ready: func() { close(ready) }, Open: open})
	}()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return p, func() Status {
		s, err := Ask(t.Context(), p)
		if err != nil {
			t.Error(err)
		}
		return s
	}
}

// Who is cancelled, or hangs up, wants nothing any more; who waits for the user
// comes first.
func TestQueue(t *testing.T) {
	k := fake{began: make(chan string, 20), gone: make(chan string, 20)}
	p, status := serve(t, k)
	o := options(p)
	c := newClient(t, o)
	other := newClient(t, o)

	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	start := func(c *Client, ctx context.Context, name string, priority inference.Priority, raised <-chan inference.Priority) {
		all.Go(func() { _, _ = c.SummarizeAt(ctx, function(name), priority, raised) })
	}
	start(c, ctx, "wait 1", inference.Background, nil)
	if got := <-k.began; got != "wait 1" {
		t.Fatal(got)
	}
	raised := make(chan inference.Priority, 1)
	queued := func(n int) {
		t.Helper()
		until(t, fmt.Sprint(n, " wait"), func() bool { return status().Queued == n })
	}
	start(c, t.Context(), "a", inference.Background, nil)
	queued(1)
	start(other, t.Context(), "b", inference.Visible, nil)
	queued(2)
	start(other, t.Context(), "c", inference.Background, raised)
	queued(3)
	st := status()
	if len(st.Clients) != 2 || st.Clients[0].Waiting+st.Clients[1].Waiting != 4 || st.Running != 1 || len(st.Models) != 1 || st.Models[0].Clients != 2 {
		t.Errorf("the status is %+v", st)
	}
	raised <- inference.Hover
	until(t, "c is raised", func() bool { return status().Awaited == 1 })
	cancel()
	if got := <-k.gone; got != "wait 1" {
		t.Error(got)
	}
	for _, want := range []string{"c", "b", "a"} {
		if got := <-k.began; got != want {
			t.Errorf("%s is written, want %s", got, want)
		}
	}

	start(c, t.Context(), "wait 2", inference.Background, nil)
	<-k.began
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if got := <-k.gone; got != "wait 2" {
		t.Error(got)
	}
	if _, err := c.Summarize(t.Context(), function("z")); !errors.Is(err, inference.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := Serve(t.Context(), Options{Place: p, Log: zap.NewNop()}); !errors.Is(err, ErrRunning) {
		t.Errorf("another daemon: %v", err)
	}
}

// FuzzSession holds that a client may send anything.
func FuzzSession(f *testing.F) {
	frame := func(body string) []byte { return fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(body), body) }
	f.Add(frame(`{"jsonrpc":"2.0","id":1,"method":"open","params":{"Client":"x","Config":{"Model":"m"}}}`))
	f.Add(frame(`{"jsonrpc":"2.0","id":1,"method":"summarize","params":{"Request":1,"Priority":99}}`))
	f.Add(frame(`{"jsonrpc":"2.0","method":"raise","params":{"Request":1,"Priority":-9}}`))
	f.Add([]byte("Content-Length: 9999999999\r\n\r\n{"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		s := &Server{log: zap.NewNop(), found: func() bool { return true }, sessions: map[*session]struct{}{}, idle: time.Minute}
		s.ctx, s.end = context.WithCancel(t.Context())
		defer s.end()
		s.pool = newPool(s.ctx, func(context.Context, Config, Backend) (Backend, error) { return fake{}, nil }, s.learned)
		defer s.pool.close()
		fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			t.Skip(err)
		}
		ends := make([]net.Conn, 2)
		for i, fd := range fds {
			file := os.NewFile(uintptr(fd), "")
			if ends[i], err = net.FileConn(file); err != nil {
				t.Fatal(err)
			}
			file.Close()
		}
		go func() { _, _ = io.Copy(io.Discard, ends[0]) }()
		go func() {
			_, _ = ends[0].Write(stream)
			_, _ = ends[0].Write(frame(`{"jsonrpc":"2.0","id":2,"method":"summarize","params":{"Request":2,"Function":{"Name":"a"}}}`))
			ends[0].Close()
		}()
		s.serve(ends[1].(*net.UnixConn))
	})
}
