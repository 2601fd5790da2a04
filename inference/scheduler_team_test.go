package inference

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// fakeTeam knows some entries and answers after a while.
type fakeTeam struct {
	known map[Key]cache.Entry
	takes time.Duration

	mu      sync.Mutex
	asked   map[Key]chan struct{}
	ahead   int // keys asked for before anybody waited
	awaited bool
	given   map[Key]cache.Entry
}

func (f *fakeTeam) Ahead(key Key, found func(cache.Entry)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked[key] != nil {
		return
	}
	if !f.awaited {
		f.ahead++
	}
	answered := make(chan struct{})
	f.asked[key] = answered
	go func() {
		time.Sleep(f.takes)
		if e, ok := f.known[key]; ok {
			found(e)
		}
		close(answered)
	}()
}

func (f *fakeTeam) Await(_ context.Context, key Key) {
	f.mu.Lock()
	f.awaited = true
	answered := f.asked[key]
	f.mu.Unlock()
	<-answered
}

func (f *fakeTeam) Put(key Key, e cache.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.given[key] = e
}

// What the team knows is not written again, what it does not know is given to it,
// and nobody but a run waits for it.
func TestTeam(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		team := &fakeTeam{takes: 10 * time.Millisecond, asked: map[Key]chan struct{}{}, given: map[Key]cache.Entry{}, known: map[Key]cache.Entry{
			key("b"): {Text: "from the team", Source: "model", Model: "fake", Confidence: 0.5, Created: time.Now()},
			key("c"): {Text: "broken\nline", Source: "model"},
		}}
		f := &fake{runs: map[string]chan<- end{}, outcome: func(r Function) (Summary, error) { return summaryOf(r), nil }}
		s := NewScheduler(f, cache.Open("", cache.Options{Team: team}), Options{})
		start := time.Now()
		c := s.NewClient()
		c.Update(wants(Visible, "a", "b", "c"), 0)
		if result, _ := s.Lookup(key("b")); result.Phase > Running || time.Since(start) > 0 {
			t.Errorf("Update and Lookup took %s: %+v", time.Since(start), result)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := f.took(); got != "a c" {
			t.Errorf("runs %q have begun, want a and c", got)
		}
		if result, _ := s.Lookup(key("b")); result.Summary.Text != "from the team" || !result.Summary.Cached {
			t.Errorf("%+v", result)
		}
		if team.ahead != 3 {
			t.Errorf("%d keys were asked for ahead of the first run, want 3", team.ahead)
		}
		if len(team.given) != 2 || team.given[key("a")].Text != "summary of a" || team.given[key("c")].Text != "summary of c" {
			t.Errorf("the team was given %+v", team.given)
		}

		// What is written anew is for who wished it.
		clear(team.given)
		f.outcome = func(Function) (Summary, error) {
			return Summary{Text: "another", Source: SourceModel, Model: "fake"}, nil
		}
		if got, err := s.Regenerate(t.Context(), function("b"), 0); err != nil || got.Text != "another" {
			t.Errorf("%+v, %v", got, err)
		}
		if len(team.given) > 0 {
			t.Errorf("the team was given %+v", team.given)
		}
		c.Close()
		s.Close()
	})
}
