package inference

import "container/list"

// queue holds the tasks that wait for a worker: one list for each priority,
// each in the order of asking.
type queue struct {
	lists [priorities]list.List // of *task
	len   int
	now   uint64 // the latest ticket whose turn has come
}

// Share is from where one of several parties, an editor or a command, asks a
// Scheduler. Within a priority all parties take turns: who asks for ten
// thousand functions does not hold up who asks for one.
type Share struct {
	scheduler  *Scheduler
	summarizer Summarizer
	last       uint64 // ticket
}

// NewShare returns the place of another party.
func (s *Scheduler) NewShare() *Share { return s.NewShareOf(s.summarizer) }

// NewShareOf returns the place of another party, which asks z in place of the
// Scheduler's own Summarizer: the same model, asked in another way. Equal keys
// must mean equal summaries of both.
func (s *Scheduler) NewShareOf(z Summarizer) *Share { return &Share{scheduler: s, summarizer: z} }

// ticket returns the next number of h in the order of turns: one more than its
// last, and than the one whose turn it is. This is start-time fair queuing (Goyal,
// Vin and Cheng 1996) of tasks of equal length; with one Share it is the order of
// asking.
func (q *queue) ticket(h *Share) uint64 {
	h.last = max(h.last, q.now) + 1
	return h.last
}

func (q *queue) push(t *task) {
	t.state, t.priority = queued, t.urgency()
	l := &q.lists[t.priority]
	before := l.Back()
	for before != nil && before.Value.(*task).asked > t.asked {
		before = before.Prev()
	}
	if before == nil {
		t.element = l.PushFront(t)
	} else {
		t.element = l.InsertAfter(t, before)
	}
	q.len++
}

// remove takes t out of the queue and leaves it waiting.
func (q *queue) remove(t *task) {
	q.lists[t.priority].Remove(t.element)
	t.state, t.element = waiting, nil
	q.len--
}

// next returns the next task to run, or nil.
func (q *queue) next() *task {
	for p := priorities - 1; p >= 0; p-- {
		if e := q.lists[p].Front(); e != nil {
			return e.Value.(*task)
		}
	}
	return nil
}

// pop removes and returns the next task to run, or nil.
func (q *queue) pop() *task {
	t := q.next()
	if t != nil {
		q.now = max(q.now, t.asked)
		q.remove(t)
	}
	return t
}

// last returns the task that would run last, or nil.
func (q *queue) last() *task {
	for p := range q.lists {
		if e := q.lists[p].Back(); e != nil {
			return e.Value.(*task)
		}
	}
	return nil
}
