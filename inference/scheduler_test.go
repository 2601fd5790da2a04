package inference

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// fake is a Summarizer whose runs end when the test says so, or at once when
// it has an outcome.
type fake struct {
	outcome func(Function) (Summary, error)
	deaf    bool // goes on when it is cancelled

	mu      sync.Mutex
	begun   []string              // names, in order; "+" behind those that are to be another text
	runs    map[string]chan<- end // under way
	trouble []string              // broken promises of the Scheduler
}

type end struct {
	err   error
	panic any
}

func (f *fake) Key(function Function) Key { return key(function.Name) }

func (f *fake) Summarize(ctx context.Context, r Function) (Summary, error) {
	ended := make(chan end, 1)
	f.mu.Lock()
	begun := r.Name
	if r.Variation != 0 {
		begun += "+"
	}
	f.begun = append(f.begun, begun)
	if f.runs[r.Name] != nil {
		f.trouble = append(f.trouble, r.Name+" runs twice at a time")
	}
	f.runs[r.Name] = ended
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.runs, r.Name)
	}()
	if f.outcome != nil {
		return f.outcome(r)
	}
	if f.deaf {
		ctx = context.WithoutCancel(ctx)
	}
	select {
	case e := <-ended:
		if e.panic != nil {
			panic(e.panic)
		}
		if e.err != nil {
			return Summary{}, e.err
		}
		return summaryOf(r), nil
	case <-ctx.Done():
		return Summary{}, fmt.Errorf("stopped: %w", ctx.Err())
	}
}

func summaryOf(r Function) Summary {
	return Summary{Text: "summary of " + r.Name, Source: SourceModel, Model: "fake", Elapsed: time.Millisecond}
}

// conclude ends the run of name and waits for what follows from it.
func (f *fake) conclude(name string, e end) {
	synctest.Wait()
	f.mu.Lock()
	run := f.runs[name]
	f.mu.Unlock()
	if run == nil {
		panic(name + " does not run")
	}
	run <- e
	synctest.Wait()
}

func (f *fake) underWay() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for name := range f.runs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// took returns the names of the runs begun since it was last asked.
func (f *fake) took() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := strings.Join(f.begun, " ")
	f.begun = nil
	return names
}

func function(name string) Function {
	return Function{Language: "go", Name: name, Code: "func " + name + "()"}
}

// key is the key that a fake gives a function.
func key(name string) (k Key) {
	copy(k[:], name)
	return k
}

func wants(p Priority, names ...string) []Want {
	var wants []Want
	for _, name := range names {
		wants = append(wants, Want{Function: function(name), Priority: p})
	}
	return wants
}

// rig is a Scheduler with its surroundings, inside a synctest bubble: time is
// fake, and a goroutine that outlives the test fails it.
type rig struct {
	*Scheduler
	*testing.T
	*fake
	*byName
}

// byName knows clients by names.
type byName struct {
	scheduler *Scheduler
	mu        sync.Mutex
	clients   map[string]*client
}

// Update has the client of that name update what it wants.
func (b *byName) Update(name string, wants []Want, after time.Duration) {
	b.mu.Lock()
	c := b.clients[name]
	if c == nil {
		c = b.scheduler.NewClient().(*client)
		b.clients[name] = c
	}
	b.mu.Unlock()
	c.Update(wants, after)
}

// Forget closes the client of that name. The next Update is another one's.
func (b *byName) Forget(name string) {
	b.mu.Lock()
	c := b.clients[name]
	delete(b.clients, name)
	b.mu.Unlock()
	if c != nil {
		c.Close()
		c.Close() // does nothing
	}
}

func inBubble(t *testing.T, o Options, test func(rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{runs: map[string]chan<- end{}}
		s := NewScheduler(f, cache.Open("", cache.Options{}), o)
		r := rig{s, t, f, &byName{scheduler: s, clients: map[string]*client{}}}
		test(r)
		r.Close()
		synctest.Wait()
		if left := f.underWay(); len(left) > 0 || r.active > 0 || len(r.tasks) > 0 || r.queue.len > 0 {
			t.Errorf("after Close: %v running, %d workers, %d tasks, %d queued", left, r.active, len(r.tasks), r.queue.len)
		}
		for _, trouble := range f.trouble {
			t.Error(trouble)
		}
	})
}

