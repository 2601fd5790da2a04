package lsp

import (
	"sync"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// documents are those that the client has open, each in its current version.
type documents struct {
	mu       sync.Mutex // guards open, what is in it, and versions
	open     map[string]*openDocument
	versions int // ever

	news news // of documents, and of what is known about their functions
}

// openDocument is what is kept about a document while it is open.
// documents.mu guards it.
type openDocument struct {
	current *document
	// client asks Summaries for what the document shows; nil while there are none.
	client   inference.Client
	asked    Summaries // whose client that is
	analysis analysis
	// lenses and hints are what the client was last given.
	lenses, hints answer
	touched       bool // they may differ from what it would be given now
	miscounted    bool // the client's versions do not increase, and that was said
}

// current returns the current version of a document, or nil.
func (ds *documents) current(uri string) *document {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if o := ds.open[uri]; o != nil {
		return o.current
	}
	return nil
}

// with calls f with a document that is open, with the lock held.
func (ds *documents) with(uri string, f func(*openDocument)) error {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	o := ds.open[uri]
	if o == nil {
		return wire.Failf(wire.CodeInvalidParams, "%s is not open", uri)
	}
	f(o)
	return nil
}

// each calls f with all of them, with the lock held.
func (ds *documents) each(f func(*openDocument)) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	for _, o := range ds.open {
		f(o)
	}
}

// outside runs f without the lock, which the caller holds.
func (ds *documents) outside(f func()) {
	ds.mu.Unlock()
	defer ds.mu.Lock()
	f()
}

// isOpen is false once a document was closed or replaced. The caller holds the
// lock.
func (ds *documents) isOpen(o *openDocument) bool { return ds.open[o.current.uri] == o }

// ask returns the client by which o asks from, which may be nil, and asks nobody
// else any more. The caller holds the lock.
func (o *openDocument) ask(from Summaries) inference.Client {
	if o.asked == from {
		return o.client
	}
	if o.client != nil {
		o.client.Close()
	}
	o.asked, o.client = from, nil
	if from != nil {
		o.client = from.NewClient()
	}
	return o.client
}

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
