package chunker

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// outline is where a chunk and its parts stand. Parts that are absent are the
// zero Range.
type outline struct {
	kind       Kind
	span       Range // with annotations
	indent     Range // from the start of the line to the span
	definition Range // without annotations before it
	name, body Range
	docstring  Range
	comments   Range // the comments right before it, which may document it
	signature  Range // a type signature that stands by itself
	arity      int
	depth      int   // of the definitions around it, itself included
	container  Range // a name, which may stand outside the span
}

// maxContainer bounds the name of a container, which every chunk in it holds
// and which may be a type of any length.
const maxContainer = 256

func (o outline) moved(by int) outline {
	for _, r := range []*Range{&o.span, &o.indent, &o.definition, &o.name, &o.body, &o.docstring, &o.comments, &o.signature, &o.container} {
		*r = r.moved(by)
	}
	return o
}

// footprint spans all text that a chunk is made from.
func (o outline) footprint() Range {
	r := o.indent.union(o.span)
	if o.comments.absent() {
		return r
	}
	return r.union(o.comments)
}

// outlines joins the facts: which definitions are methods, which are clauses
// of one function, which annotations and comments belong to them.
func (f *File) outlines() []outline {
	leads := outermost(f.facts.leads)
	conditions := f.conditions(leads)
	all := make([]outline, 0, len(f.facts.definitions))
	var enclosing []definition
	for _, d := range widest(f.facts.definitions) {
		d.End = f.end(d, leads)
		d.body.End = min(d.body.End, d.End)
		for len(enclosing) > 0 && enclosing[len(enclosing)-1].End <= d.Start {
			enclosing = enclosing[:len(enclosing)-1]
		}
		var parent definition
		for _, e := range slices.Backward(enclosing) {
			if e.capture != "test" && e.name.Start <= d.Start {
				parent = e
				break
			}
		}
		value := d.capture == "value"
		if value {
			d.capture = "function"
		}
		enclosing = append(enclosing, d)
		if !d.isChunk() {
			continue
		}
		o := outline{definition: d.Range, name: d.name, body: d.body, docstring: d.docstring, arity: d.arity}
		o.container = d.container
		for i := len(enclosing) - 2; i >= 0 && o.container.absent(); i-- {
			if enclosing[i].isContainer() && enclosing[i].name.Start <= d.Start {
				o.container = enclosing[i].name
			}
		}
		o.kind = f.kind(d, parent)
		f.attach(&o, leads)
		o.depth = len(enclosing)
		if o.depth <= maxDepth { // deeper ones, which may all end together, are no chunks
			f.extend(&o, leads, conditions)
		}
		o.indent = Range{lineStart(f.text, o.span.Start), o.span.Start}
		if first := f.firstClause(all, o); first != nil {
			first.definition.End, first.span.End = o.definition.End, o.span.End
			continue
		}
		if value && !isFunctionType(without(f.text, o.signature, leads)) {
			enclosing = enclosing[:len(enclosing)-1]
			continue
		}
		all = append(all, o)
	}
	slices.SortStableFunc(all, func(a, b outline) int { return a.span.compare(b.span) })
	return all
}

// end is where a definition ends without the comments at its end that are
// indented no deeper than it is. A grammar whose blocks end by their indentation
// reads on to the next word, and takes the doc comment of the next function along.
func (f *File) end(d definition, leads []mark) int {
	end := d.End
	for i, _ := slices.BinarySearchFunc(leads, end, func(m mark, end int) int { return cmp.Compare(m.Start, end) }); i > 0; i-- {
		m := leads[i-1]
		if m.capture != "comment" && m.capture != "doc" || m.Start < d.name.End || m.End > end || !isBlank(f.text[m.End:end]) ||
			!startsLine(f.text, m.Start) || f.indentation(m.Start) > f.indentation(d.Start) {
			break
		}
		end = m.Start
	}
	return d.Start + len(trimRight(f.text[d.Start:end]))
}

