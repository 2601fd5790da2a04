package daemon

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/inference/onnx"
)

// Backend is a model that is ready to be asked as a Config says.
type Backend interface {
	inference.Summarizer
	// Concurrency returns the number of summaries that are worth writing at a
	// time.
	Concurrency() int
	Close() error
}

// Open opens the Backend of a Config. It goes on with what before, another one or
// nil, has loaded where it can.
type Open func(ctx context.Context, c Config, before Backend) (Backend, error)

// pool holds what is open: one for each Config that a client asks for, and the
// last one that somebody did.
type pool struct {
	open    Open
	learned func() // called with every summary that was written

	mu      sync.Mutex
	opened  map[Config]*entry
	last    *entry
	closing sync.WaitGroup
}

// entry is a Backend, with whoever wants something of it.
type entry struct {
	config    Config
	backend   Backend
	scheduler *inference.Scheduler
	clients   int
}

func (e *entry) status() ModelStatus {
	st := ModelStatus{Name: e.config.Model, Clients: e.clients}
	if b, ok := e.backend.(interface{ Provider() (onnx.Provider, error) }); ok {
		provider, fallback := b.Provider()
		st.Provider = string(provider)
		if fallback != nil {
			st.Fallback = fallback.Error()
		}
	}
	return st
}

// get returns the entry of c for another client.
func (p *pool) get(ctx context.Context, c Config) (*entry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.opened[c]; e != nil {
		e.clients++
		return e, nil
	}
	var before Backend
	if p.last != nil {
		before = p.last.backend
	}
	b, err := p.open(ctx, c, before)
	if err != nil {
		return nil, err
	}
	e := &entry{config: c, backend: b, clients: 1}
	e.scheduler = inference.NewScheduler(variants{b}, cache.Open("", cache.Options{MemoryEntries: remembered}), inference.Options{
		Workers: func(inference.Priority) int { return b.Concurrency() },
		Alone:   true,
	})
	e.scheduler.Subscribe(func(event inference.Event) {
		if event.Known && event.Result.Phase == inference.Done {
			p.learned()
		}
	})
	if before := p.last; before != nil && before.clients == 0 {
		p.drop(before)
	}
	p.opened[c], p.last = e, e
	return e, nil
}

// remembered is how many summaries a daemon keeps, for clients that ask for the
// same at about the same time. What lasts is in their cache on disk.
const remembered = 1024

// put takes back what get returned. The last one that was opened stays open for
// the next client.
func (p *pool) put(e *entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.clients--; e.clients == 0 && e != p.last {
		p.drop(e)
	}
}

// drop closes e besides, since a run cannot always be stopped at once. The caller
// holds p.mu.
func (p *pool) drop(e *entry) {
	delete(p.opened, e.config)
	p.closing.Go(func() {
		e.scheduler.Close()
		_ = e.backend.Close()
	})
}

// close closes everything.
func (p *pool) close() {
	p.mu.Lock()
	for _, e := range p.opened {
		p.drop(e)
	}
	p.last = nil
	p.mu.Unlock()
	p.closing.Wait()
}

// variants tells functions of several Variations apart, which for a Scheduler are
// one: each client has had its own reason for another text.
type variants struct{ Backend }

func (v variants) Key(f inference.Function) inference.Key {
	key := v.Backend.Key(f)
	if f.Variation != 0 {
		return sha256.Sum256(fmt.Appendf(key[:], "%d", f.Variation))
	}
	return key
}
