package team

import (
	"context"
	"fmt"
	"time"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// Ahead asks the server for the entry of key, which goes to found if there is
// one. It never waits. Keys that are asked for while a request is under way go
// with the next, together.
func (t *Team) Ahead(key cache.Key, found func(cache.Entry)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.asked[key] != nil || len(t.asked) >= maxAsked || t.reads.on() {
		return
	}
	if at, ok := t.missed.Get(key); ok && time.Since(at) < missedFor {
		return
	}
	t.asked[key] = &question{found, make(chan struct{})}
	t.queue = append(t.queue, key)
	if !t.asking {
		t.asking = true
		go t.ask()
	}
}

// Await waits for the answer to what was asked Ahead, if it was: for the timeout
// at most, and once for each request that is late.
func (t *Team) Await(ctx context.Context, key cache.Key) {
	t.mu.Lock()
	q, late := t.asked[key], t.late
	t.mu.Unlock()
	if q == nil || late {
		return
	}
	timeout := time.NewTimer(t.timeout)
	defer timeout.Stop()
	select {
	case <-q.answered:
	case <-ctx.Done():
	case <-timeout.C:
		t.mu.Lock()
		defer t.mu.Unlock()
		t.late = t.asked[key] == q
	}
}

// ask sends what is in the queue until there is nothing.
func (t *Team) ask() {
	for {
		t.mu.Lock()
		n := min(len(t.queue), askAtOnce)
		keys := t.queue[:n:n]
		t.queue = t.queue[n:]
		t.late = false
		if n == 0 {
			t.queue, t.asking = nil, false
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
		t.fetch(keys)
	}
}

// fetch makes one request and answers its keys; where it fails, all that wait.
func (t *Team) fetch(keys []cache.Key) {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = t.sealer.name(key)
	}
	ctx, cancel := request()
	defer cancel()
	start := time.Now()
	replies, connected, err := t.server.get(ctx, names)
	took := time.Since(start)
	if err != nil {
		t.failed(err, &t.reads)
		t.mu.Lock()
		keys = append(keys, t.queue...)
		t.queue = nil
		t.mu.Unlock()
		for _, key := range keys {
			t.answer(key)
		}
		return
	}
	// To connect takes some round trips, over TLS more, and is rare.
	if took > t.timeout && !connected {
		t.failed(fmt.Errorf("%w: %s, and cache.redis.timeout is %s", errSlow, took.Round(time.Millisecond), t.timeout), &t.reads)
	} else {
		t.mu.Lock()
		t.reads.worked()
		t.mu.Unlock()
	}
	for i, key := range keys {
		t.take(key, replies[i])
		t.answer(key)
	}
}

// take looks at what the server has under the name of key.
func (t *Team) take(key cache.Key, r reply) {
	var e cache.Entry
	err := r.err
	known := err == nil && len(r.value) > 0
	if known {
		e, err = t.sealer.open(key, r.value)
	}
	t.mu.Lock()
	q := t.asked[key]
	switch {
	case err != nil:
		t.stats.Refused++
		t.missed.Add(key, time.Now())
	case !known:
		t.stats.Misses++
		t.missed.Add(key, time.Now())
	default:
		t.stats.Hits++
	}
	t.mu.Unlock()
	switch {
	case err != nil:
		t.warn(err)
	case known:
		q.found(e)
	}
}

// answer lets go of who waits for key.
func (t *Team) answer(key cache.Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.asked[key].answered)
	delete(t.asked, key)
}