// indentation is the length of the blanks at the start of an offset's line.
func (f *File) indentation(offset int) int {
	line := f.text[lineStart(f.text, offset):offset]
	return len(line) - len(strings.TrimLeft(line, blanks))
}

// widest leaves one definition for each name and for each body: the widest, with
// what equally wide ones of its name know besides. Definitions are ordered, wider
// first.
func widest(definitions []definition) []definition {
	kept := make([]definition, 0, len(definitions))
	byName := make(map[int]int, len(definitions)) // by the start of the name
	bodies := make(map[Range]bool, len(definitions))
	for _, d := range definitions {
		i, seen := byName[d.name.Start]
		if !seen {
			if bodies[d.body] {
				continue // const a = function b() {}
			}
			bodies[d.body] = !d.body.absent() && d.capture != "test"
			byName[d.name.Start] = len(kept)
			kept = append(kept, d)
			continue
		}
		if k := &kept[i]; k.Range == d.Range {
			if k.docstring.absent() {
				k.docstring = d.docstring
			}
			if k.container.absent() {
				k.container = d.container
			}
			if d.capture == "constructor" || k.capture == "value" {
				k.capture = d.capture
			}
			if k.body.absent() {
				k.body = d.body
			} else if !d.body.absent() {
				k.body = k.body.union(d.body)
			}
		}
	}
	return kept
}

// outermost drops the marks inside other marks. Marks are ordered, wider first.
func outermost(marks []mark) []mark {
	kept := make([]mark, 0, len(marks))
	end := -1
	for _, m := range marks {
		if m.End > end {
			kept = append(kept, m)
			end = m.End
		}
	}
	return kept
}

func (d definition) isType() bool {
	return d.capture == "type" || d.capture == "scope" || d.capture == "nameless"
}

// isContainer reports whether a reader would look for what is in d by its name.
func (d definition) isContainer() bool {
	return d.capture != "nameless" && d.capture != "test"
}

func (d definition) isChunk() bool {
	return d.capture != "scope" && d.capture != "nameless" && d.capture != "module"
}

// kind tells a function in a type, which is a method, and a constructor, which
// has a name of its own or, where the grammar sees a mere function, that of its
// type.
func (f *File) kind(d, parent definition) Kind {
	kind := Kind(d.capture)
	if kind == Function && parent.isType() {
		kind = Method
	}
	name := f.text[d.name.Start:d.name.End]
	if kind == Method && parent.isType() && (name == f.language.constructor ||
		d.capture == "function" && name == f.text[parent.name.Start:parent.name.End]) {
		kind = Constructor
	}
	return kind
}

// firstClause finds the function that o, which comes after all, is a further
// clause of. It is nil where there is none.
func (f *File) firstClause(all []outline, o outline) *outline {
	if !f.language.clauses {
		return nil
	}
	i := len(all) - 1
	for i >= 0 && all[i].depth > o.depth { // what the clause before holds
		i--
	}
	if i < 0 {
		return nil
	}
	first := &all[i]
	if first.kind == o.kind && first.arity == o.arity && first.definition.End <= o.definition.Start &&
		f.text[first.name.Start:first.name.End] == f.text[o.name.Start:o.name.End] &&
		isBlank(without(f.text, Range{first.definition.End, o.definition.Start}, f.facts.leads)) {
		return first
	}
	return nil
}

// isFunctionType reports whether a type signature such as "f :: a -> a" is that of
// a function.
func isFunctionType(signature string) bool {
	_, of, _ := strings.Cut(signature, "::")
	depth := 0
	for i, r := range of {
		switch {
		case strings.ContainsRune("([{", r):
			depth++
		case strings.ContainsRune(")]}", r):
			depth--
		case depth == 0 && (r == '→' || strings.HasPrefix(of[i:], "->")):
			return true
		}
	}
	return false
}

