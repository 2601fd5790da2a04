package inference

import (
	"container/list"
	"context"
	"slices"
	"time"
)

// taskState says where a task is.
type taskState int

const (
	waiting taskState = iota // for its debounce, for room, or for a model
	queued
	running
	ended
)

// task is the one place of a key, however many want it.
type task struct {
	id         Key
	function   Function
	summarizer Summarizer
	state      taskState
	clients    map[*client]want
	waiters    map[*waiter]struct{}

	element  *list.Element // while queued
	priority Priority      // the queue it is in, or what the Queue has been told while it runs
	asked    uint64        // order of asking

	anew          bool               // the model is to write another text than what is known
	minConfidence float64            // of what may take the place of that
	hurried       bool               // runs above Background
	raised        chan Priority      // has room for one; told while it runs
	cancel        context.CancelFunc // while running
	pause         *time.Timer        // runs after a failure that may pass, while a client wants t
}

// want is a client's interest in a task.
type want struct {
	priority Priority
	update   uint64 // the client's update that last named it
}

// waiter is one call of Wait or Regenerate.
type waiter struct {
	priority Priority
	answer   chan answer // of room for one
}

type answer struct {
	summary Summary
	err     error
}

// urgency returns the highest priority of all who want t.
func (t *task) urgency() Priority {
	p := Background
	for _, w := range t.clients {
		p = max(p, w.priority)
	}
	for w := range t.waiters {
		p = max(p, w.priority)
	}
	return p
}

// due reports whether someone wants t now, and not only after a debounce.
func (t *task) due() bool {
	for c := range t.clients {
		if c.timer == nil {
			return true
		}
	}
	return len(t.waiters) > 0
}

// raise tells a Queue that t is more urgent by now.
func (t *task) raise() {
	if t.state != running || t.urgency() <= t.priority {
		return
	}
	t.priority = t.urgency()
	select {
	case <-t.raised: // which nobody has heard yet
	default:
	}
	t.raised <- t.priority
}

func (t *task) wanted() bool { return len(t.clients)+len(t.waiters) > 0 }

// reply answers all waiters.
func (t *task) reply(s Summary, err error) {
	for w := range t.waiters {
		w.answer <- answer{s, err}
	}
	clear(t.waiters)
}

// task returns the task of id, which h has made if there is none.
func (s *Scheduler) task(id Key, f Function, h *Share) *task {
	t := s.tasks[id]
	if t == nil {
		t = &task{id: id, function: f, summarizer: h.summarizer, clients: map[*client]want{}, waiters: map[*waiter]struct{}{}, asked: s.queue.ticket(h)}
		s.tasks[id] = t
	}
	return t
}

// offer queues t, or moves it to the queue of a priority that has changed.
// Whoever finds the queue full drops the lowest that came last.
func (s *Scheduler) offer(t *task) {
	switch {
	case t.state == queued && t.priority != t.urgency():
		s.queue.remove(t)
	case t.state != waiting, !t.due(), s.held(t):
		return
	}
	if !t.anew {
		s.cache.Ahead(t.id)
	}
	s.queue.push(t)
	if s.queue.len <= s.bound {
		return
	}
	last := s.queue.last()
	s.queue.remove(last)
	last.reply(Summary{}, ErrBusy)
	s.release(last)
}

// release drops t, and cancels its run, once nobody wants it.
func (s *Scheduler) release(t *task) {
	if t.wanted() {
		if t.state == queued {
			s.offer(t) // its priority may be lower now
		}
		return
	}
	switch t.state {
	case running:
		t.cancel() // it ends when the run does
		return
	case queued:
		s.queue.remove(t)
	}
	s.end(t)
}

// pause has t wait, unless it is asked for, until a failure may have passed.
func (s *Scheduler) pause(t *task, d time.Duration) {
	t.unpause()
	s.later(&t.pause, d, func() { s.offer(t) })
}

// later has what is done under s.mu after a while, unless the timer, which it
// keeps in its place, is stopped or another stands there by then.
func (s *Scheduler) later(place **time.Timer, after time.Duration, do func()) {
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if *place != timer {
			return // stopped too late
		}
		*place = nil
		do()
		s.settle()
	})
	*place = timer
}

func (t *task) unpause() {
	if t.pause != nil {
		t.pause.Stop()
		t.pause = nil
	}
}

// end takes t out of the books.
func (s *Scheduler) end(t *task) {
	t.unpause()
	t.state = ended
	delete(s.tasks, t.id)
	for c := range t.clients {
		delete(c.wants, t)
	}
	clear(t.clients)
}

// refill offers what found no room, or no model, in the order of asking.
func (s *Scheduler) refill() {
	var due []*task
	for _, t := range s.tasks {
		if t.state == waiting && t.due() && !s.held(t) {
			due = append(due, t)
		}
	}
	slices.SortFunc(due, func(a, b *task) int {
		if a.urgency() != b.urgency() {
			return int(b.urgency() - a.urgency())
		}
		return int(a.asked) - int(b.asked)
	})
	for _, t := range due[:min(len(due), s.bound-s.queue.len)] {
		s.offer(t)
	}
}
