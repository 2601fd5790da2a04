package remote

import (
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/gloss-lsp/gloss/inference/generate"
)

const (
	// fatal is how many failures in a row make an endpoint one that is down.
	fatal = 3
	// One that is down is left alone from restMin to restMax, twice as long each
	// time, and then one request tries it.
	restMin = time.Second
	restMax = time.Minute
	// forced is how soon one that is down is tried again where there is no other.
	// Whoever asks has pauses of its own.
	forced = time.Second
)

// kind says what a fault means for what comes next.
type kind int

const (
	passing kind = iota // another try may go well
	down                // nothing goes well there until somebody mends it
	later               // it wants to be left alone for a while
	refused             // it answers, but not this request
)

// fault is why an endpoint has not given a text.
type fault struct {
	kind  kind
	err   error
	after time.Duration // how long it wants to be left alone
	// strange says that another dialect may be understood.
	strange bool
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

func faultf(k kind, format string, args ...any) *fault {
	return &fault{kind: k, err: fmt.Errorf(format, args...)}
}

// endpoint is one server.
type endpoint struct {
	url *url.URL

	// The pool's mutex guards what follows.
	underWay  int
	failures  int       // in a row
	failed    time.Time // the last time
	until     time.Time // it is left alone
	throttled bool      // by its own wish
	err       error     // the last one
	dialect   int       // which of the dialects it speaks, once it is settled
	settled   bool
	noScores  bool // it does not give the probabilities of given texts
}

func (e *endpoint) isDown() bool { return e.failures >= fatal }

// pool chooses who is asked.
type pool struct {
	now func() time.Time

	mu        sync.Mutex
	endpoints []*endpoint
}

// take returns the endpoint to be asked, which is given back by done; or for how
// long all want to be left alone; or an error, if none can be asked. Those that
// have been tried come last.
func (p *pool) take(tried map[*endpoint]bool) (*endpoint, time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	var best, resting *endpoint
	var wait time.Duration
	for _, e := range p.endpoints {
		switch rest := e.until.Sub(now); {
		case e.throttled && rest > 0:
			if wait == 0 || rest < wait {
				wait = rest
			}
		case e.isDown() && (rest > 0 || e.underWay > 0 || tried[e]):
			if resting == nil || e.failed.Before(resting.failed) {
				resting = e
			}
		case best == nil || p.better(e, best, tried):
			best = e
		}
	}
	switch {
	case best != nil:
	case wait > 0:
		return nil, wait, nil
	case resting.underWay == 0 && !tried[resting] && now.Sub(resting.failed) >= forced:
		best = resting
	default:
		return nil, 0, fmt.Errorf("%w: %w", generate.ErrUnavailable, resting.err)
	}
	best.underWay++
	return best, 0, nil
}

// better reports whether a is to be asked before b: one that has not been tried,
// then one that may be well again, then the one with the least to do.
func (p *pool) better(a, b *endpoint, tried map[*endpoint]bool) bool {
	switch {
	case tried[a] != tried[b]:
		return tried[b]
	case a.isDown() != b.isDown():
		return a.isDown()
	}
	return a.underWay < b.underWay
}

// done gives e back with what became of it: nil, a fault, or another error where
// nobody waited for the answer any more.
func (p *pool) done(e *endpoint, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.underWay--
	var f *fault
	switch {
	case err == nil || errors.As(err, &f) && f.kind == refused:
		e.failures, e.throttled = 0, false
		return
	case f == nil:
		return
	}
	now := p.now()
	e.err = f.err
	if f.kind == later {
		if until := now.Add(f.after); !e.throttled || until.After(e.until) {
			e.throttled, e.until = true, until
		}
		return
	}
	e.throttled, e.failed = false, now
	e.failures++
	if f.kind == down {
		e.failures, e.settled = max(e.failures, fatal), false
	}
	if e.isDown() {
		e.until = now.Add(min(restMin<<min(e.failures-fatal, 10), restMax))
	}
}

// spoken returns the number of the first dialect that is worth trying at e, and
// whether it is the only one.
func (p *pool) spoken(e *endpoint) (dialect int, settled bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !e.settled {
		return 0, false
	}
	return e.dialect, true
}

// settle remembers which dialect e has understood.
func (p *pool) settle(e *endpoint, dialect int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !e.settled {
		e.dialect, e.settled = dialect, true
	}
}

func (p *pool) scores(e *endpoint) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !e.noScores
}

func (p *pool) withoutScores(e *endpoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.noScores = true
}
