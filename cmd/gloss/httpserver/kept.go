package httpserver

import (
	"os"
	"sync"
	"time"
)

// kept is what files say, read anew when one of them has changed.
type kept[T any] struct {
	paths []string // none: it never changes
	load  func() (T, error)
	warn  func(error)

	mu     sync.Mutex
	value  T
	seen   []state
	looked time.Time
}

// state tells versions of a file apart.
type state struct {
	size     int64
	modified time.Time
}

// lookPause is between two looks at the files.
const lookPause = time.Second

func keep[T any](load func() (T, error), warn func(error), paths ...string) (*kept[T], error) {
	k := &kept[T]{paths: paths, load: load, warn: warn, looked: time.Now()}
	k.seen = k.states()
	var err error
	k.value, err = load()
	return k, err
}

// current returns what the files say now or, where that cannot be read, what they
// said last.
func (k *kept[T]) current() T {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.paths) == 0 || time.Since(k.looked) < lookPause {
		return k.value
	}
	k.looked = time.Now()
	now := k.states()
	for i, s := range now {
		if s.size == k.seen[i].size && s.modified.Equal(k.seen[i].modified) {
			continue
		}
		k.seen = now
		value, err := k.load()
		if err != nil {
			k.warn(err)
			break
		}
		k.value = value
		break
	}
	return k.value
}

func (k *kept[T]) states() []state {
	states := make([]state, len(k.paths))
	for i, path := range k.paths {
		if info, err := os.Stat(path); err == nil {
			states[i] = state{info.Size(), info.ModTime()}
		}
	}
	return states
}
