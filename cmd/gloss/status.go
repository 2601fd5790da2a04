package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"
)

// status is a line at the end of the terminal that says how far the work has
// come. All methods may be called on nil, which shows nothing.
type status struct {
	w     io.Writer
	begun time.Time
	stop  chan struct{}
	ended sync.WaitGroup

	mu       sync.Mutex // guards what follows, and the terminal
	done     int
	found    int
	all      bool // nothing more will be found
	file     string
	past     []progress // of the last while, oldest first
	drawn    int        // columns of the line that stands there
	drawnAt  time.Time
	finished bool
}

// progress is what was done when.
type progress struct {
	at   time.Time
	done int
}

const (
	// statusDelay keeps the line away from what is done at once.
	statusDelay = 500 * time.Millisecond
	statusEvery = 100 * time.Millisecond
	// rateOver is the time over which the rate is taken: it follows a change
	// from what is known to what the model must write, and does not jump.
	rateOver = 10 * time.Second
)

// newStatus returns nil where w is no terminal, or one that cannot go back in
// a line.
func newStatus(w io.Writer, quiet bool) *status {
	if quiet || !isTerminal(w) || isDumb() {
		return nil
	}
	s := &status{w: w, begun: time.Now(), stop: make(chan struct{})}
	s.ended.Go(func() {
		ticker := time.NewTicker(statusEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				s.mu.Lock()
				s.tick(time.Now())
				s.mu.Unlock()
			case <-s.stop:
				return
			}
		}
	})
	return s
}

// add says that n more functions have been found.
func (s *status) add(n int) {
	if s != nil {
		s.mu.Lock()
		s.found += n
		s.mu.Unlock()
	}
}

// foundAll says that there are no more.
func (s *status) foundAll() {
	if s != nil {
		s.mu.Lock()
		s.all = true
		s.mu.Unlock()
	}
}

// at says which file the work is at.
func (s *status) at(file string) {
	if s != nil {
		s.mu.Lock()
		s.file = file
		s.mu.Unlock()
	}
}

// step says that one more function is done.
func (s *status) step() {
	if s != nil {
		s.mu.Lock()
		s.done++
		s.mu.Unlock()
	}
}

// without runs print while the line is not there.
func (s *status) without(print func() error) error {
	if s == nil {
		return print()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	err := print()
	if now := time.Now(); now.Sub(s.drawnAt) > statusEvery/2 { // what is printed fast must not wait for it
		s.draw(now)
	}
	return err
}

// end takes the line away.
func (s *status) end() {
	if s == nil || s.finished {
		return
	}
	close(s.stop)
	s.ended.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	s.finished = true
}

func (s *status) tick(now time.Time) {
	s.past = append(s.past, progress{now, s.done})
	for now.Sub(s.past[0].at) > rateOver {
		s.past = s.past[1:]
	}
	s.draw(now)
}

// clear takes the line from the screen. Where the terminal has become narrower
// it has broken the line into rows, as nearly all do.
func (s *status) clear() {
	if s.drawn == 0 {
		return
	}
	up := ""
	if rows := (s.drawn - 1) / columns(s.w); rows > 0 {
		up = fmt.Sprintf("\x1b[%dA", rows)
	}
	_, _ = io.WriteString(s.w, "\r"+up+"\x1b[J") // what cannot be drawn must not end the work
	s.drawn = 0
}

func (s *status) draw(now time.Time) {
	if now.Sub(s.begun) < statusDelay {
		return
	}
	s.clear()
	line := s.line(now, columns(s.w)-1) // the last column would move the cursor on
	_, _ = io.WriteString(s.w, line)
	s.drawn, s.drawnAt = uniseg.StringWidth(line), now
}

// line is what fits: "12 of 340 functions, 45 a second, 8 s left  src/a.go".
func (s *status) line(now time.Time, width int) string {
	more := "+" // how many there are is not known yet
	if s.all {
		more = ""
	}
	parts := []string{fmt.Sprintf("%d of %d%s functions", s.done, s.found, more)}
	if rate := s.rate(now); rate > 0 {
		digits := 0
		if rate < 10 {
			digits = 1
		}
		parts = append(parts, fmt.Sprintf("%.*f a second", digits, rate))
		if s.all {
			left := time.Duration(float64(s.found-s.done) / rate * float64(time.Second))
			parts = append(parts, left.Round(time.Second).String()+" left")
		}
	}
	line := cut(strings.Join(parts, ", "), width)
	const least = 12 // columns of a path that still says something
	if room := width - uniseg.StringWidth(line) - 2; s.file != "" && room >= least {
		line += "  " + cutHead(printableLine(s.file), room)
	}
	return line
}

func (s *status) rate(now time.Time) float64 {
	if len(s.past) == 0 {
		return 0
	}
	first := s.past[0]
	if took := now.Sub(first.at).Seconds(); took > 0 {
		return float64(s.done-first.done) / took
	}
	return 0
}
