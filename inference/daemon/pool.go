package daemon

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/inference/local"
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

// pool holds what is open: the models that clients ask for, and the last one that
// somebody did.
type pool struct {
	ctx     context.Context // of the daemon: what is opened for one client is for all
	open    Open
	learned func() // called with every summary that was written

	mu      sync.Mutex // not held while a model is opened
	models  map[modelKey]*model
	last    *model
	closing sync.WaitGroup
}

// modelKey decides what is loaded. Configs that have it in common take turns.
type modelKey struct {
	hash    string
	runtime local.Options
	beams   bool // a beam search shares no step, and so its model is run otherwise
}

func (c Config) model() modelKey {
	return modelKey{c.Hash, c.Runtime, c.Writer.Sampling.NumBeams > 1}
}

// model is what is loaded once, with whoever wants something of it, however it is
// to be asked: what somebody waits for runs alone.
type model struct {
	key       modelKey
	name      string
	scheduler *inference.Scheduler
	opening   sync.Mutex // each Backend goes on with what the one before has loaded
	latest    atomic.Pointer[variants]

	// The pool's mutex guards what follows.
	clients  int
	backends map[Config]*opening
}

// opening is a Backend once ready is closed, or the reason why there is none.
type opening struct {
	ready   chan struct{}
	backend *variants
	err     error
}

// status says what m is. The caller holds the pool's mutex.
func (m *model) status() ModelStatus {
	st := ModelStatus{Name: m.name, Clients: m.clients}
	latest := m.latest.Load()
	if latest == nil {
		return st
	}
	if b, ok := latest.Backend.(interface{ Provider() (onnx.Provider, error) }); ok {
		provider, fallback := b.Provider()
		st.Provider = string(provider)
		if fallback != nil {
			st.Fallback = fallback.Error()
		}
	}
	return st
}

func newPool(ctx context.Context, open Open, learned func()) *pool {
	return &pool{ctx: ctx, open: open, learned: learned, models: map[modelKey]*model{}}
}

// get returns the model of c for another client, and what c makes of it.
func (p *pool) get(ctx context.Context, c Config) (*model, inference.Summarizer, error) {
	p.mu.Lock()
	m := p.models[c.model()]
	if m == nil {
		m = p.add(c)
	}
	o := m.backends[c]
	if o == nil {
		o = &opening{ready: make(chan struct{})}
		m.backends[c] = o
		m.clients++ // prepare is one meanwhile
		p.closing.Go(func() { p.prepare(m, c, o) })
	}
	m.clients++
	p.mu.Unlock()

	var err error
	select {
	case <-o.ready:
		err = o.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		p.put(m)
		return nil, nil, err
	}
	return m, o.backend, nil
}

// add notes another model. The caller holds p.mu.
func (p *pool) add(c Config) *model {
	m := &model{key: c.model(), name: c.Model, backends: map[Config]*opening{}}
	m.scheduler = inference.NewScheduler(nil, cache.Open("", cache.Options{MemoryEntries: remembered}), inference.Options{
		Workers: func(inference.Priority) int { return m.latest.Load().Concurrency() },
		Alone:   true,
	})
	m.scheduler.Subscribe(func(event inference.Event) {
		if event.Known && event.Result.Phase == inference.Done {
			p.learned()
		}
	})
	p.models[m.key] = m
	return m
}

// prepare opens what c makes of m.
func (p *pool) prepare(m *model, c Config, o *opening) {
	m.opening.Lock()
	var before Backend
	if latest := m.latest.Load(); latest != nil {
		before = latest.Backend
	}
	b, err := p.open(p.ctx, c, before)
	if err == nil {
		o.backend = &variants{b}
		m.latest.Store(o.backend)
	}
	m.opening.Unlock()

	p.mu.Lock()
	defer p.mu.Unlock()
	if o.err = err; err != nil {
		delete(m.backends, c)
	} else if before := p.last; before != m {
		if p.last = m; before != nil && before.clients == 0 {
			p.drop(before)
		}
	}
	close(o.ready)
	p.release(m)
}

// remembered is how many summaries a daemon keeps, for clients that ask for the
// same at about the same time. What lasts is in their cache on disk.
const remembered = 1024

// put takes back what get returned. The last one that was opened stays open for
// the next client.
func (p *pool) put(m *model) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release(m)
}

func (p *pool) release(m *model) {
	if m.clients--; m.clients == 0 && m != p.last {
		p.drop(m)
	}
}

// drop closes m besides, since a run cannot always be stopped at once. The caller
// holds p.mu.
func (p *pool) drop(m *model) {
	delete(p.models, m.key)
	p.closing.Go(func() {
		m.scheduler.Close()
		for _, o := range m.backends {
			_ = o.backend.Close()
		}
	})
}

// close closes everything. No client must be left.
func (p *pool) close() {
	p.closing.Wait() // for what is being opened
	p.mu.Lock()
	p.last = nil
	for _, m := range p.models {
		p.drop(m)
	}
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
