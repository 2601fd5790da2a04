package inference

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// TestScheduleIsFollowed makes random moves and holds the Scheduler, after
// each, against what a plain model of it says must be running.
func TestScheduleIsFollowed(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			running, bound := 1+random.IntN(3), 1+random.IntN(8)
			inBubble(t, Options{Workers: workers(running), Queue: bound}, func(r rig) {
				m := &model{rig: r, random: random, workers: running, clients: map[string][]string{}, due: map[string]time.Time{}}
				for range 300 {
					m.move()
					m.check(bound)
				}
				for _, w := range m.waiters {
					w.cancel()
				}
				for client := range m.clients {
					r.Forget(client)
				}
				synctest.Wait()
				if left := r.underWay(); len(left) > 0 || len(r.tasks) > 0 {
					r.Errorf("%v run and %d tasks are left that nobody wants", left, len(r.tasks))
				}
				m.collect()
				if len(m.waiters) > 0 {
					r.Errorf("%d waiters have no answer", len(m.waiters))
				}
			})
		})
	}
}

// model is what the test knows of the world.
type model struct {
	rig
	random  *rand.Rand
	workers int
	clients map[string][]string  // what each wants
	due     map[string]time.Time // end of each one's debounce
	waiters []*call
}

// call is a Wait or Regenerate under way.
type call struct {
	name   string
	anew   bool
	cancel context.CancelFunc
	answer <-chan answered
}

func (m *model) name() string { return fmt.Sprintf("f%02d", m.random.IntN(20)) }

func (m *model) move() {
	client := fmt.Sprint("doc", m.random.IntN(4))
	switch m.random.IntN(12) {
	case 0, 1, 2:
		var list []Want
		var names []string
		for range m.random.IntN(8) {
			name := m.name()
			names = append(names, name)
			list = append(list, Want{Function: function(name), Priority: Priority(m.random.IntN(int(priorities)))})
		}
		after := time.Duration(m.random.IntN(2)) * time.Second
		m.Update(client, list, after)
		m.clients[client], m.due[client] = m.unknown(client, names), time.Now().Add(after)
	case 3:
		delete(m.clients, client)
		m.Forget(client)
	case 4, 5, 6:
		ctx, cancel := context.WithCancel(m.Context())
		name, p := m.name(), Priority(m.random.IntN(int(priorities)))
		ask := func() (Summary, error) { return m.Wait(ctx, function(name), p) }
		anew := m.random.IntN(4) == 0
		if anew {
			ask = func() (Summary, error) { return m.Regenerate(ctx, function(name), 0) }
		}
		m.waiters = append(m.waiters, &call{name, anew, cancel, m.async(ask)})
	case 7:
		if len(m.waiters) > 0 {
			m.waiters[m.random.IntN(len(m.waiters))].cancel()
		}
	case 8:
		time.Sleep(time.Duration(m.random.IntN(90)) * time.Second)
	default:
		if names := m.underWay(); len(names) > 0 {
			m.conclude(names[m.random.IntN(len(names))], m.ending())
		}
	}
	synctest.Wait()
	m.collect()
}

// unknown returns the names whose outcome client waits for. For the others one
// must be known.
func (m *model) unknown(client string, names []string) (unknown []string) {
	for _, name := range names {
		if m.waits(client, name) {
			unknown = append(unknown, name)
			continue
		}
		m.Scheduler.mu.Lock()
		id := key(name)
		if _, ok := m.cache.Memory(id); !ok && !m.failures.Contains(id) {
			m.Errorf("%s wants %s, which is neither known nor waited for", client, name)
		}
		m.Scheduler.mu.Unlock()
	}
	return unknown
}

// waits reports whether client waits for the outcome of name.
func (m *model) waits(client, name string) bool {
	m.Scheduler.mu.Lock()
	defer m.Scheduler.mu.Unlock()
	t := m.tasks[key(name)]
	c := m.byName.clients[client]
	if c == nil {
		return false
	}
	_, ok := c.wants[t]
	return ok
}

func (m *model) ending() end {
	switch m.random.IntN(12) {
	case 0:
		return end{err: ErrUnavailable}
	case 1:
		return end{err: ErrNoSummary}
	case 2:
		return end{err: errors.New("failed")}
	case 3:
		return end{panic: "panicked"}
	}
	return end{}
}

// collect drops the calls that have returned.
func (m *model) collect() {
	m.waiters = slices.DeleteFunc(m.waiters, func(c *call) bool {
		select {
		case a := <-c.answer:
			if (a.err == nil) != (a.summary.Text == "summary of "+c.name) {
				m.Errorf("%s was answered %+v, %v", c.name, a.summary, a.err)
			}
			c.cancel()
			return true
		default:
			return false
		}
	})
}

