package lsp

import (
	"sync"
	"time"
)

// throttle runs something when it is triggered, but not within an interval
// after it had an effect: the first time at once, and those that come too soon
// become one.
type throttle struct {
	interval time.Duration
	// run reports whether it had an effect. It does not run concurrently with
	// itself.
	run func() bool

	mu          sync.Mutex
	last        time.Time // that it had an effect
	busy, again bool      // it is about to run or runs; it was triggered since
}

// trigger does not wait. background is where run runs.
func (t *throttle) trigger(background func(func())) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.again = true
	if !t.busy {
		t.busy = true
		t.schedule(background)
	}
}

// schedule is called with t.mu held.
func (t *throttle) schedule(background func(func())) {
	work := func() { t.work(background) }
	if wait := time.Until(t.last.Add(t.interval)); wait > 0 {
		time.AfterFunc(wait, func() { background(work) })
		return
	}
	background(work)
}

func (t *throttle) work(background func(func())) {
	t.mu.Lock()
	t.again = false
	t.mu.Unlock()
	effect := false
	defer func() { // also when run panics
		t.mu.Lock()
		defer t.mu.Unlock()
		if effect {
			t.last = time.Now()
		}
		if t.busy = t.again; t.busy {
			t.schedule(background)
		}
	}()
	effect = t.run()
}
