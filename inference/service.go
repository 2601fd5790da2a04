package inference

import (
	"context"
	"sync/atomic"

	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/models"
)

// Config says how summaries are made and kept.
type Config struct {
	// Model is what writes them, and Runtime how it is run.
	Model   *models.Model
	Runtime local.Options
	Writer  WriterOptions
	Cache   CacheConfig
	// Warn is told of trouble with the cache, of each kind once.
	Warn func(error)
}

// CacheConfig says where summaries are kept.
type CacheConfig struct {
	Dir     string // "" is for memory alone
	MaxSize int64  // of the file, in bytes; 0 is for cache.DefaultMaxSize
}

// Service writes summaries and remembers them: a model, a Scheduler before it,
// and a cache.
type Service struct {
	*Scheduler
	config    Config
	generator *shared[generate.Generator]
	cache     *shared[*cache.Cache]
}

// Open puts a Service together. The model is loaded when it is asked for
// something that the cache does not know.
func Open(ctx context.Context, c Config) (*Service, error) {
	return (*Service)(nil).Reopen(ctx, c)
}

// Reopen opens a Service for another Config, which goes on with what both have
// in common: the model, if it is run in the same way, so that it need not be
// loaded again, and the cache. Both are the caller's to close, in any order; of a
// Service that is closed, or nil, nothing is taken over.
func (s *Service) Reopen(ctx context.Context, c Config) (*Service, error) {
	if c.Writer.Sampling.NumBeams > 1 {
		c.Runtime.Batch = 1
	}
	g, err := local.New(ctx, c.Model, c.Runtime)
	if err != nil {
		return nil, err
	}
	next := &Service{config: c}
	if s != nil && s.config.Runtime == c.Runtime && s.generator.value.Identity() == g.Identity() && s.generator.retain() {
		next.generator = s.generator
	} else {
		next.generator = share[generate.Generator](g)
	}
	w, err := NewWriter(next.generator.value, c.Model.Description, c.Writer)
	if err != nil {
		next.generator.release()
		return nil, err
	}
	if s != nil && s.config.Cache == c.Cache && s.cache.retain() {
		next.cache = s.cache
	} else {
		next.cache = share(cache.Open(c.Cache.Dir, cache.Options{MaxSize: c.Cache.MaxSize, Warn: c.Warn}))
	}
	next.Scheduler = NewScheduler(w, next.cache.value, Options{Workers: func(Priority) int {
		requests, _ := next.generator.value.Concurrency()
		return requests
	}})
	return next, nil
}

// Close drops what waits, cancels what runs, and frees what no other Service
// uses.
func (s *Service) Close() {
	s.Scheduler.Close()
	s.cache.release() // what could not be written is only lost work
	s.generator.release()
}

// shared is what several Services use; the last one closes it.
type shared[T interface{ Close() error }] struct {
	value T
	users atomic.Int32
}

func share[T interface{ Close() error }](value T) *shared[T] {
	s := &shared[T]{value: value}
	s.users.Store(1)
	return s
}

// retain counts another user, unless the last one has gone.
func (s *shared[T]) retain() bool {
	for {
		n := s.users.Load()
		if n == 0 {
			return false
		}
		if s.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (s *shared[T]) release() {
	if s.users.Add(-1) == 0 {
		_ = s.value.Close()
	}
}
