package lsp

import (
	"fmt"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
)

// document is one version of an open text document. It never changes: a
// request keeps the one that was current when it arrived.
type document struct {
	uri, path, language string
	version             int32
	*mapper
	syntax *syntax
	// chunks cuts the text, once. It takes milliseconds for a long document,
	// so it is not for the read loop.
	chunks func() []chunker.Chunk
	// identities are those of the chunks, one for each.
	identities func() []identity
	keyed      atomic.Pointer[keys] // made last
}

// keys are those by which a Scheduler knows the chunks, one for each.
type keys struct {
	of   *inference.Scheduler
	list []inference.Key
}

func newDocument(uri, path, language string, version int32, m *mapper, x *syntax) *document {
	d := &document{uri: uri, path: path, language: language, version: version, mapper: m, syntax: x}
	d.chunks = sync.OnceValue(func() []chunker.Chunk { return x.cut(d.text) })
	d.identities = sync.OnceValue(func() []identity { return identities(d.chunks()) })
	return d
}

// keys returns the keys of the chunks. Making them is what costs most of
// answering for lenses that are known, so they are made once.
func (d *document) keys(scheduler *inference.Scheduler) []inference.Key {
	if k := d.keyed.Load(); k != nil && k.of == scheduler {
		return k.list
	}
	chunks := d.chunks()
	k := &keys{scheduler, make([]inference.Key, len(chunks))}
	for i := range chunks {
		k.list[i] = keyOf(scheduler, d.function(&chunks[i]))
	}
	d.keyed.Store(k)
	return k.list
}

// openDocument is what the server keeps about a document while it is open.
// server.mu guards it.
type openDocument struct {
	// name is what the Scheduler knows it by. It is another one each time that
	// the document is opened, so that what comes late does no harm.
	name     string
	current  *document
	analysis analysis
	// known holds the last good summary of every function, whose text may
	// have changed since. The client may have seen it before the Scheduler's
	// event about it came.
	known map[identity]inference.Summary
	// lenses and hints are what the client was last given.
	lenses, hints answer
	touched       bool // they may differ from what it would be given now
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
	changes        []contentChange
}

// contentChange replaces a range by Text, or everything where it is nil.
type contentChange struct {
	Range *Range
	Text  string
}

// modify is the one way in which documents change. It runs on the read loop,
// in the order of the client's notifications.
func (s *server) modify(m modification) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.documents[m.uri]
	if o == nil && m.action != opened {
		return failf(codeInvalidParams, "%s is not open", m.uri)
	}
	switch m.action {
	case opened:
		if o != nil { // a client that opens twice means the second
			s.drop(o)
		}
		x := s.newSyntax(m.uri, m.path, m.language)
		o = &openDocument{
			current: newDocument(m.uri, m.path, m.language, m.version, newMapper(m.changes[0].Text, s.client.encoding), x),
			known:   map[identity]inference.Summary{},
		}
		s.opened++
		o.name = fmt.Sprintf("%s#%d", m.uri, s.opened)
		s.documents[m.uri] = o
		s.analyze(o, urgently)
		s.background(s.followModel)
	case changed:
		before := o.current
		if m.version <= before.version {
			s.log.Warn("ignored a change whose version does not increase", zap.String("uri", m.uri), zap.Int32("version", m.version), zap.Int32("current", before.version))
			return nil
		}
		after := applyChanges(before.mapper, m.changes)
		o.current = newDocument(before.uri, before.path, before.language, m.version, after, before.syntax)
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
	if scheduler := s.scheduler(); scheduler != nil {
		scheduler.Forget(o.name)
	}
	s.background(o.current.syntax.close) // it waits for a parse that is under way
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

// applyChanges applies the changes one after the other, each to what the ones
// before it have made.
func applyChanges(m *mapper, changes []contentChange) *mapper {
	for _, c := range changes {
		if c.Range == nil {
			m = newMapper(c.Text, m.encoding)
			continue
		}
		start := m.offset(c.Range.Start)
		m = m.replaced(start, max(start, m.offset(c.Range.End)), c.Text)
	}
	return m
}
