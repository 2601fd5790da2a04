package chunker

import (
	"cmp"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"sync/atomic"
	"time"
)

// ErrFault is returned for a text over which the grammar ended its process, or
// took more memory than a worker may hold.
var ErrFault = errors.New("the grammar failed over this text")

// RetryError says that a text was not tried, because the texts of the File before
// it have failed: each time may take all of Options.Timeout. After so much time it
// can be.
type RetryError struct {
	After time.Duration
	Err   error
}

func (e *RetryError) Error() string {
	return fmt.Sprintf("not tried for another %s, because of a text before it: %v", e.After.Round(100*time.Millisecond), e.Err)
}

// Unwrap returns the failure of the text before.
func (e *RetryError) Unwrap() error { return e.Err }

// Workers are processes in which texts are parsed. The grammars are foreign C
// code and texts may be hostile: a worker that ends, does not answer in time or
// needs too much memory is replaced, and only the file that it had in hand
// fails. Workers start when they are needed and end when they are not.
//
// It is safe for concurrent use; one worker does one thing at a time.
type Workers struct {
	workers []*worker
	ids     atomic.Int64
}

// NewWorkers returns up to n workers. Command makes a command, neither started
// nor connected, of a program that calls Work with its standard input and
// output.
func NewWorkers(n int, command func() *exec.Cmd) *Workers {
	w := &Workers{}
	for range n {
		w.workers = append(w.workers, &worker{command: command, turn: make(chan struct{}, 1)})
	}
	return w
}

// Close ends the workers, whatever they are doing. No File can be brought to
// another text from then on.
func (w *Workers) Close() {
	for _, k := range w.workers {
		k.shut()
	}
}

// open returns the syntax of another file, with the worker that suits best.
func (w *Workers) open(language *Language, timeout time.Duration) *remote {
	k := slices.MinFunc(w.workers, func(a, b *worker) int {
		aReluctance, aFiles := a.reluctance()
		bReluctance, bFiles := b.reluctance()
		return cmp.Or(cmp.Compare(aReluctance, bReluctance), cmp.Compare(aFiles, bFiles))
	})
	return k.open(int(w.ids.Add(1)), language, timeout)
}
