package inference

import "container/list"

// queue holds the tasks that wait for a worker: one list for each priority,
// each in the order of asking.
type queue struct {
	lists   [priorities]list.List // of *task
	len     int
	tickets uint64
}

// ticket returns the next number in the order of asking.
func (q *queue) ticket() uint64 {
	q.tickets++
	return q.tickets
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

// pop removes and returns the next task to run, or nil.
func (q *queue) pop() *task {
	for p := priorities - 1; p >= 0; p-- {
		if e := q.lists[p].Front(); e != nil {
			t := e.Value.(*task)
			q.remove(t)
			return t
		}
	}
	return nil
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
