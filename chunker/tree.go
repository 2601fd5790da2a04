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
	code     *Language      // in which the text was read
	text     string
	seen     parsed // as what the text was read
	plain    parsed // the text without a repair, where seen is with one
}

// parsed is a text as the grammar sees it, and its tree: nil until there is one.
type parsed struct {
	text string
	tree *sitter.Tree
}

func (p *parsed) close() {
	p.tree.Close()
	p.tree = nil
}

func (t *tree) read(ctx context.Context, c change, text string) (reading, error) {
	code, masked := t.language.in(text)
	query := code.compiled() // which takes a while the first time
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	if code != t.code { // nothing of before is of use
		t.seen.close()
		t.plain.close()
		t.code = code
	}
	before := t.seen
	if t.plain.tree != nil {
		before = t.plain
	}
	plain := parsed{text: masked}
	edited, wide, err := t.follow(ctx, before, c, text, &plain)
	if err != nil {
		return reading{}, err
	}
	after, broken := plain, plain.tree.RootNode().HasError()
	var faulty Range
	if edited == nil && broken {
		faulty = fault(plain.tree.RootNode(), len(text))
	}
	if broken {
		if after.text, err = t.repaired(ctx, plain.text, plain.tree); err != nil {
			edited.Close()
			plain.close()
			return reading{}, err
		}
	}
	if repaired := after.text != plain.text; repaired || t.plain.tree != nil {
		edited.Close()
		if edited, wide, err = t.follow(ctx, t.seen, c, text, &after); err != nil {
			plain.close()
			return reading{}, err
		}
		if !repaired {
			plain.close()
		}
	} else {
		plain.tree = nil // it is the one of after
	}
	defer edited.Close()
	r := reading{change: wide, dirty: Range{0, len(text)}, broken: broken, fault: faulty}
	// Around errors the ranges can miss what changed, so the first valid tree
	// after an error is queried as a whole.
	if edited != nil && (r.broken || !t.seen.tree.RootNode().HasError()) {
		r.dirty = Range{wide.start, wide.newEnd}
		for _, changed := range edited.ChangedRanges(after.tree) {
			r.dirty = r.dirty.union(Range{int(changed.StartByte), int(changed.EndByte)})
		}
	}
	deadline, _ := ctx.Deadline()
	if r.facts, err = query.run(after.tree, text, r.dirty, time.Until(deadline)); err != nil {
		after.close()
		plain.close()
		return reading{}, err
	}
	t.seen.close()
	t.plain.close()
	t.text, t.seen, t.plain = text, after, plain
	return r, nil
}

// repaired hides of a text that has an error what keeps functions from being found.
func (t *tree) repaired(ctx context.Context, parsed string, broken *sitter.Tree) (string, error) {
	switch {
	case t.code.lexis != nil:
		return t.code.lexis.repaired(parsed), nil
	case t.code.bodies == nil:
		return parsed, nil
	}
	deadline, _ := ctx.Deadline()
	found, err := t.code.compiled().run(broken, parsed, Range{0, len(parsed)}, time.Until(deadline))
	if err != nil {
		return "", err
	}
	known := make(map[Range]bool, len(found.definitions))
	for _, d := range found.definitions {
		known[d.body] = true
	}
	m := masker{text: parsed}
	for _, body := range t.code.bodies(parsed) {
		if !known[body] {
			m.blank(Range{body.Start + 1, body.End - 1})
		}
	}
	return m.String(), nil
}

// follow parses after, which is text as the grammar is to see it once c has
// changed it, from what it was before. It returns the tree before with the change
// noted, or nil where there is none, and the change as the grammar sees it.
func (t *tree) follow(ctx context.Context, before parsed, c change, text string, after *parsed) (edited *sitter.Tree, _ change, err error) {
	if before.tree != nil {
		if before.text != t.text || after.text != text {
			c = c.union(diff(before.text, after.text))
		}
		edited = before.tree.Clone()
		edited.Edit(c.inputEdit(t.text, text))
	}
	if after.tree, err = t.parse(ctx, after.text, edited); err != nil {
		edited.Close()
		return nil, c, err
	}
	return edited, c, nil
}

// parse runs the parser under ctx.
func (t *tree) parse(ctx context.Context, text string, old *sitter.Tree) (*sitter.Tree, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if t.parser == nil {
		t.parser = sitter.NewParser()
	}
	if err := t.parser.SetLanguage(t.code.grammar()); err != nil {
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
	t.seen.close()
	t.plain.close()
	if t.parser != nil {
		t.parser.Close()
		t.parser = nil
	}
}
