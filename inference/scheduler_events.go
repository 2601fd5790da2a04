package inference

import "slices"

// State says what a Scheduler is at, in one word.
type State int

// The states of a Scheduler.
const (
	Idle        State = iota
	Busy              // the model is at work
	Unavailable       // no model can run
)

// Status says what a Scheduler is at.
type Status struct {
	State State
	// Queued and Running count requests, and Awaited those of the queued that a
	// user waits for.
	Queued, Running, Awaited int
	// Err is why no model can run, when Unavailable.
	Err error
}

// Event tells of a change.
type Event struct {
	// Known is set when the outcome of a request has become known: Key is the
	// function's, Result is Done or Failed.
	Known  bool
	Key    Key
	Result Result
	// Status is that of the Scheduler, with every event.
	Status Status
}

// events are delivered in order, one at a time, by a goroutine that lives as
// long as there are any.
type events struct {
	subscribers []*subscriber
	pending     []Event
	delivering  bool
	last        Status  // told last
	outage      *outage // what last.Err is of
}

type subscriber struct{ tell func(Event) }

// Subscribe has tell called with every Event, in order and one at a time,
// until cancel is called; a call that has begun is not waited for. No lock is
// held meanwhile, so tell may use the Scheduler, but a slow one holds up all
// subscribers.
func (s *Scheduler) Subscribe(tell func(Event)) (cancel func()) {
	self := &subscriber{tell}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events.subscribers = append(s.events.subscribers, self)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events.subscribers = slices.DeleteFunc(s.events.subscribers, func(o *subscriber) bool { return o == self })
	}
}

// Status returns what the Scheduler is at.
func (s *Scheduler) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status()
}

func (s *Scheduler) status() Status {
	st := Status{Queued: s.queue.len, Running: s.active, Awaited: s.queue.lists[Hover].Len()}
	switch {
	case s.outage != nil:
		st.State, st.Err = Unavailable, s.outage.err
	case st.Queued+st.Running > 0:
		st.State = Busy
	}
	return st
}

// add appends e, with the Status that announce fills in.
func (e *events) add(event Event) {
	event.Status = e.last
	e.pending = append(e.pending, event)
}

// announce tells subscribers what has changed. Changes of the Status alone
// that nobody has heard of yet become one.
func (s *Scheduler) announce() {
	e := &s.events
	st := s.status()
	// Errors need not be comparable, outages are.
	if st.State != e.last.State || st.Queued != e.last.Queued || st.Running != e.last.Running || s.outage != e.outage {
		if len(e.pending) == 0 {
			e.add(Event{})
		}
		e.last, e.outage = st, s.outage
		e.pending[len(e.pending)-1].Status = st
	}
	if len(e.subscribers) == 0 {
		e.pending = nil
	}
	if len(e.pending) > 0 && !e.delivering {
		e.delivering = true
		s.running.Go(s.deliver)
	}
}

func (s *Scheduler) deliver() {
	for {
		event, subscribers := s.nextEvent()
		if subscribers == nil {
			return
		}
		for _, sub := range subscribers {
			sub.tell(event)
		}
	}
}

// nextEvent returns the next event and whom to tell. When there is none,
// delivery has ended.
func (s *Scheduler) nextEvent() (Event, []*subscriber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &s.events
	if len(e.pending) == 0 || len(e.subscribers) == 0 {
		e.pending, e.delivering = nil, false
		return Event{}, nil
	}
	event := e.pending[0]
	e.pending = e.pending[1:]
	return event, slices.Clone(e.subscribers)
}
