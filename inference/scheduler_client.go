package inference

import "time"

// Client is a document, or whoever else shows summaries.
type Client interface {
	// Update replaces what the client wants. What is in the cache is known when
	// Update returns, read in one go and without the model; what failed for good
	// is not tried again. The rest begins when there was no other Update for the
	// time after. Keys that wait or run already are not disturbed; those that
	// nobody wants any more are dropped or cancelled.
	Update(wants []Want, after time.Duration)
	// Close drops the client and all it wants. An Update that comes later does
	// nothing.
	Close()
}

// NewClient returns a Client that wants nothing yet.
func (s *Scheduler) NewClient() Client { return s.own.NewClient() }

// NewClient is Scheduler.NewClient.
func (h *Share) NewClient() Client {
	s := h.scheduler
	c := &client{scheduler: s, share: h, wants: map[*task]struct{}{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.closed = s.closed; !c.closed {
		s.clients[c] = struct{}{}
	}
	return c
}

type client struct {
	scheduler *Scheduler
	share     *Share

	// The Scheduler's mutex guards what follows.
	closed  bool
	wants   map[*task]struct{} // what is not known yet
	updates uint64
	timer   *time.Timer // runs during the debounce
}

func (c *client) stop() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

// Update implements Client.
func (c *client) Update(wants []Want, after time.Duration) {
	s := c.scheduler
	ids := make([]Key, len(wants))
	for i, w := range wants {
		if ids[i] = w.Key; w.Key == (Key{}) {
			ids[i] = c.share.summarizer.Key(w.Function)
		}
	}
	known := s.cache.GetMany(ids)

	s.mu.Lock()
	defer s.mu.Unlock()
	if c.closed {
		return
	}
	c.stop()
	if after > 0 {
		c.debounce(s, after)
	}
	c.updates++
	for i, w := range wants {
		if _, ok := known[ids[i]]; !ok {
			s.want(c, ids[i], w)
		}
	}
	for t := range c.wants {
		if t.clients[c].update != c.updates {
			s.leave(c, t)
		}
	}
	if len(c.wants) == 0 {
		c.stop()
	}
	s.settle()
}

// want notes that c wants the request of id, unless its outcome is known. Its
// priority only rises for as long as c wants it: what the user has edited stays
// that when the next update comes.
func (s *Scheduler) want(c *client, id Key, w Want) {
	if _, ok := s.cache.Memory(id); ok {
		return
	}
	f, failed := s.failures.Get(id)
	pause := time.Until(f.until)
	if failed && (f.lasting() || f.tries >= failureTries && pause > 0) {
		return
	}
	t := s.task(id, w.Function, c.share)
	t.clients[c] = want{max(clamp(w.Priority), t.clients[c].priority), c.updates}
	c.wants[t] = struct{}{}
	t.raise()
	if failed && pause > 0 && t.state == waiting {
		s.pause(t, pause)
	}
	s.offer(t)
}

func (s *Scheduler) leave(c *client, t *task) {
	delete(c.wants, t)
	delete(t.clients, c)
	s.release(t)
}

// Close implements Client.
func (c *client) Close() {
	s := c.scheduler
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	c.stop()
	delete(s.clients, c)
	for t := range c.wants {
		s.leave(c, t)
	}
	s.settle()
}

// debounce offers what c wants after a delay.
func (c *client) debounce(s *Scheduler, after time.Duration) {
	s.later(&c.timer, after, func() {
		for t := range c.wants {
			s.offer(t)
		}
	})
}
