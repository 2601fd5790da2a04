package lsp

import "sync"

// news wakes up whoever waits for something to change. The zero value is ready.
type news struct {
	mu   sync.Mutex
	next chan struct{}
}

// wait returns what is closed at the next change. To miss none, it is called
// before one looks.
func (n *news) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}