// signs reports whether a type signature such as "a, (+) :: Int" is of name.
func signs(signature, name string) bool {
	names, _, _ := strings.Cut(signature, "::")
	return slices.Contains(strings.FieldsFunc(names, func(r rune) bool {
		return strings.ContainsRune("(), "+blanks, r)
	}), name)
}

// attach walks from a definition back over what stands right before it.
// Annotations widen its span. The comments next to it, or to its annotations,
// become its comments: one block comment, or line comments without a blank
// line among them. One that documents goes before those that do not, which may
// stand between it and the definition; and some document over blank lines.
func (f *File) attach(o *outline, leads []mark) {
	o.span = o.definition
	at := o.definition.Start
	next := sort.Search(len(leads), func(i int) bool { return leads[i].Start >= at })
	closed, documented, behind := false, false, false
	doc := f.language.doc
	for i := next - 1; i >= 0; i-- {
		m := leads[i]
		if m.End > at || !isBlank(f.text[m.End:at]) {
			return
		}
		if m.capture == "directive" {
			at = m.Start
			continue
		}
		if m.capture == "suffix" {
			behind, at = true, m.Start
			continue
		}
		if behind && m.capture != "prefix" { // it belongs to the definition before
			return
		}
		switch m.capture {
		case "annotation":
			o.span.Start = m.Start
			closed = documented
		case "prefix":
			o.span.Start, o.definition.Start = m.Start, m.Start
		case "signature":
			if !o.signature.absent() && !o.comments.absent() || !signs(f.text[m.Start:m.End], f.text[o.name.Start:o.name.End]) {
				return
			}
			o.span.Start, o.signature = m.Start, m.Range
			closed = documented
		case "doc":
			o.comments = m.Range
			closed, documented = true, true
		case "comment":
			text := f.text[m.Start:m.End]
			if strings.Count(f.text[m.End:at], "\n") > 1 && (documented || !doc.isFar(text)) {
				closed = true
			}
			block, documents := isBlockComment(text), doc.documents(text)
			joins := !o.comments.absent() && o.comments.Start == at && !isBlockComment(f.text[at:o.comments.End])
			switch {
			case closed:
			case documented && block && o.comments.Start == at && isDirective(f.text[at:o.comments.End]):
				o.comments = m.Range
				closed = true
			case !startsLine(f.text, m.Start), documented && (block || !joins || !documents):
				closed = true
			case !block && joins && (documented || !documents || doc.continued != ""):
				o.comments.Start = m.Start
			case documents, o.comments.absent():
				o.comments = m.Range
				closed = block && documents
			}
			documented = documented || documents && !o.comments.absent()
		}
		at = m.Start
	}
}

// extend widens a span by the suffixes that stand right behind it, and by the
// other branches of a condition that starts inside of it.
func (f *File) extend(o *outline, leads []mark, conditions map[int]int) {
	first := sort.Search(len(leads), func(i int) bool { return leads[i].Start >= o.span.End })
	for _, m := range leads[first:] {
		start, branch := conditions[m.Start]
		if !isBlank(f.text[o.span.End:m.Start]) || m.capture != "suffix" && !(branch && start >= o.span.Start) {
			return
		}
		o.span.End = m.End
	}
}

// conditions returns where the preprocessor's condition starts that each #else
// and #elif, by its own start, is a branch of.
func (f *File) conditions(leads []mark) map[int]int {
	var starts []int
	of := map[int]int{}
	for _, m := range leads {
		if m.capture != "directive" {
			continue
		}
		switch name, _ := cppDirective(f.text[m.Start:m.End]); {
		case strings.HasPrefix(name, "if"):
			starts = append(starts, m.Start)
		case len(starts) == 0:
		case name == "endif":
			starts = starts[:len(starts)-1]
		case strings.HasPrefix(name, "el"):
			of[m.Start] = starts[len(starts)-1]
		}
	}
	return of
}