func (r rig) wantTook(names string) {
	r.Helper()
	synctest.Wait()
	if got := r.took(); got != names {
		r.Errorf("runs %q have begun, want %q", got, names)
	}
}

// phases describes what Lookup says, for example "a:done b:pending c:-".
func (r rig) wantPhases(want string) {
	r.Helper()
	synctest.Wait()
	var got []string
	for _, field := range strings.Fields(want) {
		name, _, _ := strings.Cut(field, ":")
		phase := "-"
		if result, ok := r.Lookup(key(name)); ok {
			phase = [...]string{Pending: "pending", Running: "running", Done: "done", Failed: "failed"}[result.Phase]
		}
		got = append(got, name+":"+phase)
	}
	if got := strings.Join(got, " "); got != want {
		r.Errorf("Lookup says %s, want %s", got, want)
	}
}

// answered is what a call of Wait or Regenerate returned.
type answered struct {
	summary Summary
	err     error
}

// ask calls Wait from a goroutine.
func (r rig) ask(ctx context.Context, name string, p Priority) <-chan answered {
	return r.async(func() (Summary, error) { return r.Wait(ctx, function(name), p) })
}

func (r rig) async(call func() (Summary, error)) <-chan answered {
	c := make(chan answered, 2)
	go func() {
		s, err := call()
		c <- answered{s, err}
	}()
	synctest.Wait()
	return c
}

// wantAnswer fails unless the call has returned, with the text or the error.
func (r rig) wantAnswer(c <-chan answered, text string, err error) {
	r.Helper()
	synctest.Wait()
	select {
	case a := <-c:
		if a.summary.Text != text || !errors.Is(a.err, err) || (err == nil) != (a.err == nil) {
			r.Errorf("answer %+v, %v; want %q, %v", a.summary, a.err, text, err)
		}
	default:
		r.Errorf("no answer; want %q, %v", text, err)
	}
}

func TestUpdate(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		r.Update("doc", wants(Visible, "a", "b", "c"), 0)
		r.wantTook("a")
		r.wantPhases("a:running b:pending c:pending d:-")
		r.conclude("a", end{})
		r.wantTook("b")
		r.wantPhases("a:done b:running c:pending")

		// An edit: b goes on, c is gone, d is new, e waits for the user's pause.
		r.Update("doc", wants(Visible, "a", "b", "d"), time.Second)
		r.conclude("b", end{})
		r.wantPhases("a:done b:done c:- d:pending")
		time.Sleep(900 * time.Millisecond)
		r.Update("doc", wants(Visible, "a", "b", "d", "e"), time.Second)
		time.Sleep(900 * time.Millisecond)
		r.wantTook("")
		time.Sleep(200 * time.Millisecond)
		r.wantTook("d")

		// What is running or queued is not put off by another edit.
		r.Update("doc", wants(Visible, "d", "e", "f"), time.Second)
		r.conclude("d", end{})
		r.wantTook("e")
		r.conclude("e", end{})
		r.wantTook("")

		r.Forget("doc")
		r.Forget("no such document")
		time.Sleep(time.Hour)
		r.wantTook("")
		r.wantPhases("a:done e:done f:-")
	})
}

func TestNobodyWantsItAnyMore(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		r.Update("one", wants(Visible, "a", "b"), 0)
		r.Update("two", wants(Visible, "a", "c"), 0)
		r.wantTook("a")
		r.Forget("one")
		r.wantPhases("a:running b:- c:pending")
		r.Forget("two") // cancels a
		r.wantPhases("a:- c:-")
		r.wantTook("")

		ctx, cancel := context.WithCancel(r.Context())
		first := r.ask(ctx, "a", Hover)
		second := r.ask(r.Context(), "a", Hover)
		cancel()
		r.wantAnswer(first, "", context.Canceled)
		r.wantPhases("a:running")
		r.conclude("a", end{})
		r.wantAnswer(second, "summary of a", nil)
		r.wantTook("a")

		// Wanted again while its cancelled run is still ending.
		r.Update("one", wants(Visible, "d"), 0)
		synctest.Wait()
		r.Forget("one")
		r.Update("one", wants(Visible, "d"), 0)
		r.wantTook("d d")
		r.wantPhases("d:running")
	})
}

