package chunker

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// syntax is what a grammar makes of a text that changes.
type syntax interface {
	// read follows c, which turned the text that was read before, or no text,
	// into this one. It fails with ctx's error and with context.DeadlineExceeded,
	// and stays at the text before then.
	read(ctx context.Context, c change, text string) (reading, error)
	close()
}

// reading is what a grammar finds in a text, or in what a change has made
// different of it.
type reading struct {
	change change // what was followed, as widely as the grammar sees it
	dirty  Range  // of the text: outside of it stands what stood there before
	facts  facts  // that touch dirty
	broken bool   // the text has a syntax error
	fault  Range  // the first long one, where the text was read as a whole
}

// tree is the syntax in this process. The grammar is foreign C code: over some
// texts it ends the process, takes all memory or does not come back.
type tree struct {
	language *Language
	timeout  time.Duration
	parser   *sitter.Parser // nil until it is needed
	tree     *sitter.Tree   // nil until a text has been read
	code     *Language      // whose tree it is
	text     string
	parsed   string // text as the grammar sees it
}

func (t *tree) read(ctx context.Context, c change, text string) (reading, error) {
	code, parsed := t.language.in(text)
	query := code.compiled() // which takes a while the first time
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	var edited *sitter.Tree
	if t.tree != nil && code == t.code {
		if code.mask != nil || t.language.code != nil {
			c = c.union(diff(t.parsed, parsed))
		}
		edited = t.tree.Clone()
		defer edited.Close()
		edited.Edit(c.inputEdit(t.text, text))
	}
	after, err := t.parse(ctx, code, parsed, edited)
	if err != nil {
		return reading{}, err
	}
	r := reading{change: c, dirty: Range{0, len(text)}, broken: after.RootNode().HasError()}
	if edited == nil && r.broken {
		r.fault = fault(after.RootNode(), len(text))
	}
	// Around errors the ranges can miss what changed, so the first valid tree
	// after an error is queried as a whole.
	if edited != nil && (r.broken || !t.tree.RootNode().HasError()) {
		r.dirty = Range{c.start, c.newEnd}
		for _, changed := range edited.ChangedRanges(after) {
			r.dirty = r.dirty.union(Range{int(changed.StartByte), int(changed.EndByte)})
		}
	}
	r.dirty = Range{min(r.dirty.Start, len(text)), min(r.dirty.End, len(text))} // Language.unended
	deadline, _ := ctx.Deadline()
	if r.facts, err = query.run(after, text, r.dirty, time.Until(deadline)); err != nil {
		after.Close()
		return reading{}, err
	}
	if t.tree != nil {
		t.tree.Close()
	}
	t.tree, t.code, t.text, t.parsed = after, code, text, parsed
	return r, nil
}

// parse runs the parser of a language under ctx.
func (t *tree) parse(ctx context.Context, code *Language, text string, old *sitter.Tree) (*sitter.Tree, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if t.parser == nil {
		t.parser = sitter.NewParser()
	}
	if err := t.parser.SetLanguage(code.grammar()); err != nil {
		return nil, err
	}

	// go-tree-sitter v0.25.0 never releases the handle of ParseOptions, its other
	// way to stop a parse: it would leak with every edit.
	cancelled := new(uintptr)
	var pinner runtime.Pinner
	pinner.Pin(cancelled)
	defer pinner.Unpin()
	//lint:ignore SA1019 see above
	t.parser.SetCancellationFlag(cancelled)
	stop := context.AfterFunc(ctx, func() { atomic.StoreUintptr(cancelled, 1) })
	defer stop()

	if code.unended {
		text += "\n"
	}
	// go-tree-sitter copies what the callback returns, so a small window keeps
	// an edit from copying the rest of the file.
	const window = 4 << 10
	input := func(offset int, _ sitter.Point) []byte {
		if offset >= len(text) {
			return nil
		}
		return []byte(text[offset:min(len(text), offset+window)])
	}
	after := t.parser.ParseWithOptions(input, old, nil)
	//lint:ignore SA1019 see above
	t.parser.SetCancellationFlag(nil)
	if after == nil {
		// tree-sitter v0.25 keeps part of a parse that was stopped while it
		// balanced the tree, even over a reset: the next one ends the process.
		t.parser.Close()
		t.parser = nil
		return nil, cmp.Or(ctx.Err(), errNoTree)
	}
	return after, nil
}

var errNoTree = errors.New("the grammar gave no tree")

// close frees the tree. Closing twice is safe.
func (t *tree) close() {
	if t.tree != nil {
		t.tree.Close()
		t.tree = nil
	}
	if t.parser != nil {
		t.parser.Close()
		t.parser = nil
	}
}
