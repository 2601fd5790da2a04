package team

import (
	"slices"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// Put has the server remember e for key, soon. It never waits: what finds no
// room, or the server paused, is dropped. Only what it took a model to know is
// shared.
func (t *Team) Put(key cache.Key, e cache.Entry) {
	if t.readOnly || !slices.Contains(sources, e.Source) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.refuses.on() || len(t.writes) >= maxWrites {
		t.stats.Dropped++
		return
	}
	t.missed.Remove(key)
	t.writes = append(t.writes, write{key, e})
	if !t.writing {
		t.writing = true
		t.writers.Go(t.write)
	}
}

// write sends what is to be written until there is nothing.
func (t *Team) write() {
	for {
		t.mu.Lock()
		batch := t.writes[:min(len(t.writes), writeAtOnce)]
		t.writes = t.writes[len(batch):]
		if len(batch) == 0 {
			t.writes, t.writing = nil, false
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
		t.send(batch)
	}
}

func (t *Team) send(batch []write) {
	var names []string
	var values [][]byte
	for _, w := range batch {
		value, err := t.sealer.seal(w.key, w.entry)
		if err != nil {
			continue // no such entry can have been in a Cache
		}
		names, values = append(names, t.sealer.name(w.key)), append(values, value)
	}
	ctx, cancel := request()
	defer cancel()
	err := t.server.set(ctx, names, values, t.ttl)
	t.mu.Lock()
	if err == nil {
		t.refuses.worked()
		t.stats.Written += uint64(len(names))
		t.stats.Dropped += uint64(len(batch) - len(names))
		t.mu.Unlock()
		return
	}
	t.stats.Dropped += uint64(len(batch) + len(t.writes))
	t.writes = nil
	t.mu.Unlock()
	t.failed(err, &t.refuses)
}
