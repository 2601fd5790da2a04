package inference

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// Priority orders what waits for the model. Within one priority the order is
// that of asking.
type Priority int

// The priorities, the lowest first.
const (
	Background Priority = iota // a document that is open and not visible
	Visible                    // a document that the user sees
	Edited                     // a function just edited or saved
	Hover                      // the user waits for this one
	priorities
)

// Want is one function that a client would like to show.
type Want struct {
	Function Function
	Priority Priority
	// Key is the Function's where it is known, which saves hashing it once more.
	Key Key
}

// Options tune a Scheduler. The zero value is good.
type Options struct {
	// Workers returns the number of requests that are worth running at a time,
	// which may change, where the next is of priority p; by default it is 1.
	Workers func(p Priority) int
	// Alone has what is wanted above Background run by itself: nothing begins
	// beside it, since what shares a step takes longer.
	Alone bool
	// Queue bounds the requests that wait for a worker, 1024 by default.
	Queue int
	// Failures bounds the failures remembered, 4096 by default.
	Failures int
}

var (
	// ErrBusy means that a request was dropped because too many of a higher
	// priority, or asked earlier, wait for the model.
	ErrBusy = errors.New("too many functions wait for the model; try again in a moment")
	// ErrClosed means that the Scheduler was closed.
	ErrClosed = errors.New("gloss is shutting down")
)

const (
	// Failures other than ErrNoSummary may pass. What clients want is tried
	// again after a pause that doubles from failurePause to retryMax, so often in
	// all; then only when it is asked for, or by an Update after the pause.
	failurePause = time.Minute
	failureTries = 5
	// While no model is available, whoever wants a summary for certain (Wait,
	// Regenerate) tries again at most this often.
	retryWait = time.Second
	// Wants of documents try again after a delay that doubles between these.
	retryMin = 30 * time.Second
	retryMax = 16 * time.Minute
)

// Phase says how far a request has come.
type Phase int

// The phases of a request.
const (
	Pending Phase = iota // wanted; not begun
	Running              // the model is writing
	Done                 // there is a summary
	Failed               // there is none; it may be tried again
)

// Result is what is known about a request at the moment.
type Result struct {
	Phase   Phase
	Summary Summary // when Done
	Err     error   // when Failed
}

// Scheduler stands between those who want summaries and one Summarizer. It
// answers from the cache, makes many wishes for one function into one run,
// decides which is next, and drops what nobody wants any more.
//
// It is safe for concurrent use. While nothing is wanted it has no goroutine
// and no timer.
type Scheduler struct {
	summarizer Summarizer
	cache      *cache.Cache
	workers    func(Priority) int
	alone      bool
	bound      int
	own        *Share // of those who ask the Scheduler itself

	running sync.WaitGroup // goroutines: workers and the one that delivers events

	mu       sync.Mutex // guards what follows
	closed   bool
	tasks    map[Key]*task
	clients  map[*client]struct{}
	queue    queue
	active   int // workers
	hurried  int // those among them at work above Background
	failures *simplelru.LRU[Key, failure]
	outage   *outage
	events   events
}

// failure is why a request has no summary.
type failure struct {
	err   error
	until time.Time // not tried again before; zero for never
	tries int
}

// lasting reports whether another run would give the same.
func (f failure) lasting() bool { return f.until.IsZero() }