func TestOrder(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		r.outcome = nil
		r.Update("busy", wants(Background, "first"), 0)
		r.Update("hidden", wants(Background, "h1", "h2"), 0)
		r.Update("seen", append(wants(Visible, "s1", "s2"), wants(Edited, "edited")...), 0)
		hover := r.ask(r.Context(), "h2", Hover)
		r.Update("late", wants(Edited, "late", "h1"), 0)
		r.Update("late", wants(Edited, "late"), 0) // h1 falls back
		r.Update("twice", append(wants(Hover, "dup"), wants(Background, "dup")...), 0)
		// A priority only rises, until nobody wants the function any more.
		r.Update("seen", wants(Visible, "s1", "s2", "edited"), 0)
		r.Update("seen", append(wants(Background, "s1", "edited"), wants(Edited, "s2")...), time.Hour)
		for _, name := range []string{"first", "h2", "dup", "s2", "edited", "late", "s1", "h1"} {
			r.wantTook(name)
			r.conclude(name, end{})
		}
		r.wantAnswer(hover, "summary of h2", nil)
	})
}

func TestWorkers(t *testing.T) {
	workers := 1
	inBubble(t, Options{Workers: func(Priority) int { return workers }}, func(r rig) {
		r.Update("doc", wants(Visible, "a", "b", "c", "d", "e"), 0)
		r.wantPhases("a:running b:pending c:pending d:pending e:pending")
		workers = 2 // the first run has loaded a model that can do more
		r.conclude("a", end{})
		r.wantPhases("a:done b:running c:running d:pending e:pending")
		r.conclude("c", end{})
		r.wantPhases("a:done b:running c:done d:running e:pending")
		workers = 1
		r.conclude("b", end{})
		r.wantPhases("a:done b:done c:done d:running e:pending")
	})
}

func workers(n int) func(Priority) int { return func(Priority) int { return n } }

func TestFullQueue(t *testing.T) {
	inBubble(t, Options{Queue: 2}, func(r rig) {
		r.Update("doc", wants(Visible, "run", "a", "b", "c", "d"), 0)
		r.wantPhases("run:running a:pending b:pending c:pending d:pending")
		r.wantAnswer(r.ask(r.Context(), "low", Background), "", ErrBusy)
		r.wantPhases("low:-")
		high := r.ask(r.Context(), "high", Hover)
		if got := r.Status(); got.Queued != 2 || got.Running != 1 {
			r.Errorf("Status() = %+v, want 2 queued", got)
		}
		for _, name := range []string{"run", "high", "a", "b", "c", "d"} {
			r.wantTook(name)
			r.conclude(name, end{})
		}
		r.wantAnswer(high, "summary of high", nil)
	})
}

func TestFailures(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		useless := fmt.Errorf("%w: it repeats itself", ErrNoSummary)
		broken := errors.New("the graph is broken")
		r.Update("doc", wants(Visible, "useless", "broken", "late", "panics", "fine"), 0)
		hover := r.ask(r.Context(), "useless", Hover)
		r.conclude("useless", end{err: useless})
		r.wantAnswer(hover, "", useless)
		r.conclude("broken", end{err: broken})
		r.conclude("late", end{err: context.DeadlineExceeded}) // its own, not the request's
		r.conclude("panics", end{panic: "index out of range"})
		r.conclude("fine", end{})
		r.wantPhases("useless:failed broken:failed late:failed panics:failed fine:done")
		if result, _ := r.Lookup(key("panics")); !strings.Contains(fmt.Sprint(result.Err), "index out of range") {
			r.Errorf("the error %v does not tell the panic", result.Err)
		}

		r.took()
		r.Update("doc", wants(Visible, "useless", "broken"), 0)
		r.wantAnswer(r.ask(r.Context(), "useless", Hover), "", useless)
		r.wantTook("")
		again := r.ask(r.Context(), "broken", Hover)
		r.conclude("broken", end{err: broken})
		r.wantAnswer(again, "", broken)
		r.wantTook("broken")
	})
}

