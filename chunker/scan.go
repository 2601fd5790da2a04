package chunker

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unsafe"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// query is a compiled queries/*.scm file. Its captures are
//
//	@function @method @constructor  a definition that can become a chunk
//	@type                           a definition whose functions are methods
//	@scope                          the same, but never a chunk itself
//	@nameless                       the same, and its name is none
//	@module                         a definition around others that makes no
//	                                methods of them
//	@value                          a definition that is a function if the type
//	                                signature before it is one's
//	@test                           a test whose name is its title; to what is in
//	                                it, it is not there
//	@rest                           what the grammar has cut off the definition
//	@name @body @docstring          parts of the definition in the same match
//	@expression                     what holds the body: a function or a type in
//	                                brackets or casts; else there is no definition
//	@container                      the name of the type that a definition
//	                                outside of it belongs to
//	@parameters                     the list whose length is the arity
//	@comment                        a comment
//	@doc                            a doc comment by the language's own syntax
//	@annotation                     what belongs to the definition after it, or
//	                                around it, and not to its signature
//	@prefix                         the same, and to its signature
//	@suffix                         what belongs to the definition before it
//	@signature                      a type signature that stands by itself
//	@directive                      a line of the preprocessor, with the branch
//	                                that the grammar passes over
//	@string                         a literal that may span lines
//
// Several patterns may match one name: the widest definition counts.
type query struct {
	*sitter.Query
	captures []string // by capture index
}

// captures are the names that a reading can hold.
var captures = []string{
	"function", "method", "constructor", "type", "scope", "nameless", "module", "value", "test",
	"comment", "doc", "annotation", "prefix", "suffix", "signature", "directive", "string",
}

func newQuery(grammar *sitter.Language, source string) (*query, error) {
	q, err := sitter.NewQuery(grammar, source)
	if err != nil {
		return nil, err
	}
	return &query{q, q.CaptureNames()}, nil
}

// facts are what the query finds in a text, the definitions and marks each
// ordered by their start, the wider first.
type facts struct {
	definitions []definition
	leads       []mark // what may stand right before a definition
	strings     []mark
}

// definition is a match of @function, @method, @constructor, @type, @scope,
// @nameless, @module, @value or @test.
type definition struct {
	Range
	capture               string
	name, body, docstring Range // the zero Range where not captured
	container             Range // the same
	arity                 int
}

// mark is a match of any other capture.
type mark struct {
	Range
	capture string
}

// run collects the facts that touch the given part of the text. It fails with
// context.DeadlineExceeded.
func (q *query) run(tree *sitter.Tree, text string, within Range, timeout time.Duration) (facts, error) {
	if timeout <= 0 { // to the cursor it would mean none
		return facts{}, context.DeadlineExceeded
	}
	cursor := sitter.NewQueryCursor()
	defer cursor.Close()
	cursor.SetByteRange(uint(max(within.Start-1, 0)), uint(within.End+1))
	// A query takes the square of the number of children of a node, and the
	// grammar puts all of a file of opening brackets into one node.
	cursor.SetTimeoutMicros(uint64(timeout.Microseconds()))
	began := time.Now()

	var found facts
	// The predicates only read the text, so it need not be copied.
	source := unsafe.Slice(unsafe.StringData(text), len(text))
	matches := cursor.Matches(q.Query, tree.RootNode(), source)
	for match := matches.Next(); match != nil; match = matches.Next() {
		var d definition
		var rest Range
		valued := true
		for _, capture := range match.Captures {
			start, end := capture.Node.ByteRange()
			span := Range{int(start), int(end)}
			switch name := q.captures[capture.Index]; name {
			case "function", "method", "constructor", "type", "scope", "nameless", "module", "value", "test":
				d.Range, d.capture = span, name
			case "name":
				d.name = span
			case "body":
				d.body = span
			case "expression":
				d.body, valued = bodyOf(capture.Node, d.isType())
			case "docstring":
				d.docstring = span
			case "rest":
				rest = span
			case "container":
				d.container = span
			case "parameters":
				d.arity = int(capture.Node.NamedChildCount())
			case "string":
				found.strings = append(found.strings, mark{span, name})
			case "comment", "doc", "annotation", "prefix", "suffix", "signature", "directive":
				// Some grammars end a line comment after its newline.
				span.End = span.Start + len(trimRight(text[span.Start:span.End]))
				found.leads = append(found.leads, mark{span, name})
			}
		}
		if !rest.absent() {
			d.Range, d.body = d.Range.union(rest), d.body.union(rest)
		}
		if d.capture == "test" {
			d.name = title(text, d.name)
		} else {
			d.name = unquoted(text, d.name)
		}
		if valued && d.capture != "" && d.name.Start < d.name.End { // a parser may invent an empty name
			found.definitions = append(found.definitions, d)
		}
	}
	if time.Since(began) >= timeout {
		return facts{}, context.DeadlineExceeded
	}
	found.keep(func(r Range) (Range, bool) { return r, r.touches(within) })
	found.sort()
	return found, nil
}