// NewScheduler returns a Scheduler that asks s for what is not in c. Both stay
// the caller's to close, after the Scheduler. s may be nil where all who ask have
// a Share with a Summarizer of its own.
func NewScheduler(s Summarizer, c *cache.Cache, o Options) *Scheduler {
	if o.Workers == nil {
		o.Workers = func(Priority) int { return 1 }
	}
	if o.Queue <= 0 {
		o.Queue = 1024
	}
	if o.Failures <= 0 {
		o.Failures = 4096
	}
	failures, err := simplelru.NewLRU[Key, failure](o.Failures, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	scheduler := &Scheduler{
		summarizer: s,
		cache:      c,
		workers:    o.Workers,
		alone:      o.Alone,
		bound:      o.Queue,
		tasks:      map[Key]*task{},
		clients:    map[*client]struct{}{},
		failures:   failures,
	}
	scheduler.own = scheduler.NewShare()
	return scheduler
}

// Key returns the key by which f is known.
func (s *Scheduler) Key(f Function) Key { return s.summarizer.Key(f) }

// Lookup returns what is known about the function with this key, at once and
// from memory. It reports false when nothing is known and nobody wants it.
func (s *Scheduler) Lookup(id Key) (Result, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.cache.Memory(id); ok {
		return Result{Phase: Done, Summary: cached(e)}, true
	}
	t := s.tasks[id]
	switch {
	case t == nil, t.state == waiting && t.pause != nil:
		f, ok := s.failures.Get(id)
		return Result{Phase: Failed, Err: f.err}, ok
	case t.state == running:
		return Result{Phase: Running}, true
	case t.state == waiting && s.outage != nil:
		return Result{Phase: Failed, Err: s.outage.err}, true
	}
	return Result{Phase: Pending}, true
}

func cached(e cache.Entry) Summary {
	return Summary{Text: e.Text, Source: Source(e.Source), Model: e.Model, Confidence: e.Confidence, Cached: true}
}

// Wait returns the summary of f, which it asks for with priority p unless it
// is known. It joins others who want the same. When ctx ends it returns
// ctx.Err(), and the run ends with it if nobody else wants it. Other errors:
// what the Summarizer returned, ErrBusy, ErrClosed.
func (s *Scheduler) Wait(ctx context.Context, f Function, p Priority) (Summary, error) {
	return s.own.Wait(ctx, f, p)
}

// Wait is Scheduler.Wait.
func (h *Share) Wait(ctx context.Context, f Function, p Priority) (Summary, error) {
	s := h.scheduler
	id := h.summarizer.Key(f)
	if e, ok := s.cache.Get(id); ok {
		return cached(e), nil
	}
	s.mu.Lock()
	// A run may have ended since the cache was asked.
	if e, ok := s.cache.Memory(id); ok {
		s.mu.Unlock()
		return cached(e), nil
	}
	err := s.refusal(ctx)
	if before, ok := s.failures.Get(id); ok && before.lasting() {
		err = before.err
	}
	if err != nil {
		s.mu.Unlock()
		return Summary{}, err
	}
	return s.join(ctx, s.task(id, f, h), p)
}

// Regenerate returns a summary of f that is written anew: another text than the
// one that is known, if the model has one. It joins a run that is under way.
// What is known stays, and stays known, unless the model writes a text that would
// be shown (Sure) where so much confidence is asked for. Errors are those of Wait.
func (s *Scheduler) Regenerate(ctx context.Context, f Function, minConfidence float64) (Summary, error) {
	return s.own.Regenerate(ctx, f, minConfidence)
}

// Regenerate is Scheduler.Regenerate.
func (h *Share) Regenerate(ctx context.Context, f Function, minConfidence float64) (Summary, error) {
	s := h.scheduler
	id := h.summarizer.Key(f)
	_, inCache := s.cache.Get(id)
	s.mu.Lock()
	if err := s.refusal(ctx); err != nil {
		s.mu.Unlock()
		return Summary{}, err
	}
	t := s.task(id, f, h)
	if t.state != running {
		before, failed := s.failures.Get(id)
		t.anew, t.minConfidence = inCache || failed && before.lasting(), minConfidence
	}
	return s.join(ctx, t, Hover)
}

// join waits for the outcome of t. The caller holds s.mu; join releases it.
func (s *Scheduler) join(ctx context.Context, t *task, p Priority) (Summary, error) {
	w := &waiter{priority: clamp(p), answer: make(chan answer, 1)}
	t.waiters[w] = struct{}{}
	t.raise()
	s.offer(t)
	s.settle()
	s.mu.Unlock()

	select {
	case a := <-w.answer:
		return a.summary, a.err
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case a := <-w.answer:
		return a.summary, a.err
	default:
	}
	delete(t.waiters, w)
	s.release(t)
	s.settle()
	return Summary{}, ctx.Err()
}

// refusal returns why a request cannot begin at the moment, or nil.
func (s *Scheduler) refusal(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.closed:
		return ErrClosed
	case s.outage != nil && s.active == 0 && time.Since(s.outage.since) < retryWait:
		return s.outage.err
	}
	return nil
}

func clamp(p Priority) Priority { return min(max(p, Background), priorities-1) }

// Close drops what waits, cancels what runs, and returns when all runs have
// ended and all events are delivered. It must not be called by a subscriber.
func (s *Scheduler) Close() {
	s.mu.Lock()
	s.closed = true
	for c := range s.clients {
		c.closed = true
		c.stop()
	}
	clear(s.clients)
	for _, t := range s.tasks {
		clear(t.clients)
		t.reply(Summary{}, ErrClosed)
		s.release(t)
	}
	s.settle()
	s.mu.Unlock()
	s.running.Wait()
}
