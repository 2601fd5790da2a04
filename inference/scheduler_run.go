package inference

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// settle draws the consequences of a change: it starts workers, sees to what
// waits, and tells subscribers. It ends every section under s.mu that changes
// what is wanted or known.
func (s *Scheduler) settle() {
	for {
		if s.queue.len <= s.bound/2 && s.waiting() > 0 {
			s.refill()
		}
		if t := s.queue.next(); t == nil || s.active >= s.workers(t.priority) || s.alone && s.hurried > 0 {
			break
		}
		s.start(s.queue.pop())
	}
	if s.outage != nil {
		s.outage.arm(s)
	}
	s.announce()
}

// waiting returns the number of tasks that neither run nor are queued.
func (s *Scheduler) waiting() int { return len(s.tasks) - s.queue.len - s.active }

func (s *Scheduler) start(t *task) {
	ctx, cancel := context.WithCancel(context.Background())
	t.state, t.cancel = running, cancel
	s.active++
	t.priority, t.raised = t.urgency(), make(chan Priority, 1)
	if t.hurried = t.priority > Background; t.hurried {
		s.hurried++
	}
	p, raised := t.priority, t.raised
	function, summarizer := t.function, t.summarizer
	if t.anew {
		function.Variation = rand.Uint64() | 1 // never 0
	}
	s.running.Go(func() {
		summary, err := s.run(ctx, t.id, summarizer, function, p, raised)
		s.finish(ctx, t, summary, err)
	})
}

// run gets a summary from the Summarizer, unless another process has put it into
// the cache since it was asked for, or the team has it, and that will do.
func (s *Scheduler) run(ctx context.Context, id Key, z Summarizer, f Function, p Priority, raised <-chan Priority) (_ Summary, err error) {
	if f.Variation == 0 {
		if e, ok := s.cache.Fetch(ctx, id); ok {
			return cached(e), nil
		}
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("summarize %s: panic: %v", f.Name, r)
		}
	}()
	if q, ok := z.(Queue); ok {
		return q.SummarizeAt(ctx, f, p, raised)
	}
	return z.Summarize(ctx, f)
}

// finish books the outcome of a run.
func (s *Scheduler) finish(ctx context.Context, t *task, summary Summary, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cancelled := err != nil && ctx.Err() != nil
	t.cancel()
	t.state = waiting
	s.active--
	if t.hurried {
		s.hurried--
	}
	switch {
	case cancelled: // and perhaps wanted again since
		if t.wanted() {
			s.offer(t)
		} else {
			s.end(t)
		}
	case errors.Is(err, ErrUnavailable):
		s.unavailable(t, err)
	default:
		s.outage.stop()
		s.outage = nil
		s.learn(t, summary, err)
	}
	s.settle()
}

// learn remembers and tells the outcome of a run of the model. Only a summary
// takes the place of another.
func (s *Scheduler) learn(t *task, summary Summary, err error) {
	before, known := s.cache.Memory(t.id)
	switch {
	case err != nil || !t.anew:
	case known && before.Source == string(SourceModel) && summary.Source == SourceName:
		err = fmt.Errorf("%w: the model has no other one", ErrNoSummary)
	case !surely(summary, t.function, t.minConfidence):
		err = fmt.Errorf("%w: the model is too unsure of another one", ErrNoSummary)
	}
	if err == nil && (t.anew || !known) {
		entry := cache.Entry{Text: summary.Text, Model: summary.Model, Source: string(summary.Source), Confidence: summary.Confidence, Created: time.Now()}
		switch err = s.cache.Put(t.id, entry); {
		case err != nil:
			err = fmt.Errorf("%w: %w", ErrNoSummary, err)
		case !t.anew: // what one user has had written anew is that user's
			s.cache.Share(t.id, entry)
		}
	}
	if err != nil {
		summary = Summary{}
	}
	t.reply(summary, err)
	result := Result{Phase: Done, Summary: summary}
	switch {
	case err == nil:
		s.failures.Remove(t.id)
		s.end(t)
	case known:
		result.Summary = cached(before)
		s.end(t)
	default:
		result = Result{Phase: Failed, Err: err}
		s.fail(t, err)
	}
	s.events.add(Event{Key: t.id, Known: true, Result: result})
}

// fail remembers that t has no summary, and why. If that may pass, clients go on
// waiting.
func (s *Scheduler) fail(t *task, err error) {
	f := failure{err: err}
	var pause time.Duration
	if !errors.Is(err, ErrNoSummary) {
		before, _ := s.failures.Get(t.id)
		f.tries = before.tries + 1
		pause = min(failurePause<<min(before.tries, 10), retryMax)
		f.until = time.Now().Add(pause)
	}
	s.failures.Add(t.id, f)
	if f.lasting() || f.tries >= failureTries || len(t.clients) == 0 {
		s.end(t)
		return
	}
	t.anew = false
	s.pause(t, pause)
}

// outage is a time in which no model is available.
type outage struct {
	err   error
	since time.Time // of the last try
	until time.Time // when wants of clients try again
	delay time.Duration
	timer *time.Timer // runs while a client wants something
}

// unavailable fails t and all that is queued. What clients want waits for the
// end of the outage.
func (s *Scheduler) unavailable(t *task, err error) {
	now := time.Now()
	o := &outage{err: err, since: now, delay: retryMin, until: now.Add(retryMin)}
	if before := s.outage; before != nil {
		before.stop()
		o.delay, o.until = before.delay, before.until
		if !now.Before(o.until) {
			o.delay = min(2*o.delay, retryMax)
			o.until = now.Add(o.delay)
		}
	}
	s.outage = o
	for ; t != nil; t = s.queue.pop() {
		t.reply(Summary{}, err)
		s.release(t)
	}
}

// held reports whether t has to wait for the end of an outage, or of its pause.
func (s *Scheduler) held(t *task) bool {
	return len(t.waiters) == 0 && (t.pause != nil || s.outage != nil && time.Now().Before(s.outage.until))
}

// arm has the timer run exactly while there is something to try again.
func (o *outage) arm(s *Scheduler) {
	delay := time.Until(o.until)
	switch {
	case s.waiting() == 0 || delay <= 0:
		o.stop()
	case o.timer == nil:
		o.timer = time.AfterFunc(delay, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.settle()
		})
	}
}

func (o *outage) stop() {
	if o != nil && o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
}