// What failed and may pass is tried again by itself for as long as a document
// shows the function, less and less often, and a few times only.
func TestPassingFailures(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		slow := errors.New("it took too long")
		var tries []time.Duration
		begin := time.Now()
		r.outcome = func(Function) (Summary, error) {
			tries = append(tries, time.Since(begin).Round(time.Minute))
			return Summary{}, slow
		}
		timers := func() (n int) {
			r.Scheduler.mu.Lock()
			defer r.Scheduler.mu.Unlock()
			for _, t := range r.tasks {
				if t.pause != nil {
					n++
				}
			}
			return n
		}
		r.Update("doc", wants(Visible, "a"), 0)
		r.wantPhases("a:failed")
		for range 10 { // edits elsewhere neither bring it forward nor put it off
			time.Sleep(5 * time.Second)
			r.Update("doc", wants(Visible, "a"), time.Second)
			r.Update("other", wants(Visible, "a"), 0)
		}
		r.Forget("doc")
		if got := timers(); got != 1 {
			r.Errorf("%d timers while a document waits", got)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		want := []time.Duration{0, time.Minute, 3 * time.Minute, 7 * time.Minute, 15 * time.Minute}
		if diff := cmp.Diff(want, tries); diff != "" {
			r.Errorf("tries (-want +got):\n%s", diff)
		}
		r.wantPhases("a:failed")

		// Whoever asks for it gets another try, and so does a later edit.
		r.wantAnswer(r.ask(r.Context(), "a", Hover), "", slow)
		r.wantTook("a a a a a a")
		r.Update("other", wants(Visible, "a"), 0)
		r.wantTook("")
		time.Sleep(retryMax)
		r.Update("other", wants(Visible, "a"), 0)
		r.wantTook("a")
		time.Sleep(retryMax)
		synctest.Wait()

		r.outcome = nil
		r.Update("doc", wants(Visible, "b"), 0)
		r.conclude("b", end{err: slow})
		hover := r.ask(r.Context(), "b", Hover) // need not wait for the pause
		r.conclude("b", end{})
		r.wantAnswer(hover, "summary of b", nil)
		r.wantPhases("b:done")
		r.Update("doc", wants(Visible, "c"), 0)
		r.conclude("c", end{err: slow})
		r.Forget("doc")
		if got := timers(); got != 0 {
			r.Errorf("%d timers while nobody wants anything", got)
		}
		r.wantTook("b b c")
	})
}

// A summary that cannot be cached would be asked for again and again.
func TestUnusableSummary(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		r.outcome = func(Function) (Summary, error) { return Summary{Text: "two\nlines"}, nil }
		r.wantAnswer(r.ask(r.Context(), "a", Hover), "", ErrNoSummary)
		r.Update("doc", wants(Visible, "a"), 0)
		r.wantTook("a")
		r.wantPhases("a:failed")
	})
}

func TestOutage(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		down := fmt.Errorf("%w: no libonnxruntime", ErrUnavailable)
		working := false
		var tries []time.Duration
		begin := time.Now()
		r.outcome = func(q Function) (Summary, error) {
			if working {
				return summaryOf(q), nil
			}
			tries = append(tries, time.Since(begin))
			return Summary{}, down
		}
		hover := r.ask(r.Context(), "hover", Hover)
		r.wantAnswer(hover, "", down)
		r.wantAnswer(r.ask(r.Context(), "hover", Hover), "", down) // too soon for another try
		r.Update("doc", wants(Visible, "a", "b"), 0)
		r.wantPhases("a:failed b:failed hover:-")
		if got := r.Status(); got.State != Unavailable || !errors.Is(got.Err, down) {
			r.Errorf("Status() = %+v, want Unavailable", got)
		}
		time.Sleep(10 * time.Second)
		r.wantAnswer(r.ask(r.Context(), "hover", Hover), "", down)
		time.Sleep(20*time.Minute - time.Since(begin))
		armed := func() bool {
			r.Scheduler.mu.Lock()
			defer r.Scheduler.mu.Unlock()
			return r.outage.timer != nil
		}
		if !armed() {
			r.Error("no timer while a document waits for a model")
		}
		r.Forget("doc")
		if armed() {
			r.Error("a timer while nobody wants anything")
		}
		time.Sleep(24 * time.Hour)

		want := []time.Duration{0, 10 * time.Second, 30 * time.Second, 90 * time.Second, 210 * time.Second, 450 * time.Second, 930 * time.Second}
		if diff := cmp.Diff(want, tries); diff != "" {
			r.Errorf("tries (-want +got):\n%s", diff)
		}

		r.Update("doc", wants(Visible, "a", "b"), 0) // a try, as long has passed
		r.wantPhases("a:failed b:failed")
		working = true
		time.Sleep(2 * time.Second)
		r.wantAnswer(r.ask(r.Context(), "hover", Hover), "summary of hover", nil)
		r.wantPhases("a:done b:done hover:done")
		if got := r.Status(); got != (Status{}) {
			r.Errorf("Status() = %+v, want Idle", got)
		}
	})
}

