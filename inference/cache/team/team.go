// Package team shares summaries among the machines of a team, through a Redis or
// Valkey server.
//
// It is a cache behind a cache and never the reason for a wait that is felt: what
// is looked up is asked ahead, many at a time, and awaited for Options.Timeout at
// most, once; what is written is written behind; and a server that fails is left
// alone for a while. Nothing that the server says is believed: names and values
// are made with the team's key, and whoever lacks it can take summaries away and
// cannot put any there, nor read them.
package team

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/gloss-lsp/gloss/inference/cache"
)

const (
	// maxAsked bounds the keys that wait for an answer, and askAtOnce those of a
	// request.
	maxAsked  = 4096
	askAtOnce = 128
	// A key that the server did not know is not asked for again for a while.
	maxMissed = 8192
	missedFor = time.Minute
	// maxWrites bounds the entries that wait to be written, and writeAtOnce those
	// of a request.
	maxWrites   = 1024
	writeAtOnce = 64
	// lastWrites is how long Close waits for them.
	lastWrites = 500 * time.Millisecond
)

// Stats count what a Team did.
type Stats struct {
	// Hits and Misses count keys that the server was asked for.
	Hits, Misses uint64
	// Refused counts values that were not used: forged, or no entry of gloss's.
	Refused uint64
	// Failures counts requests that failed or took too long.
	Failures uint64
	// Written counts entries that the server took, Dropped those that it was not
	// given, or did not take.
	Written, Dropped uint64
}

// Team is a connection to what a team shares. It is safe for concurrent use.
// While nothing is asked or written it has no goroutine and no timer.
type Team struct {
	place    string // of the server, for messages
	server   server
	sealer   *sealer
	ttl      time.Duration
	timeout  time.Duration
	readOnly bool
	warning  func(error)
	writers  sync.WaitGroup // the goroutine that writes

	mu     sync.Mutex // guards what follows, never held during input or output
	closed bool
	stats  Stats
	warned map[problem]bool

	asked  map[cache.Key]*question // until they are answered
	queue  []cache.Key             // those of them that have not been sent
	asking bool                    // a goroutine sends them
	late   bool                    // somebody has waited for the request under way in vain
	missed *simplelru.LRU[cache.Key, time.Time]
	reads  pause

	writes  []write
	writing bool // a goroutine writes
	refuses pause
}

// question is a key that the server is asked for.
type question struct {
	found    func(cache.Entry)
	answered chan struct{}
}

type write struct {
	key   cache.Key
	entry cache.Entry
}

// Open prepares to share. It connects to nothing yet: its errors are about the
// options and the files that they name. Warn is told of each kind of trouble with
// the server once, from any goroutine.
func Open(o Options, warn func(error)) (*Team, error) {
	client, err := o.client()
	if err != nil {
		return nil, err
	}
	key, err := secret("key", o.KeyFile, o.KeyEnv)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, errors.New("the team's key is not set, without which anybody who can write to the server could put words over functions: set cache.redis.keyFile or keyEnv")
	}
	sealer, err := newSealer(key)
	if err != nil {
		return nil, err
	}
	return newTeam(client.Addr, newServer(client), sealer, o, warn), nil
}

func newTeam(place string, s server, seal *sealer, o Options, warn func(error)) *Team {
	if o.TTL <= 0 {
		o.TTL = DefaultTTL
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if warn == nil {
		warn = func(error) {}
	}
	missed, err := simplelru.NewLRU[cache.Key, time.Time](maxMissed, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &Team{
		place: place, server: s, sealer: seal, ttl: o.TTL, timeout: o.Timeout, readOnly: o.ReadOnly, warning: warn,
		warned: map[problem]bool{}, asked: map[cache.Key]*question{}, missed: missed,
	}
}

// Stats returns what t did so far.
func (t *Team) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stats
}

// failed books the failure of a request, and warns of each kind once.
func (t *Team) failed(err error, pauses *pause) {
	t.mu.Lock()
	pauses.failed()
	t.stats.Failures++
	t.mu.Unlock()
	t.warn(err)
}

func (t *Team) warn(err error) {
	p := classify(err)
	t.mu.Lock()
	tell := !t.warned[p] && !t.closed
	t.warned[p] = true
	t.mu.Unlock()
	if tell {
		t.warning(explain(p, t.place, err))
	}
}

// Close waits a moment for what is being written, and ends the connection.
func (t *Team) Close() error {
	t.mu.Lock()
	already := t.closed
	t.closed = true
	t.mu.Unlock()
	if already {
		return nil
	}
	written := make(chan struct{})
	go func() {
		t.writers.Wait()
		close(written)
	}()
	timeout := time.NewTimer(lastWrites)
	defer timeout.Stop()
	select {
	case <-written:
	case <-timeout.C:
	}
	return t.server.close() // which ends the requests under way
}

// request bounds one.
func request() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), requestWait)
}
