package chunker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// Options says what is cut and how much work it may cost.
type Options struct {
	// MinLines is the least number of lines of a chunk's Range; 0 means
	// DefaultMinLines.
	MinLines int
	// Kinds are the kinds that are wanted; empty means functions, methods and
	// constructors.
	Kinds []Kind
	// MaxBytes is the greatest length of a text; 0 means DefaultMaxBytes.
	MaxBytes int
	// Timeout bounds one parse, and the query after it; 0 means
	// DefaultTimeout.
	Timeout time.Duration
}

// Defaults of Options.
const (
	DefaultMinLines = 3
	DefaultMaxBytes = 1 << 20
	DefaultTimeout  = 2 * time.Second
)

func (o Options) withDefaults() Options {
	if o.MinLines == 0 {
		o.MinLines = DefaultMinLines
	}
	if len(o.Kinds) == 0 {
		o.Kinds = []Kind{Function, Method, Constructor}
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	return o
}

// ErrTooLarge is returned for a text longer than Options.MaxBytes.
var ErrTooLarge = errors.New("text too large")

// File is a parsed text that follows its edits. It holds memory outside the
// Go heap until Close. It is not safe for concurrent use.
type File struct {
	language *Language
	options  Options
	parser   *sitter.Parser
	tree     *sitter.Tree
	text     string
	parsed   string // text as the grammar sees it
	facts    facts
	outlined []outline // of the chunks
	chunks   []Chunk
}

// Parse cuts text, whose offsets are bytes, into chunks. It fails with
// ErrTooLarge, with ctx's error, or with context.DeadlineExceeded when the
// parse took longer than Options.Timeout. Text that is not valid in the
// language is no error. The caller must Close the File.
func Parse(ctx context.Context, language *Language, text string, options Options) (*File, error) {
	f := &File{language: language, options: options.withDefaults(), parser: sitter.NewParser()}
	if err := f.parser.SetLanguage(language.grammar()); err != nil {
		f.Close()
		return nil, fmt.Errorf("chunker: the grammar of %s does not fit the tree-sitter library: %w", language.Name, err)
	}
	f.text, f.parsed = text, language.masked(text)
	tree, err := f.parse(ctx, f.parsed, nil)
	if err != nil {
		f.Close()
		return nil, err
	}
	f.tree = tree
	if f.facts, err = language.compiled().run(tree, text, Range{0, len(text)}, f.options.Timeout); err != nil {
		f.Close()
		return nil, f.parseError(text, err)
	}
	f.assemble(nil)
	return f, nil
}

// Close frees the syntax tree. The chunks stay valid. Closing twice is safe.
func (f *File) Close() {
	if f.tree != nil {
		f.tree.Close()
		f.tree = nil
	}
	if f.parser != nil {
		f.parser.Close()
		f.parser = nil
	}
}

// Chunks returns the chunks in the order of their start, an outer one before
// those inside it. The slice is never changed: the next Apply makes another.
func (f *File) Chunks() []Chunk { return f.chunks }

// Apply brings the file to newText. It reparses, queries and normalizes only
// what differs from the text before. When it fails, for the reasons that Parse
// names, the file stays at the text before and a later Apply may succeed.
//
// Functions that an error in newText hides from the grammar are kept as long
// as their text stands.
func (f *File) Apply(ctx context.Context, newText string) error {
	if newText == f.text {
		return nil
	}
	newParsed := f.language.masked(newText)
	change := diff(f.text, newText).union(diff(f.parsed, newParsed))
	edited := f.tree.Clone()
	defer edited.Close()
	edited.Edit(change.inputEdit(f.text, newText))
	tree, err := f.parse(ctx, newParsed, edited)
	if err != nil {
		return err
	}
	dirty := Range{change.start, change.newEnd}
	for _, r := range edited.ChangedRanges(tree) {
		dirty = dirty.union(Range{int(r.StartByte), int(r.EndByte)})
	}
	// Around errors the ranges can miss what changed, so the first valid tree
	// after an error is queried as a whole.
	if f.tree.RootNode().HasError() && !tree.RootNode().HasError() {
		dirty = Range{0, len(newText)}
	}
	fresh, err := f.language.compiled().run(tree, newText, dirty, f.options.Timeout)
	if err != nil {
		tree.Close()
		return f.parseError(newText, err)
	}
	f.tree.Close()
	f.tree, f.text, f.parsed = tree, newText, newParsed
	outlined, chunks := f.outlined, f.chunks

	f.facts.update(change, dirty, fresh)
	f.assemble(func(r Range) (Range, bool) {
		moved, ok := change.move(r)
		return moved, ok && !moved.touches(dirty)
	})
	if tree.RootNode().HasError() {
		f.keepHidden(outlined, chunks, change)
	}
	return nil
}

// parse runs the parser under ctx and the file's limits.
func (f *File) parse(ctx context.Context, text string, old *sitter.Tree) (*sitter.Tree, error) {
	if len(text) > f.options.MaxBytes {
		return nil, fmt.Errorf("chunker: %w: %d bytes, at most %d are cut (Options.MaxBytes)", ErrTooLarge, len(text), f.options.MaxBytes)
	}
	ctx, cancel := context.WithTimeout(ctx, f.options.Timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, f.parseError(text, err)
	}

	// go-tree-sitter v0.25.0 never releases the handle of ParseOptions, its other
	// way to stop a parse: it would leak with every edit.
	cancelled := new(uintptr)
	var pinner runtime.Pinner
	pinner.Pin(cancelled)
	defer pinner.Unpin()
	//lint:ignore SA1019 see above
	f.parser.SetCancellationFlag(cancelled)
	//lint:ignore SA1019 see above
	defer f.parser.SetCancellationFlag(nil)
	stop := context.AfterFunc(ctx, func() { atomic.StoreUintptr(cancelled, 1) })
	defer stop()

	// go-tree-sitter copies what the callback returns, so a small window keeps
	// an edit from copying the rest of the file.
	const window = 4 << 10
	read := func(offset int, _ sitter.Point) []byte {
		if offset >= len(text) {
			return nil
		}
		return []byte(text[offset:min(len(text), offset+window)])
	}
	tree := f.parser.ParseWithOptions(read, old, nil)
	if tree == nil {
		f.parser.Reset()
		return nil, f.parseError(text, cmp.Or(ctx.Err(), errNoTree))
	}
	return tree, nil
}

var errNoTree = errors.New("the grammar gave no tree")

func (f *File) parseError(text string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("chunker: %d bytes of %s take longer than %s to parse: %w", len(text), f.language.Name, f.options.Timeout, err)
	}
	return fmt.Errorf("chunker: parsing %d bytes of %s: %w", len(text), f.language.Name, err)
}
