package inference

import (
	"cmp"
	"context"
	"fmt"

	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/inference/cache/team"
	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/remote"
	"github.com/gloss-lsp/gloss/models"
)

// Config says how summaries are made and kept.
type Config struct {
	// Model is what writes them, and Runtime how it is run.
	Model   *models.Model
	Runtime local.Options
	// Remote, unless it is nil, names servers that write them in Model's place.
	Remote *remote.Options
	Writer WriterOptions
	Cache  CacheConfig
	// Warn is told of trouble with the cache, of each kind once, and of a model
	// that does not run on the provider that it is to run on.
	Warn func(error)
}

// CacheConfig says where summaries are kept.
type CacheConfig struct {
	Dir     string // "" is for memory alone
	MaxSize int64  // of the file, in bytes; 0 is for cache.DefaultMaxSize
	// Team says what is shared with other machines; without a URL nothing is.
	Team team.Options
}

// Service writes summaries and remembers them: a Scheduler before a model, here
// or in another process, and a cache.
type Service struct {
	*Scheduler
	backend backend
	cache   *cache.Cache
	team    *team.Team // nil where nothing is shared
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
	w, err := before.open(ctx, c)
	if err != nil {
		return nil, err
	}
	w.Notify(c.Warn)
	workers := func(Priority) int { return w.Concurrency() }
	if c.Remote != nil { // what the user waits for need not wait for a place
		workers = func(p Priority) int {
			if p == Hover {
				return w.Concurrency() + 1
			}
			return w.Concurrency()
		}
	}
	return newService(w, c, workers), nil
}

// OpenWriter opens what writes the summaries of c by itself, without a cache.
func OpenWriter(ctx context.Context, c Config) (*Writer, error) {
	return (*Writer)(nil).open(ctx, c)
}

func (w *Writer) open(ctx context.Context, c Config) (*Writer, error) {
	if c.Remote != nil {
		return openRemote(*c.Remote, c.Writer)
	}
	return w.Reopen(ctx, c.Model, c.Runtime, c.Writer)
}

// openRemote returns a Writer that asks servers.
func openRemote(r remote.Options, o WriterOptions) (*Writer, error) {
	g, err := remote.New(r)
	if err != nil {
		return nil, err
	}
	d := remote.Description()
	d.MaxInputTokens = cmp.Or(o.MaxInputTokens, d.MaxInputTokens) // the server's own bounds are not known
	d.MaxOutputTokens = cmp.Or(o.MaxOutputTokens, d.MaxOutputTokens)
	o.Timeout = -1 // which is the Generator's: it tells apart who was slow
	return NewWriter(g, d, o)
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
	o := cache.Options{MaxSize: c.Cache.MaxSize, Warn: c.Warn}
	shared, err := openTeam(c)
	if err != nil && c.Warn != nil {
		c.Warn(fmt.Errorf("summaries are not shared with the team: %w", err))
	}
	if shared != nil {
		o.Team = shared
	}
	store := cache.Open(c.Cache.Dir, o)
	return &Service{NewScheduler(b, store, Options{Workers: workers}), b, store, shared}
}

// openTeam returns what is shared, or nil. A mistake in what the user says of it
// is no reason to have no summaries.
func openTeam(c Config) (*team.Team, error) {
	if c.Cache.Team.URL == "" {
		return nil, nil
	}
	if c.Remote != nil {
		if err := c.Remote.Teamwide(); err != nil {
			return nil, err
		}
	}
	return team.Open(c.Cache.Team, c.Warn)
}

// Close drops what waits, cancels what runs, and frees what no other Service
// uses.
func (s *Service) Close() {
	s.Scheduler.Close()
	if s.team != nil {
		_ = s.team.Close() // what could not be shared is shared by who writes it next
	}
	_ = s.cache.Close() // what could not be written is only lost work
	_ = s.backend.Close()
}

// Team returns what is shared, nil where nothing is.
func (s *Service) Team() *team.Team { return s.team }

// Load prepares the model where it runs in this process, unless that is done.
// Without it the first function does that the cache does not know.
func (s *Service) Load(ctx context.Context) error {
	if b, ok := s.backend.(interface{ Load(context.Context) error }); ok {
		return b.Load(ctx)
	}
	return nil
}
