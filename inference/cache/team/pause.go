package team

import "time"

const (
	// A server that failed is left alone for a time that doubles between these.
	pauseMin = 5 * time.Second
	pauseMax = 5 * time.Minute
)

// pause is a breaker: after a failure nothing is tried for a while, then one
// request shows whether it goes on.
type pause struct {
	until  time.Time
	length time.Duration
}

func (p *pause) on() bool { return time.Now().Before(p.until) }

func (p *pause) failed() {
	p.length = min(max(2*p.length, pauseMin), pauseMax)
	p.until = time.Now().Add(p.length)
}

func (p *pause) worked() { *p = pause{} }
