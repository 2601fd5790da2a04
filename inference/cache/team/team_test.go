package team

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// fakeServer takes its time and fails as it is told.
type fakeServer struct {
	mu        sync.Mutex
	stored    map[string][]byte
	takes     time.Duration
	fails     error
	connects  bool
	asked     []int // names of each request
	wrote     int
	receiving chan struct{} // received from before a write ends, if it is there
}

func (f *fakeServer) get(ctx context.Context, names []string) ([]reply, bool, error) {
	f.mu.Lock()
	f.asked = append(f.asked, len(names))
	takes, fails, connects := f.takes, f.fails, f.connects
	f.mu.Unlock()
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return nil, connects, ctx.Err()
	}
	if fails != nil {
		return nil, connects, fails
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	values := make([]reply, len(names))
	for i, name := range names {
		values[i].value = f.stored[name]
	}
	return values, connects, nil
}

func (f *fakeServer) set(_ context.Context, names []string, values [][]byte, _ time.Duration) error {
	if f.receiving != nil {
		<-f.receiving
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails != nil {
		return f.fails
	}
	for i, name := range names {
		f.stored[name] = values[i]
		f.wrote++
	}
	return nil
}

func (f *fakeServer) close() error { return nil }

func (f *fakeServer) requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

func fakeTeam(t *testing.T, f *fakeServer) *member {
	t.Helper()
	f.stored = map[string][]byte{}
	seal, err := newSealer([]byte(aSecret))
	if err != nil {
		t.Fatal(err)
	}
	m := &member{t: t}
	m.Team = newTeam("fake", f, seal, Options{}, m.warned)
	return m
}

// A dead server costs one wait, then nothing until it is tried again, which is
// ever more seldom.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeServer{takes: time.Hour}
		m := fakeTeam(t, f)
		waited := func() time.Duration {
			start := time.Now()
			for i := range 100 {
				m.get(fmt.Sprint(i))
			}
			return time.Since(start)
		}
		if w := waited(); w != DefaultTimeout {
			t.Errorf("a hundred summaries waited for %s together, want %s", w, DefaultTimeout)
		}
		time.Sleep(requestWait - DefaultTimeout)
		synctest.Wait()
		for i, pause := range []time.Duration{5, 10, 20, 40, 80, 160, 300, 300} {
			if w := waited(); w != 0 || f.requests() != i+1 {
				t.Fatalf("pause %d: waited for %s, %d requests", i, w, f.requests())
			}
			time.Sleep(pause*time.Second - time.Nanosecond)
			if w := waited(); w != 0 {
				t.Fatalf("pause %d ended before %d s", i, pause)
			}
			time.Sleep(time.Nanosecond)
			if w := waited(); w != DefaultTimeout {
				t.Fatalf("after pause %d: waited for %s", i, w)
			}
			time.Sleep(requestWait - DefaultTimeout)
			synctest.Wait()
		}
		m.wantWarning("until it can be reached")

		time.Sleep(pauseMax)
		f.mu.Lock()
		f.takes = time.Millisecond
		f.mu.Unlock()
		m.put("f", "Adds.")
		m.want("f", "Adds.")
		f.mu.Lock()
		f.fails = io.EOF
		f.mu.Unlock()
		before := f.requests()
		m.want("f", "")
		time.Sleep(pauseMin)
		m.want("f", "")
		if n := f.requests() - before; n != 2 {
			t.Errorf("%d requests in the first pause after a success and at its end, want 2", n)
		}
	})
}

// A server that is slow is left alone too, unless it had to be connected to first.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeServer{takes: 2 * DefaultTimeout, connects: true}
		m := fakeTeam(t, f)
		m.get("f")
		time.Sleep(time.Second)
		f.mu.Lock()
		f.connects = false
		f.mu.Unlock()
		m.wantNoWarning()
		m.get("g")
		time.Sleep(time.Second)
		synctest.Wait()
		m.wantWarning("100ms, and cache.redis.timeout is 50ms")
		m.get("h")
		if n := f.requests(); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// What comes while a request is under way goes with the next, bounded; what is
// asked twice is asked once; what the server did not know is not asked at once again.
func TestAsksTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeServer{takes: time.Millisecond}
		m := fakeTeam(t, f)
		nothing := func(cache.Entry) { t.Error("found something") }
		for range 2 {
			for i := range maxAsked + 100 {
				m.Ahead(key(fmt.Sprint(i)), nothing)
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		total := 0
		for _, n := range f.asked {
			if total += n; n > askAtOnce {
				t.Errorf("a request for %d keys", n)
			}
		}
		if total != maxAsked || len(f.asked) > maxAsked/askAtOnce+1 {
			t.Errorf("%d keys in %d requests", total, len(f.asked))
		}
		m.Ahead(key("1"), nothing)
		time.Sleep(missedFor)
		synctest.Wait()
		before := f.requests()
		m.Ahead(key("1"), nothing)
		synctest.Wait()
		if before != len(f.asked)-1 || m.Stats().Misses != maxAsked {
			t.Errorf("%d requests, then %d; %+v", before, len(f.asked), m.Stats())
		}
		time.Sleep(time.Second)
	})
}

func TestWritesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeServer{receiving: make(chan struct{})}
		m := fakeTeam(t, f)
		m.Put(key("first"), entry("Adds."))
		synctest.Wait() // it is on its way
		for i := range maxWrites + 10 {
			m.Put(key(fmt.Sprint(i)), entry("Adds."))
		}
		start := time.Now()
		if err := m.Close(); err != nil || time.Since(start) != lastWrites {
			t.Errorf("Close took %s: %v", time.Since(start), err)
		}
		if s := m.Stats(); s.Dropped != 10 {
			t.Errorf("%+v", s)
		}
		close(f.receiving)
		synctest.Wait()
		if f.wrote != maxWrites+1 {
			t.Errorf("%d written", f.wrote)
		}
	})
}

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, short, empty := file("key", aSecret+"\r\n"), file("short", "secret"), file("empty", " \n")
	t.Setenv("GLOSS_TEST_KEY", aSecret)
	for _, tt := range []struct {
		o    Options
		addr string // or
		err  string
	}{
		{Options{URL: "redis://h", KeyFile: good}, "h:6379", ""},
		{Options{URL: "rediss://h:1/3", KeyEnv: "GLOSS_TEST_KEY"}, "h:1", ""},
		{Options{URL: "redis://[::1]:7/", KeyFile: good}, "[::1]:7", ""},
		{Options{URL: "unix:///run/redis.sock?db=2", KeyFile: good}, "/run/redis.sock", ""},
		{Options{URL: "redis://u:hunter2@h", KeyFile: good}, "", "holds a user or a password"},
		{Options{URL: "redis://u:hunter2@h:bad port", KeyFile: good}, "", "is no URL"},
		{Options{URL: "redis://h?read_timeout=1h", KeyFile: good}, "", "more to it than a place"},
		{Options{URL: "redis://h/x", KeyFile: good}, "", `database "x"`},
		{Options{URL: "redis:///1", KeyFile: good}, "", "names no host"},
		{Options{URL: "unix://rel/path", KeyFile: good}, "", "no absolute path"},
		{Options{URL: "http://h", KeyFile: good}, "", "no kind that gloss knows"},
		{Options{URL: "redis://h"}, "", "set cache.redis.keyFile or keyEnv"},
		{Options{URL: "redis://h", KeyFile: short}, "", "must have 32"},
		{Options{URL: "redis://h", KeyFile: empty}, "", "it is empty"},
		{Options{URL: "redis://h", KeyEnv: "GLOSS_TEST_NO_KEY"}, "", "the variable GLOSS_TEST_NO_KEY: it is empty"},
		{Options{URL: "redis://h", KeyFile: good, KeyEnv: "GLOSS_TEST_KEY"}, "", "exclude each other"},
		{Options{URL: "redis://h", KeyFile: filepath.Join(dir, "none")}, "", "cache.redis.keyFile"},
		{Options{URL: "redis://h", KeyFile: good, Username: "gloss"}, "", "no password"},
		{Options{URL: "rediss://h", KeyFile: good, CAFile: good}, "", "holds no certificate"},
	} {
		m, err := Open(tt.o, nil)
		switch {
		case err != nil && (tt.err == "" || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%+v: %v; want %q", tt.o, err, tt.err)
		case err == nil && (tt.err != "" || m.place != tt.addr):
			t.Errorf("%+v: %q; want %q %q", tt.o, m.place, tt.addr, tt.err)
		}
		if err == nil {
			_ = m.Close()
		}
	}
}

// FuzzOpen: whatever stands on the server, an entry comes out of what was sealed
// for the key, and of nothing else.
func FuzzOpen(f *testing.F) {
	s, err := newSealer([]byte(aSecret))
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := s.seal(key("f"), entry("Adds."))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := s.open(key("g"), b); err == nil {
			t.Fatalf("%x opens", b)
		}
		if e, err := s.open(key("f"), b); err == nil && e != entry("Adds.") {
			t.Fatalf("%x opens as %+v", b, e)
		}
	})
}

// FuzzDecode: whatever a member of the team has sealed, what comes out can be shown.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"t":"Adds.","m":"default","s":"model","c":0.5,"w":1700000000}   `))
	f.Add([]byte(`{"s":"name","t":"a\nb\u202e","c":1e308}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decode(b)
		if err == nil && (e.Check() != nil || !slices.Contains(sources, e.Source)) || err != nil && !errors.Is(err, errUnfit) {
			t.Fatalf("%q: %+v, %v", b, e, err)
		}
	})
}

// FuzzGuard: what is refused does not depend on how the bytes arrive.
func FuzzGuard(f *testing.F) {
	f.Add([]byte("*2\r\n$3\r\nabc\r\n:1\r\n"), 3)
	f.Add([]byte("$8193\r\n\n\n\n"), 1)
	f.Add([]byte("$9999\r\n"), 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		whole := (&guard{}).follow(b)
		var parts guard
		var err error
		for rest := b; len(rest) > 0 && err == nil; {
			k := min(len(rest), max(1, n))
			err = parts.follow(rest[:k])
			rest = rest[k:]
		}
		if (whole == nil) != (err == nil) {
			t.Fatalf("%q: %v at once, %v in parts of %d", b, whole, err, n)
		}
	})
}

// The largest entry that a Cache keeps finds room.
func TestLargestEntry(t *testing.T) {
	s, err := newSealer([]byte(aSecret))
	if err != nil {
		t.Fatal(err)
	}
	e := entry(strings.Repeat("<", 1000))
	e.Model, e.Confidence = strings.Repeat("&", 200), 0.12345678901234567
	if err := e.Check(); err != nil {
		t.Fatal(err)
	}
	b, err := s.seal(key("f"), e)
	if err != nil || len(b) > maxValue {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if got, err := s.open(key("f"), b); err != nil || got != e {
		t.Errorf("%+v, %v", got, err)
	}
}