// bodyOf returns the body of the function, or the type, that an expression is, or
// holds in brackets and casts. A query that spelled them out would take a second
// to compile.
func bodyOf(n sitter.Node, isType bool) (Range, bool) {
	for {
		switch n.Kind() {
		case "parenthesized_expression", "as_expression", "satisfies_expression":
			child := n.NamedChild(0)
			for child != nil && child.IsExtra() { // a comment
				child = child.NextNamedSibling()
			}
			if child == nil {
				return Range{}, false
			}
			n = *child
			continue
		case "arrow_function", "function_expression", "generator_function", "class":
			body := n.ChildByFieldName("body")
			if body == nil || isType != (n.Kind() == "class") {
				return Range{}, false
			}
			start, end := body.ByteRange()
			return Range{int(start), int(end)}, true
		}
		return Range{}, false
	}
}

// unquoted spans a name without the quotes of a string, or the colon of a symbol of
// Ruby.
func unquoted(text string, r Range) Range {
	switch written := text[r.Start:r.End]; {
	case strings.HasPrefix(written, ":") && !strings.HasPrefix(written, "::"):
		r.Start++
	case len(written) > 1 && strings.ContainsRune(quotes, rune(written[0])) && written[0] == written[len(written)-1]:
		r.Start++
		r.End--
	}
	return r
}

// quotes are those of names. Kotlin's and Scala's backticks belong to the name.
const quotes = "\"'"

// title spans the first line of a test's title, which may stand in quotes with
// something around them.
func title(text string, r Range) Range {
	if open := strings.IndexAny(text[r.Start:r.End], quotes+"`"); open >= 0 {
		quote := text[r.Start+open]
		r.Start += open + 1
		if end := strings.LastIndexByte(text[r.Start:r.End], quote); end >= 0 {
			r.End = r.Start + end
		}
	}
	r.Start = r.End - len(strings.TrimLeft(text[r.Start:r.End], blanks))
	line, _, _ := strings.Cut(text[r.Start:r.End], "\n")
	r.End = r.Start + len(trimRight(line))
	return r
}

// update brings facts of the text before to the text after a change. Fresh
// are the facts that touch dirty, which covers the change.
func (f *facts) update(c change, dirty Range, fresh facts) {
	f.keep(func(r Range) (Range, bool) {
		moved, ok := c.move(r)
		return moved, ok && !moved.touches(dirty)
	})
	f.definitions = append(f.definitions, fresh.definitions...)
	f.leads = append(f.leads, fresh.leads...)
	f.strings = append(f.strings, fresh.strings...)
	f.sort()
}

// keep moves every fact to where place puts its range and drops those that
// place refuses.
func (f *facts) keep(place func(Range) (Range, bool)) {
	marks := func(all []mark) []mark {
		kept := all[:0]
		for _, m := range all {
			if r, ok := place(m.Range); ok {
				kept = append(kept, mark{r, m.capture})
			}
		}
		return kept
	}
	f.leads, f.strings = marks(f.leads), marks(f.strings)

	kept := f.definitions[:0]
	for _, d := range f.definitions {
		if r, ok := place(d.Range); ok {
			kept = append(kept, d.moved(r.Start-d.Start))
		}
	}
	f.definitions = kept
}

func (d definition) moved(by int) definition {
	d.Range, d.name = d.Range.moved(by), d.name.moved(by)
	d.body, d.docstring, d.container = d.body.moved(by), d.docstring.moved(by), d.container.moved(by)
	return d
}

func (f *facts) sort() {
	slices.SortStableFunc(f.definitions, func(a, b definition) int { return a.compare(b.Range) })
	byRange := func(a, b mark) int { return a.compare(b.Range) }
	slices.SortStableFunc(f.leads, byRange)
	slices.SortStableFunc(f.strings, byRange)
}

func (r Range) absent() bool { return r == Range{} }

func (r Range) contains(s Range) bool { return r.Start <= s.Start && s.End <= r.End }

// touches reports whether the ranges share a byte or a border.
func (r Range) touches(s Range) bool { return r.Start <= s.End && s.Start <= r.End }

// union spans both ranges and what lies between.
func (r Range) union(s Range) Range { return Range{min(r.Start, s.Start), max(r.End, s.End)} }

// moved shifts a range, and leaves an absent one absent.
func (r Range) moved(by int) Range {
	if r.absent() {
		return r
	}
	return Range{r.Start + by, r.End + by}
}

// compare orders ranges by their start, the longer first.
func (r Range) compare(s Range) int {
	return cmp.Or(cmp.Compare(r.Start, s.Start), cmp.Compare(s.End, r.End))
}
