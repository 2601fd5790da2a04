package remote

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/inference/generate"
)

// switchable is a server whose state tests change.
type switchable struct {
	*httptest.Server
	handler atomic.Pointer[http.HandlerFunc]
	asked   atomic.Int32
}

func newSwitchable(tb testing.TB, h http.HandlerFunc) *switchable {
	s := &switchable{}
	s.turn(h)
	s.Server = serve(tb, func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		(*s.handler.Load())(w, r)
	})
	return s
}

func (s *switchable) turn(h http.HandlerFunc) { s.handler.Store(&h) }

// clock replaces the time of g, and counts how long it paused.
type clock struct {
	now    time.Time
	paused []time.Duration
}

func newClock(g *Generator) *clock {
	c := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	g.pool.now = func() time.Time { return c.now }
	g.pause = func(_ context.Context, d time.Duration) error {
		c.paused = append(c.paused, d)
		c.now = c.now.Add(d)
		return nil
	}
	return c
}

func answers(status int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
	}
}

// An endpoint that fails gives way to the next, is left alone for longer each
// time, is tried by one request then, and is asked as before once that went well.
func TestFailover(t *testing.T) {
	a, b := newSwitchable(t, answers(http.StatusUnauthorized)), newSwitchable(t, says("b"))
	g := open(t, Options{}, a.Server, b.Server)
	c := newClock(g)
	text := func() string {
		t.Helper()
		out, err := g.Generate(t.Context(), asked(t))
		if err != nil {
			t.Fatal(err)
		}
		return out.Text.Text
	}
	for i, rest := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if got := text(); got != "b" || a.asked.Load() != int32(i+1) {
			t.Fatalf("try %d: %q after %d questions", i, got, a.asked.Load())
		}
		c.now = c.now.Add(rest - time.Millisecond)
		if got := text(); got != "b" || a.asked.Load() != int32(i+1) {
			t.Fatalf("try %d: it was not left alone for %s", i, rest)
		}
		c.now = c.now.Add(time.Millisecond)
	}
	for range 20 {
		c.now = c.now.Add(restMax)
		text()
	}
	if e := g.pool.endpoints[0]; e.until.Sub(c.now) > restMax {
		t.Errorf("it is left alone for %s", e.until.Sub(c.now))
	}

	// One request tries it, and others do not wait for that.
	c.now = c.now.Add(restMax)
	release, trying := make(chan struct{}), make(chan struct{})
	a.turn(func(w http.ResponseWriter, r *http.Request) {
		close(trying)
		<-release
		says("a")(w, r)
	})
	tried := make(chan string)
	go func() {
		out, _ := g.Generate(t.Context(), asked(t))
		tried <- out.Text.Text
	}()
	<-trying
	if got := text(); got != "b" {
		t.Errorf("beside the trial: %q", got)
	}
	close(release)
	if got := <-tried; got != "a" {
		t.Errorf("the trial: %q", got)
	}
	a.turn(says("a"))
	if got := text(); got != "a" {
		t.Errorf("it is well again: %q", got)
	}
}

// Where all are down, the error says so at once, and who asks again later finds
// out that one is there again.
func TestAllDown(t *testing.T) {
	a := newSwitchable(t, answers(http.StatusForbidden))
	g := open(t, Options{}, a.Server)
	c := newClock(g)
	for range 2 {
		if _, err := g.Generate(t.Context(), asked(t)); !errors.Is(err, generate.ErrUnavailable) || !strings.Contains(err.Error(), "another key") {
			t.Errorf("%v", err)
		}
	}
	if a.asked.Load() != 1 {
		t.Errorf("asked %d times within a moment", a.asked.Load())
	}
	a.turn(says("a"))
	c.now = c.now.Add(forced)
	if out, err := g.Generate(t.Context(), asked(t)); err != nil || out.Text.Text != "a" {
		t.Errorf("%+v, %v", out, err)
	}
}

// One failure is tried again and is no outage; many in a row are one.
func TestPassingFailures(t *testing.T) {
	failing := false
	a := newSwitchable(t, nil)
	a.turn(func(w http.ResponseWriter, r *http.Request) {
		if failing = !failing; failing {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		says("a")(w, r)
	})
	g := open(t, Options{}, a.Server)
	newClock(g)
	for range 5 {
		if out, err := g.Generate(t.Context(), asked(t)); err != nil || out.Text.Text != "a" {
			t.Errorf("%+v, %v", out, err)
		}
	}
	a.turn(answers(http.StatusBadGateway))
	var errs []bool
	for range 3 {
		_, err := g.Generate(t.Context(), asked(t))
		errs = append(errs, errors.Is(err, generate.ErrUnavailable))
	}
	if errs[0] || !errs[2] {
		t.Errorf("unavailable: %v", errs)
	}
}

// A server that is not there is unavailable at once.
func TestNobodyThere(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	if _, err := open(t, Options{}, s).Generate(t.Context(), asked(t)); !errors.Is(err, generate.ErrUnavailable) || !strings.Contains(err.Error(), strings.TrimPrefix(s.URL, "http://")) {
		t.Errorf("%v", err)
	}
}

// A server that is busy is asked when it likes, as often as there is time for.
func TestRetryAfter(t *testing.T) {
	for name, test := range map[string]struct {
		header string
		want   time.Duration
	}{
		"seconds":       {"7", 7 * time.Second},
		"a fraction":    {"0.5", 500 * time.Millisecond},
		"none":          {"", pauseUsual},
		"nonsense":      {"soon", pauseUsual},
		"nothing":       {"0", pauseMin},
		"below nothing": {"-5", pauseUsual},
		"for ever":      {"1e300", pauseMax},
		"not a number":  {"NaN", pauseUsual},
		"a date":        {"Fri, 02 Jan 2026 03:04:15 GMT", 10 * time.Second},
		"a late date":   {"Fri, 02 Jan 2099 03:04:15 GMT", pauseMax},
		"a past date":   {"Fri, 02 Jan 1999 03:04:15 GMT", pauseMin},
	} {
		if got := retryAfter(test.header, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}

	busy := 3
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if busy--; busy >= 0 {
			answers([]int{429, 503, 429}[busy], "Retry-After", "2")(w, r)
			return
		}
		says("a")(w, r)
	})
	g := open(t, Options{}, s)
	c := newClock(g)
	if out, err := g.Generate(t.Context(), asked(t)); err != nil || out.Text.Text != "a" || len(c.paused) != 3 || c.paused[0] != 2*time.Second {
		t.Errorf("%+v, %v, paused %v", out, err, c.paused)
	}

	// Another server is asked meanwhile.
	a, b := newSwitchable(t, answers(429, "Retry-After", "20")), newSwitchable(t, says("b"))
	g = open(t, Options{}, a.Server, b.Server)
	c = newClock(g)
	for range 3 {
		if out, err := g.Generate(t.Context(), asked(t)); err != nil || out.Text.Text != "b" {
			t.Errorf("%+v, %v", out, err)
		}
	}
	if a.asked.Load() != 1 || len(c.paused) > 0 {
		t.Errorf("the busy one was asked %d times; paused %v", a.asked.Load(), c.paused)
	}
}
