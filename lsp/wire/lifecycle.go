package wire

import "sync"

// lifecycle says which messages are in order at the moment.
type lifecycle struct {
	mu    sync.Mutex
	state lifecycleState
}

type lifecycleState int

const (
	uninitialized lifecycleState = iota
	running
	shutDown
)

// admit decides about a request, and advances the state for those that are
// part of the lifecycle.
func (l *lifecycle) admit(method string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.state == shutDown:
		return Failf(codeInvalidRequest, "%.80q came after shutdown", method)
	case method == "initialize" && l.state == running:
		return Failf(codeInvalidRequest, "initialize came twice")
	case method == "initialize":
		l.state = running
	case l.state == uninitialized:
		return Failf(codeServerNotInitialized, "%.80q came before initialize", method)
	case method == "shutdown":
		l.state = shutDown
	}
	return nil
}

// undo takes an initialize back that could not be understood.
func (l *lifecycle) undo() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = uninitialized
}

// admits decides about a notification. Those out of order are dropped, as they
// have no answer.
func (l *lifecycle) admits(method string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == running || method == "exit"
}

func (l *lifecycle) isShutDown() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == shutDown
}