func TestRegenerate(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		regenerate := func(ctx context.Context, name string) <-chan answered {
			return r.async(func() (Summary, error) { return r.Regenerate(ctx, function(name), 0) })
		}
		// Nothing is known yet: what is being written will do.
		r.Update("doc", wants(Visible, "a", "b"), 0)
		waiting := r.ask(r.Context(), "a", Hover)
		first := regenerate(r.Context(), "a")
		r.conclude("a", end{})
		r.wantAnswer(waiting, "summary of a", nil)
		r.wantAnswer(first, "summary of a", nil)
		r.conclude("b", end{err: ErrNoSummary})
		r.wantTook("a b")
		r.wantPhases("a:done b:failed")

		// Another text than the one that is known, or than the one that was none.
		// Those who ask meanwhile join, and what is known stays.
		again := regenerate(r.Context(), "a")
		more := regenerate(r.Context(), "a")
		r.wantPhases("a:done")
		r.conclude("a", end{})
		r.wantAnswer(again, "summary of a", nil)
		r.wantAnswer(more, "summary of a", nil)
		again = regenerate(r.Context(), "b")
		r.wantPhases("b:running")
		r.conclude("b", end{})
		r.wantAnswer(again, "summary of b", nil)
		r.wantTook("a+ b+")
		r.wantPhases("a:done b:done")

		// Only another text takes the place of what is known.
		ctx, cancel := context.WithCancel(r.Context())
		given := regenerate(ctx, "a")
		cancel()
		r.wantAnswer(given, "", context.Canceled)
		for _, err := range []error{ErrNoSummary, errors.New("it took too long"), ErrUnavailable} {
			time.Sleep(time.Minute)
			failed := regenerate(r.Context(), "a")
			r.conclude("a", end{err: err})
			r.wantAnswer(failed, "", err)
			r.wantPhases("a:done")
		}
		time.Sleep(time.Minute)
		r.outcome = func(Function) (Summary, error) { return Summary{Text: "poor", Confidence: 0.1}, nil }
		poor := r.async(func() (Summary, error) {
			return r.Regenerate(r.Context(), function("a"), 0.5)
		})
		r.wantAnswer(poor, "", ErrNoSummary)
		r.outcome = func(Function) (Summary, error) { return Summary{Text: "named", Source: SourceName}, nil }
		r.wantAnswer(regenerate(r.Context(), "a"), "", ErrNoSummary) // the name's sentence is no other text of the model
		r.wantAnswer(r.ask(r.Context(), "a", Hover), "summary of a", nil)

		// A run that was cancelled and is asked for again before it has ended counts.
		r.outcome, r.deaf = nil, true
		r.took()
		ctx, cancel = context.WithCancel(r.Context())
		given = regenerate(ctx, "a")
		cancel()
		r.wantAnswer(given, "", context.Canceled)
		late := regenerate(r.Context(), "a")
		r.conclude("a", end{})
		r.wantAnswer(late, "summary of a", nil)
		r.wantTook("a+")

		r.outcome = func(Function) (Summary, error) { return Summary{Text: "another summary"}, nil }
		r.wantAnswer(regenerate(r.Context(), "a"), "another summary", nil)
		r.wantAnswer(r.ask(r.Context(), "a", Hover), "another summary", nil)
	})
}

