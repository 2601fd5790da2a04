package chunker

import (
	"context"
	"errors"
	"fmt"
	"time"
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
	// Timeout bounds one parse with the query after it; 0 means
	// DefaultTimeout.
	Timeout time.Duration
	// Workers, when not nil, parse in processes of their own, which a grammar's
	// faults do not outlive. Without them the grammar runs in this process: that
	// is for texts that can be trusted.
	Workers *Workers
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
	syntax   syntax
	text     string
	code     *Language // that text is written in
	broken   bool      // by a syntax error
	fault    Range
	facts    facts
	outlined []outline // of the chunks
	chunks   []Chunk
}

// Open returns a File without text. The caller must Close it.
func Open(language *Language, options Options) *File {
	f := &File{language: language, options: options.withDefaults(), chunks: []Chunk{}}
	if f.options.Workers == nil {
		f.syntax = &tree{language: language, timeout: f.options.Timeout}
	} else {
		f.syntax = f.options.Workers.open(language, f.options.Timeout)
	}
	return f
}

// Parse cuts text, whose offsets are bytes, into chunks. It fails as Apply
// does. The caller must Close the File.
func Parse(ctx context.Context, language *Language, text string, options Options) (*File, error) {
	f := Open(language, options)
	if err := f.Apply(ctx, text); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close frees the syntax tree. The chunks stay valid. Closing twice is safe.
func (f *File) Close() { f.syntax.close() }

// Chunks returns the chunks in the order of their start, an outer one before
// those inside it. The slice is never changed: the next Apply makes another.
func (f *File) Chunks() []Chunk { return f.chunks }

// Apply brings the file to newText. It reparses, queries and normalizes only
// what differs from the text before. It fails with ErrTooLarge, with ctx's
// error, with context.DeadlineExceeded when that takes longer than
// Options.Timeout, with ErrFault where the grammar itself failed, and with a
// RetryError where it has failed too often to be tried at once. Then the file
// stays at the text before and a later Apply may succeed. Text that is not valid
// in the language is no error.
//
// Functions that an error in newText hides from the grammar are kept as long
// as their text stands.
func (f *File) Apply(ctx context.Context, newText string) error {
	if newText == f.text {
		return nil
	}
	if len(newText) > f.options.MaxBytes {
		return fmt.Errorf("chunker: %w: %d bytes, at most %d are cut (Options.MaxBytes)", ErrTooLarge, len(newText), f.options.MaxBytes)
	}
	c := diff(f.text, newText)
	read, err := f.syntax.read(ctx, c, newText)
	if err != nil {
		return f.parseError(newText, err)
	}
	before, outlined, chunks := f.text, f.outlined, f.chunks
	f.text, f.broken, f.fault = newText, read.broken, read.fault
	f.code = f.language.codeIn(newText)

	f.facts.update(read.change, read.dirty, read.facts)
	f.assemble(func(r Range) (Range, bool) {
		moved, ok := read.change.move(r)
		return moved, ok && !moved.touches(read.dirty)
	})
	if f.broken {
		f.keepHidden(before, outlined, chunks, c)
	}
	return nil
}

func (f *File) parseError(text string, err error) error {
	if retry := (*RetryError)(nil); errors.As(err, &retry) {
		return fmt.Errorf("chunker: %d bytes of %s: %w", len(text), f.language.Name, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("chunker: %d bytes of %s take longer than %s to parse: %w", len(text), f.language.Name, f.options.Timeout, err)
	}
	return fmt.Errorf("chunker: parsing %d bytes of %s: %w", len(text), f.language.Name, err)
}
