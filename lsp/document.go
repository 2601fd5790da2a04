package lsp

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// document is one version of an open text document. It never changes: a
// request keeps the one that was current when it arrived.
type document struct {
	uri, path, language string
	version             int32 // the client's
	order               int   // grows from version to version, whatever the client counts
	*mapper
	syntax *syntax
	// chunks cuts the text, once. It takes milliseconds for a long document, and
	// can take seconds, so it is not for the read loop.
	chunks func() []chunker.Chunk
	cut    chan struct{} // closed when chunks has them
	cutNow func()        // has chunks called in the background
	keyed  *atomic.Pointer[keys]
}

// keys are those by which Summaries know functions, one for each.
type keys struct {
	of     Summaries
	chunks []chunker.Chunk
	list   []inference.Key
}

// keys returns the keys of the chunks, which are those of d. Making them is what
// costs most of answering for lenses that are known, so they are made once.
func (d *document) keys(from Summaries, chunks []chunker.Chunk) []inference.Key {
	if k := d.keyed.Load(); k != nil && k.of == from && same(k.chunks, chunks) {
		return k.list
	}
	k := &keys{from, chunks, make([]inference.Key, len(chunks))}
	for i := range chunks {
		k.list[i] = keyOf(from, d.function(&chunks[i]))
	}
	d.keyed.Store(k)
	return k.list
}

// same reports whether a and b are one slice.
func same(a, b []chunker.Chunk) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// newVersion gives a version of a document what is its own. The caller holds
// s.mu.
func (s *server) newVersion(d document) *document {
	s.versions++
	d.order, d.cut, d.keyed = s.versions, make(chan struct{}), new(atomic.Pointer[keys])
	d.chunks = sync.OnceValue(func() []chunker.Chunk {
		defer close(d.cut)
		return d.syntax.cut(&d)
	})
	d.cutNow = func() { s.background(func() { d.chunks() }) }
	return &d
}

// cutWait is how long a request waits until a text is cut, where its functions
// can be shown as they were before: an editor holds all lenses back for those
// of the slowest server.
const cutWait = 200 * time.Millisecond

// shown returns the chunks of d, or those from before at their places in d
// while it takes long to cut it.
func (d *document) shown() []chunker.Chunk {
	select {
	case <-d.cut:
		return d.chunks()
	default:
	}
	last := d.syntax.last.Load()
	if last == nil { // nothing could be shown but nothing, which would make the text jump
		return d.chunks()
	}
	d.cutNow()
	timer := time.NewTimer(cutWait)
	defer timer.Stop()
	select {
	case <-d.cut:
		return d.chunks()
	case <-timer.C:
		return last.carried(d.text)
	}
}

// openDocument is what the server keeps about a document while it is open.
// server.mu guards it.
type openDocument struct {
	// client asks Summaries for what the document shows; nil while there are none.
	client   inference.Client
	asked    Summaries // whose client that is
	current  *document
	analysis analysis
	past     past
	// lenses and hints are what the client was last given.
	lenses, hints answer
	touched       bool // they may differ from what it would be given now
	miscounted    bool // the client's versions do not increase, and that was said
}

// action is how a document was modified.
type action int

const (
	opened action = iota
	changed
	saved
	closed
)

// modification is any change of the set of open documents or of one of them.
type modification struct {
	action         action
	uri            string
	path, language string // when opened
	version        int32  // when opened or changed
	changes        []wire.ContentChange
}

// modify is the one way in which documents change. It runs on the read loop,
// in the order of the client's notifications.
func (s *server) modify(m modification) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.news.tell()
	o := s.documents[m.uri]
	if o == nil && m.action != opened {
		return wire.Failf(wire.CodeInvalidParams, "%s is not open", m.uri)
	}
	switch m.action {
	case opened:
		if o != nil { // a client that opens twice means the second
			s.drop(o)
		}
		x := s.newSyntax(m.uri, m.path, m.language)
		o = &openDocument{current: s.newVersion(document{
			uri: m.uri, path: m.path, language: m.language, version: m.version,
			mapper: newMapper(m.changes[0].Text, s.client.Encoding), syntax: x,
		})}
		s.documents[m.uri] = o
		s.analyze(o, urgently)
		s.background(s.followModel)
	case changed:
		o.current.syntax.keepUp(o.current)
		after := *o.current
		if m.version <= after.version && !o.miscounted {
			// The client's text has changed whatever it counts, and what it sends
			// next is about that text.
			o.miscounted = true
			s.log.Warn("the client's versions of a document do not increase; its changes are applied as they come", zap.String("uri", m.uri), zap.Int32("version", m.version), zap.Int32("current", after.version))
		}
		after.version, after.mapper = m.version, applyChanges(after.mapper, m.changes)
		o.current = s.newVersion(after)
		s.analyze(o, afterPause)
	case saved:
		s.analyze(o, urgently)
		s.background(s.followModel)
	case closed:
		s.drop(o)
	}
	return nil
}

// drop forgets a document that is not open any more. The caller holds s.mu.
func (s *server) drop(o *openDocument) {
	delete(s.documents, o.current.uri)
	o.ask(nil)
	s.background(o.current.syntax.close) // it waits for a parse that is under way
}

// ask returns the client by which o asks from, which may be nil, and asks nobody
// else any more. The caller holds server.mu.
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

// document returns the current version of a document, or nil.
func (s *server) document(uri string) *document {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.documents[uri]; o != nil {
		return o.current
	}
	return nil
}
