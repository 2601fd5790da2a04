package chunker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unsafe"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// ErrNoFunction is returned for a text in which no function is found.
var ErrNoFunction = errors.New("no function found")

// Anatomy is a function that stands by itself, taken apart. Its ranges, and
// those of its Chunk, are offsets into the text that Dissect was given.
type Anatomy struct {
	// Chunk is the outermost function of the text.
	Chunk
	// Identifiers are the places where the function's name stands, and where
	// a name stands that the function declares: of a parameter, a local
	// variable or a local function. They are ordered and do not overlap.
	//
	// They are found by the queries in queries/declared and by spelling, not
	// by scope: a name that is declared anywhere in the function means the
	// same everywhere in it. The names of fields, of named arguments and of
	// types are left out although they may be spelled like a local, except
	// those spelled like the function itself, which calls it. self, this and
	// cls are no names. Where a grammar does not look into something, neither
	// does this: the text of a macro or of a heredoc.
	// Assigning to a variable that is declared elsewhere counts as declaring
	// it, as Python, Ruby, PHP, Lua and Bash would; capital letters mean a
	// constant in the patterns of Rust and Scala.
	Identifiers []Range
	// Remark is the first line that the comments inside the body say, as
	// plain text, or "". Directives and notes to do something say nothing.
	Remark string
}

// Dissect takes apart a function that stands by itself, without the class or
// the file around it, as Chunk.Text is. It fails with ErrNoFunction, and as
// Parse does.
func Dissect(ctx context.Context, language *Language, text string) (*Anatomy, error) {
	options := Options{MinLines: 1, MaxBytes: DefaultMaxBytes + 64} // of which the text around takes some
	var best *Anatomy
	for _, around := range append([]delimiters{{}}, language.around...) {
		f, err := Parse(ctx, language, around.open+text+around.close, options)
		if err != nil {
			return nil, err
		}
		a, err := f.dissect(len(around.open), len(text))
		f.Close()
		if err != nil {
			return nil, err
		}
		if a != nil && !f.broken {
			return a, nil
		}
		if best == nil {
			best = a
		}
	}
	if best == nil {
		return nil, fmt.Errorf("chunker: %w in %d bytes of %s", ErrNoFunction, len(text), language.Name)
	}
	return best, nil
}

// dissect takes apart the first chunk of the length bytes at start. It returns
// nil where there is none.
func (f *File) dissect(start, length int) (*Anatomy, error) {
	end := start + length
	i := slices.IndexFunc(f.chunks, func(c Chunk) bool {
		// Some grammars end a function after its newline.
		return c.Range.Start >= start && c.Range.Start+len(trimRight(f.text[c.Range.Start:c.Range.End])) <= end
	})
	if i < 0 {
		return nil, nil
	}
	a := &Anatomy{Chunk: f.chunks[i]}
	if !(Range{start, end}).contains(f.outlined[i].container) { // it is of what was put around
		a.Container = ""
	}
	a.Range.End = min(a.Range.End, end)
	a.BodyRange.End = min(a.BodyRange.End, end)
	var err error
	if a.Identifiers, err = f.identifiers(a.Chunk); err != nil {
		return nil, err
	}
	a.Remark = f.remark(a.Chunk)
	for i := range a.Identifiers {
		a.Identifiers[i] = a.Identifiers[i].moved(-start)
	}
	a.Chunk = a.Chunk.moved(-start)
	return a, nil
}

// spot is a node that a query of queries/declared captured. Its captures are
//
//	@use       an identifier that may be that of a local
//	@kept      an identifier that is none although it looks like one
//	@declared  an identifier that is declared here, or a pattern in which
//	           every @use declares one
type spot struct {
	Range
	leaf bool
}

// identifiers finds the names that c declares, wherever they stand in c.
func (f *File) identifiers(c Chunk) ([]Range, error) {
	cursor := sitter.NewQueryCursor()
	defer cursor.Close()
	cursor.SetByteRange(uint(c.Range.Start), uint(c.Range.End))
	cursor.SetTimeoutMicros(uint64(f.options.Timeout.Microseconds()))
	began := time.Now()

	q := f.code.declared()
	var uses, patterns []spot
	kept := map[Range]bool{}
	source := unsafe.Slice(unsafe.StringData(f.text), len(f.text)) // only read by the predicates
	matches := cursor.Matches(q.Query, f.syntax.(*tree).seen.tree.RootNode(), source)
	for match := matches.Next(); match != nil; match = matches.Next() {
		for _, capture := range match.Captures {
			start, end := capture.Node.ByteRange()
			s := spot{Range{int(start), int(end)}, capture.Node.NamedChildCount() == 0}
			if !c.Range.contains(s.Range) {
				continue
			}
			switch q.captures[capture.Index] {
			case "use":
				uses = append(uses, s)
			case "kept":
				kept[s.Range] = true
			case "declared":
				patterns = append(patterns, s)
			}
		}
	}
	if time.Since(began) >= f.options.Timeout {
		return nil, f.parseError(f.text, context.DeadlineExceeded)
	}

	names := map[string]bool{}
	var found []Range
	declare := func(r Range) {
		if name := f.text[r.Start:r.End]; isLocalName(name) && !kept[r] {
			names[name] = true
			found = append(found, r)
		}
	}
	slices.SortFunc(uses, func(a, b spot) int { return a.compare(b.Range) })
	for _, p := range patterns {
		if p.leaf {
			declare(p.Range)
			continue
		}
		i, _ := slices.BinarySearchFunc(uses, p.Start, func(u spot, start int) int { return u.Start - start })
		for ; i < len(uses) && uses[i].End <= p.End; i++ {
			declare(uses[i].Range)
		}
	}
	for _, u := range uses {
		if names[f.text[u.Start:u.End]] && !kept[u.Range] {
			found = append(found, u.Range)
		}
		kept[u.Range] = true
	}
	found = append(found, c.NameRange)
	for r := range kept { // now all identifiers
		if f.text[r.Start:r.End] == c.Name {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, Range.compare)
	apart := found[:0]
	for _, r := range found {
		// Compared with the last one that stays: slices.CompactFunc compares
		// neighbours, and one within a name that is gone would come back.
		if n := len(apart); n == 0 || r.Start >= apart[n-1].End {
			apart = append(apart, r)
		}
	}
	return apart, nil
}

// isLocalName reports whether a person chose the name.
func isLocalName(name string) bool {
	switch name {
	case "", "_", "self", "this", "cls":
		return false
	}
	for i, r := range name {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r) && !strings.ContainsRune("'?!$", r)) {
			return false
		}
	}
	return true
}

// remark returns the first line that comments in the body of c say. Where a
// grammar leaves the comments at the start of a body out of it, they count.
func (f *File) remark(c Chunk) string {
	for _, m := range f.facts.leads {
		inside := c.BodyRange.contains(m.Range) || m.Start > c.NameRange.End && m.End <= c.Range.End && startsLine(f.text, m.Start)
		if m.capture != "comment" && m.capture != "doc" || !inside || c.DocRange.contains(m.Range) {
			continue
		}
		for line := range strings.Lines(f.text[m.Start:m.End]) {
			line = tidy(strings.ReplaceAll(strings.Trim(line, " \t\r\n/*#-;(){}!%=[]"), "`", ""))
			if strings.ContainsFunc(line, unicode.IsLetter) && !directive.MatchString(line) && !closeDirective.MatchString(line) && !note.MatchString(line) {
				return line
			}
		}
	}
	return ""
}
