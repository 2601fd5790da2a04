package lsp

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
)

// document is one version of an open text document. It never changes: a
// request keeps the one that was current when it arrived.
type document struct {
	uri, path, language string
	version             int32 // the client's
	order               int   // grows from version to version, whatever the client counts
	*mapper
	// syntax and past are what all versions share.
	syntax *syntax
	past   *past
	// chunks cuts the text, once. It takes milliseconds for a long document, and
	// can take seconds, so it is not for the read loop.
	chunks func() []chunker.Chunk
	cut    chan struct{} // closed when chunks has them
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

// version gives a version of a document what is its own. The caller holds the
// lock.
func (ds *documents) version(d document) *document {
	defer ds.news.tell()
	ds.versions++
	d.order, d.cut, d.keyed = ds.versions, make(chan struct{}), new(atomic.Pointer[keys])
	d.chunks = sync.OnceValue(func() []chunker.Chunk {
		defer close(d.cut)
		return d.syntax.cut(&d)
	})
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
	d.syntax.background(func() { d.chunks() })
	timer := time.NewTimer(cutWait)
	defer timer.Stop()
	select {
	case <-d.cut:
		return d.chunks()
	case <-timer.C:
		return last.carried(d.text)
	}
}