// A process that has just started knows a summary from the disk alone. It is
// written anew there too, and outlives the failure to do so.
func TestRegenerateWhatIsOnDisk(t *testing.T) {
	dir := t.TempDir()
	answer, trouble := "one", error(nil)
	session := func(use func(*Scheduler)) {
		c := cache.Open(dir, cache.Options{Warn: func(err error) { t.Error(err) }})
		s := NewScheduler(&fake{
			runs:    map[string]chan<- end{},
			outcome: func(r Function) (Summary, error) { return Summary{Text: fmt.Sprint(answer, r.Variation != 0)}, trouble },
		}, c, Options{})
		use(s)
		s.Close()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	known := func(want string) {
		t.Helper()
		session(func(s *Scheduler) {
			if got, err := s.Wait(t.Context(), function("a"), Hover); err != nil || got.Text != want || !got.Cached {
				t.Errorf("%+v, %v; want %q", got, err, want)
			}
		})
	}
	session(func(s *Scheduler) { _, _ = s.Wait(t.Context(), function("a"), Hover) })
	trouble = errors.New("it took too long")
	session(func(s *Scheduler) {
		if _, err := s.Regenerate(t.Context(), function("a"), 0); !errors.Is(err, trouble) {
			t.Errorf("%v, want %v", err, trouble)
		}
	})
	known("onefalse")
	answer, trouble = "two", nil
	session(func(s *Scheduler) { _, _ = s.Regenerate(t.Context(), function("a"), 0) })
	known("twotrue")
}

func TestEvents(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		var log []string
		cancel := r.Subscribe(func(e Event) {
			if e.Known {
				// No lock is held: the Scheduler can be asked.
				result, ok := r.Lookup(e.Key)
				log = append(log, fmt.Sprint(strings.TrimRight(string(e.Key[:]), "\x00"), " ", e.Result.Phase == Done, ok && result.Phase == e.Result.Phase))
			}
			log = append(log, fmt.Sprint(e.Status.State, e.Status.Queued, e.Status.Running, e.Status.Err))
		})
		r.Update("doc", wants(Visible, "a", "b"), 0)
		synctest.Wait()
		r.conclude("a", end{})
		r.conclude("b", end{err: ErrNoSummary})
		r.ask(r.Context(), "c", Hover)
		r.conclude("c", end{err: ErrUnavailable})
		want := []string{
			"1 1 1 <nil>",
			"a true true", "1 0 1 <nil>",
			"b false true", "0 0 0 <nil>",
			"1 0 1 <nil>",
			"2 0 0 " + ErrUnavailable.Error(),
		}
		if diff := cmp.Diff(want, log); diff != "" {
			r.Errorf("events (-want +got):\n%s", diff)
		}
		cancel()
		time.Sleep(time.Minute)
		r.Update("doc", wants(Visible, "d"), 0)
		r.conclude("d", end{})
		if len(log) != len(want) {
			r.Errorf("events after cancel: %q", log[len(want):])
		}
	})
}

func TestClose(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		r.Update("doc", wants(Visible, "a", "b"), 0)
		r.Update("later", wants(Visible, "c"), time.Second)
		a, b := r.ask(r.Context(), "a", Hover), r.ask(r.Context(), "b", Hover)
		r.Close()
		r.wantAnswer(a, "", ErrClosed)
		r.wantAnswer(b, "", ErrClosed)
		r.wantAnswer(r.ask(r.Context(), "c", Hover), "", ErrClosed)
		r.Update("doc", wants(Visible, "d"), 0)
		r.wantPhases("a:- b:- c:- d:-")
		r.Close()
	})
}