func (m *model) check(bound int) {
	m.Helper()
	wanted, due := map[string]bool{}, map[string]bool{}
	for client := range m.clients {
		m.clients[client] = slices.DeleteFunc(m.clients[client], func(name string) bool {
			result, _ := m.Lookup(key(name))
			return result.Phase == Done || result.Phase == Failed && !m.waits(client, name)
		})
		for _, name := range m.clients[client] {
			if result, _ := m.Lookup(key(name)); result.Phase == Failed {
				continue // for as long as no model is available, or until the pause is over
			}
			wanted[name] = true
			if !time.Now().Before(m.due[client]) {
				due[name] = true
			}
		}
	}
	for _, w := range m.waiters {
		wanted[w.name], due[w.name] = true, true
	}
	running := m.underWay()
	for _, name := range running {
		if !wanted[name] {
			m.Errorf("%s runs and nobody wants it", name)
		}
	}
	if want := min(m.workers, len(due)); len(running) < want || len(running) > m.workers {
		m.Errorf("%d of %d workers run %v while %v are due", len(running), m.workers, running, slices.Sorted(maps.Keys(due)))
	}
	if queued := m.Status().Queued; queued > bound {
		m.Errorf("%d are queued, at most %d may be", queued, bound)
	}
	for _, w := range m.waiters {
		if result, ok := m.Lookup(key(w.name)); !ok || result.Phase > Running && !(w.anew && result.Phase == Done) {
			m.Errorf("%s is waited for and is %+v", w.name, result)
		}
	}
}

// TestManyAtOnce has many goroutines use one Scheduler at the same time, for
// the race detector and for what all of them may rely on.
func TestManyAtOnce(t *testing.T) {
	inBubble(t, Options{Workers: workers(3), Queue: 20}, func(r rig) {
		r.outcome = func(q Function) (Summary, error) {
			switch time.Sleep(time.Millisecond); q.Name[1] {
			case '7':
				return Summary{}, ErrNoSummary
			case '8':
				panic("panicked")
			case '9':
				return Summary{}, ErrUnavailable
			}
			return summaryOf(q), nil
		}
		var mu sync.Mutex
		known := 0
		defer r.Subscribe(func(e Event) {
			if e.Known {
				mu.Lock()
				defer mu.Unlock()
				known++
			}
		})()
		var all sync.WaitGroup
		for g := range uint64(8) {
			all.Go(func() {
				random := rand.New(rand.NewPCG(g, 1))
				client := fmt.Sprint("doc", g%4)
				for range 200 {
					name := fmt.Sprint("f", random.IntN(100))
					switch random.IntN(5) {
					case 0:
						r.Update(client, wants(Priority(random.IntN(4)), name, name+"x", name+"y"), time.Duration(random.IntN(3))*time.Millisecond)
					case 1:
						r.Forget(client)
					case 2:
						r.Lookup(key(name))
					default:
						ctx, cancel := context.WithTimeout(r.Context(), time.Duration(random.IntN(20))*time.Millisecond)
						s, err := r.Wait(ctx, function(name), Priority(random.IntN(4)))
						if (err == nil) != (s.Text == "summary of "+name) {
							r.Errorf("Wait(%s) = %+v, %v", name, s, err)
						}
						cancel()
					}
				}
				r.Forget(client)
			})
		}
		all.Wait()
		mu.Lock()
		defer mu.Unlock()
		if known == 0 {
			r.Error("no event told of a summary")
		}
	})
}

func benchmarkWants(n int) []Want {
	var list []Want
	for i := range n {
		list = append(list, wants(Visible, fmt.Sprint("f", i))...)
	}
	return list
}

func known(b *testing.B, n int) (*Scheduler, []Want) {
	f := &fake{runs: map[string]chan<- end{}, outcome: func(q Function) (Summary, error) { return summaryOf(q), nil }}
	s := NewScheduler(f, cache.Open("", cache.Options{}), Options{})
	b.Cleanup(s.Close)
	list := benchmarkWants(n)
	for _, w := range list {
		if _, err := s.Wait(b.Context(), w.Function, w.Priority); err != nil {
			b.Fatal(err)
		}
	}
	return s, list
}

func BenchmarkLookup(b *testing.B) {
	s, list := known(b, 200)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := s.Lookup(key(list[i%len(list)].Function.Name)); !ok {
			b.Fatal("unknown")
		}
	}
}

// BenchmarkUpdate is what an edit costs a document of 200 functions that are
// all known, or all waiting for the model.
func BenchmarkUpdate(b *testing.B) {
	b.Run("known=200", func(b *testing.B) {
		s, list := known(b, 200)
		c := s.NewClient()
		b.ReportAllocs()
		for b.Loop() {
			c.Update(list, time.Second)
		}
	})
	b.Run("pending=200", func(b *testing.B) {
		s := NewScheduler(&fake{runs: map[string]chan<- end{}}, cache.Open("", cache.Options{}), Options{})
		b.Cleanup(s.Close)
		list := benchmarkWants(200)
		c := s.NewClient()
		b.ReportAllocs()
		for b.Loop() {
			c.Update(list, time.Second)
		}
	})
}
