package inference

import "time"

// client is a document, or whoever else shows summaries.
type client struct {
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

// Update replaces what client wants. What is in the cache is known when Update
// returns, read in one go and without the model; what failed for good is not
// tried again. The rest begins when client has made no other Update for the
// time after. Keys that wait or run already are not disturbed; those that
// nobody wants any more are dropped or cancelled.
func (s *Scheduler) Update(name string, wants []Want, after time.Duration) {
	ids := make([]Key, len(wants))
	for i, w := range wants {
		ids[i] = s.Key(w.Function)
	}
	known := s.cache.GetMany(ids)

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	c := s.clients[name]
	if c == nil {
		c = &client{wants: map[*task]struct{}{}}
		s.clients[name] = c
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
	t := s.task(id, w.Function)
	t.clients[c] = want{max(clamp(w.Priority), t.clients[c].priority), c.updates}
	c.wants[t] = struct{}{}
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

// Forget drops the client and all it wants.
func (s *Scheduler) Forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.clients[name]
	if c == nil {
		return
	}
	c.stop()
	delete(s.clients, name)
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
