package daemon

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// rate counts what was written, in all and in each of the last sixty seconds.
type rate struct {
	total   int
	seconds [60]struct{ at, n int }
}

func (r *rate) count(now time.Duration) {
	r.total++
	second := int(now / time.Second)
	slot := &r.seconds[second%len(r.seconds)]
	if slot.at != second {
		slot.at, slot.n = second, 0
	}
	slot.n++
}

func (r *rate) lastMinute(now time.Duration) (n int) {
	for _, s := range r.seconds {
		if int(now/time.Second)-s.at < len(r.seconds) {
			n += s.n
		}
	}
	return n
}

// residentSize returns how many bytes of memory this process has, 0 where the
// system does not say.
func residentSize() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
