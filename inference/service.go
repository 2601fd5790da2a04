package inference

import (
	"context"

	"github.com/gloss-lsp/gloss/inference/cache"
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

// Service writes summaries and remembers them: a Scheduler before a model, here
// or in another process, and a cache.
type Service struct {
	*Scheduler
	backend backend
	cache   *cache.Cache
}

// backend is what a Service asks.
type backend interface {
	Summarizer
	Close() error
}

// Open puts a Service together that runs the model in this process, once it is
// asked for something that the cache does not know.
func Open(ctx context.Context, c Config) (*Service, error) {
	return (*Service)(nil).Reopen(ctx, c)
}

// Reopen opens a Service for another Config, which goes on with the model that s
// has loaded if both run the same one in the same way. Both are the caller's to
// close, in any order.
func (s *Service) Reopen(ctx context.Context, c Config) (*Service, error) {
	var before *Writer
	if s != nil {
		before, _ = s.backend.(*Writer)
	}
	w, err := before.Reopen(ctx, c.Model, c.Runtime, c.Writer)
	if err != nil {
		return nil, err
	}
	return newService(w, c, func(Priority) int { return w.Concurrency() }), nil
}

// Remote is a model in another process.
type Remote interface {
	Queue
	// Concurrency returns the number of requests that are worth having under way,
	// where the next is of priority p.
	Concurrency(p Priority) int
	Close() error
}

// Attach puts a Service together that asks r, which it closes.
func Attach(r Remote, c Config) *Service { return newService(r, c, r.Concurrency) }

func newService(b backend, c Config, workers func(Priority) int) *Service {
	store := cache.Open(c.Cache.Dir, cache.Options{MaxSize: c.Cache.MaxSize, Warn: c.Warn})
	return &Service{NewScheduler(b, store, Options{Workers: workers}), b, store}
}

// Close drops what waits, cancels what runs, and frees what no other Service
// uses.
func (s *Service) Close() {
	s.Scheduler.Close()
	_ = s.cache.Close() // what could not be written is only lost work
	_ = s.backend.Close()
}

// Load prepares the model where it runs in this process, unless that is done.
// Without it the first function does that the cache does not know.
func (s *Service) Load(ctx context.Context) error {
	if b, ok := s.backend.(interface{ Load(context.Context) error }); ok {
		return b.Load(ctx)
	}
	return nil
}