// What another process has written is found: by Update without any run, and
// by a worker in place of a run.
func TestSharedCache(t *testing.T) {
	dir := t.TempDir()
	open := func() *cache.Cache {
		c := cache.Open(dir, cache.Options{Warn: func(err error) { t.Error(err) }})
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	other := open()
	summaries := NewScheduler(&fake{
		runs:    map[string]chan<- end{},
		outcome: func(q Function) (Summary, error) { return summaryOf(q), nil },
	}, other, Options{})
	defer summaries.Close()
	want, err := summaries.Wait(t.Context(), function("a"), Hover)
	if err := errors.Join(err, other.Flush()); err != nil {
		t.Fatal(err)
	}

	f := &fake{runs: map[string]chan<- end{}} // which never answers
	s := NewScheduler(f, open(), Options{})
	defer s.Close()
	doc, another := s.NewClient(), s.NewClient()
	doc.Update(wants(Visible, "a"), 0)
	want.Cached, want.Elapsed = true, 0
	got, _ := s.Lookup(key("a"))
	if diff := cmp.Diff(Result{Phase: Done, Summary: want}, got); diff != "" {
		t.Errorf("Lookup after Update (-want +got):\n%s", diff)
	}

	// The one worker is busy while the other process writes b.
	doc.Update(wants(Visible, "busy"), 0)
	another.Update(wants(Visible, "b"), 0)
	if _, err := summaries.Wait(t.Context(), function("b"), Hover); err != nil {
		t.Fatal(err)
	}
	if err := other.Flush(); err != nil {
		t.Fatal(err)
	}
	known := make(chan Event, 10)
	s.Subscribe(func(e Event) {
		if e.Known {
			known <- e
		}
	})
	doc.Close()
	if e := <-known; e.Key != key("b") || !e.Result.Summary.Cached {
		t.Errorf("event %+v, want b from the cache", e)
	}
	if got := f.took(); got != "busy" && got != "" {
		t.Errorf("runs %q have begun, want none but busy", got)
	}
}

// Parties take turns within a priority, whoever asked for more, and one that
// comes late is not behind all that others have asked for before.
func TestSharesTakeTurns(t *testing.T) {
	inBubble(t, Options{}, func(r rig) {
		names := func(share string, n int) (names []string) {
			for i := range n {
				names = append(names, fmt.Sprint(share, i))
			}
			return names
		}
		whole, editor, late := r.NewShare(), r.NewShare(), r.NewShare()
		update := func(h *Share, p Priority, names ...string) Client {
			c := h.NewClient()
			c.Update(wants(p, names...), 0)
			return c
		}
		update(whole, Background, names("w", 6)...)
		update(editor, Background, names("e", 3)...)
		next := func() (more bool) {
			synctest.Wait()
			running := r.underWay()
			if len(running) > 0 {
				r.conclude(running[0], end{})
			}
			return len(running) > 0
		}
		for range 4 {
			next()
		}
		r.wantTook("w0 w1 e0 w2 e1")
		update(late, Background, names("l", 2)...)
		update(editor, Visible, "e9")
		for next() {
		}
		r.wantTook("e9 w3 e2 l0 w4 l1 w5")
	})
}

// Where what is wanted above Background runs by itself, it begins beside what
// is running, and nothing begins beside it.
func TestAlone(t *testing.T) {
	inBubble(t, Options{Workers: workers(3), Alone: true}, func(r rig) {
		running := func(want string) {
			r.Helper()
			synctest.Wait()
			if got := strings.Join(r.underWay(), " "); got != want {
				r.Errorf("%q run, want %q", got, want)
			}
		}
		r.Update("terminal", wants(Background, "a", "b", "c", "d"), 0)
		running("a b c")
		r.Update("editor", wants(Visible, "e", "f"), 0)
		r.conclude("a", end{})
		running("b c e")
		r.conclude("b", end{})
		running("c e")
		r.conclude("e", end{})
		running("c f")
		r.conclude("f", end{})
		running("c d")
	})
}

// queued is a Summarizer where others wait too; it says what it is told.
type queuer struct {
	*fake
	told chan string
}

func (q queuer) SummarizeAt(ctx context.Context, f Function, p Priority, raised <-chan Priority) (Summary, error) {
	q.told <- fmt.Sprint(f.Name, p)
	for {
		select {
		case p = <-raised:
			if q.told <- fmt.Sprint(f.Name, p); p == Hover {
				return summaryOf(f), nil
			}
		case <-ctx.Done():
			return Summary{}, ctx.Err()
		}
	}
}

// Where others wait too, a request is told of every higher priority, and what the
// user waits for finds room beside what does not.
func TestQueueIsToldOfPriorities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queuer{&fake{}, make(chan string, 20)}
		s := NewScheduler(q, cache.Open("", cache.Options{}), Options{Workers: func(p Priority) int { return 1 + int(p)/int(Hover) }})
		defer s.Close()
		want := func(want ...string) {
			t.Helper()
			for _, w := range want {
				synctest.Wait()
				select {
				case got := <-q.told:
					if got != w {
						t.Errorf("told %s, want %s", got, w)
					}
				default:
					t.Errorf("told nothing, want %s", w)
				}
			}
		}
		c := s.NewClient()
		c.Update(wants(Background, "a", "b"), 0)
		want("a0")
		c.Update(wants(Visible, "a", "b"), 0)
		want("a1")
		c.Update(wants(Edited, "a", "b"), 0)
		want("a2")
		go s.Wait(t.Context(), function("a"), Hover)
		want("a3", "b2") // a has ended, and b begins
		go s.Wait(t.Context(), function("c"), Hover)
		want("c3")
	})
}
