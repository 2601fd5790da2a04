package chunker

import (
	"context"
	"errors"
	"time"
)

// remote is the syntax of one file in a worker.
type remote struct {
	worker   *worker
	id       int
	language *Language
	timeout  time.Duration
	process  *process // that knows the text before, nil if none does
	closed   bool

	failures int // since the last success
	failed   error
	until    time.Time // when the next text is tried
}

// The pause after the second failure of a file in a row, which doubles with
// each further one, and the longest.
const (
	firstPause = 2 * time.Second
	lastPause  = time.Minute
)

func (m *remote) read(ctx context.Context, c change, text string) (reading, error) {
	if pause := time.Until(m.until); pause > 0 {
		return reading{}, &RetryError{pause, m.failed}
	}
	select {
	case m.worker.turn <- struct{}{}:
		defer func() { <-m.worker.turn }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return reading{}, ctx.Err()
	}
	read, err := m.ask(ctx, c, text)
	switch {
	case err == nil: // even if ctx has ended: the worker stands at this text now
		m.failures = 0
		return read, nil
	case ctx.Err() != nil:
		return reading{}, ctx.Err()
	}
	m.failed = err
	if m.failures++; m.failures > 1 {
		m.until = time.Now().Add(min(lastPause, firstPause<<min(m.failures-2, 10)))
	}
	return reading{}, err
}

// ask sends the worker the change, or the whole text where it does not know the
// one before. The caller has the worker's turn.
func (m *remote) ask(ctx context.Context, c change, text string) (reading, error) {
	p, closed, err := m.worker.running()
	if err != nil {
		return reading{}, err
	}
	r := request{
		id: m.id, closed: closed, language: m.language.ID,
		timeout: m.timeout * 4 / 5, // so that it can stop by itself, and keep what it knows
		anew:    p != m.process, change: c,
	}
	if r.anew {
		r.change = change{0, 0, len(text)}
	}
	r.text = text[r.change.start:r.change.newEnd]
	limit := m.timeout
	if !p.knows[m.language] {
		limit *= 2 // it starts, and compiles the language's query
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer, err := p.ask(limited, &r, len(text))
	if err == nil && answer.failure == succeeded && !answer.reading.follows(r.change, len(text)) {
		err = errSpoilt
	}
	if err != nil {
		m.process = nil
		lost := m.worker.lose(p, err)
		switch {
		case limited.Err() != nil:
			return reading{}, context.DeadlineExceeded
		case errors.Is(err, errUnsent) && len(p.knows) > 0: // whatever it died of, it was not this text
			return m.ask(ctx, c, text)
		}
		return reading{}, lost
	}
	p.knows[m.language] = true
	if err := answer.toError(); err != nil {
		return reading{}, err
	}
	if m.process = p; r.anew {
		answer.reading.change = c
	}
	return answer.reading, nil
}

func (m *remote) close() {
	if !m.closed {
		m.closed = true
		m.worker.close(m.id)
	}
}
