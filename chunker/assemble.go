package chunker

import (
	"crypto/sha256"
	"slices"
	"strings"
)

// maxDepth bounds the definitions around a chunk. Each holds the text of those
// inside of it, so their sizes add up to the depth times that of the file.
const maxDepth = 32

// assemble makes the chunks from the facts. Place, when not nil, returns where
// a range of the text before stands now, and fails where something changed:
// a chunk that only moved keeps its content.
func (f *File) assemble(place func(Range) (Range, bool)) {
	before := moved{f.outlined, f.chunks, place}
	all := f.outlines()
	f.outlined = all[:0] // those that are kept, in the same memory
	f.chunks = make([]Chunk, 0, len(all))
	for _, o := range all {
		if o.depth > maxDepth {
			continue
		}
		if !slices.Contains(f.options.Kinds, o.kind) || 1+strings.Count(f.text[o.span.Start:o.span.End], "\n") < f.options.MinLines {
			continue
		}
		c, ok := before.find(o)
		if !ok {
			c = f.chunk(o)
		}
		c.Container, c.Language = f.container(o), f.code.ID
		f.outlined = append(f.outlined, o)
		f.chunks = append(f.chunks, c)
	}
}

// moved walks over the chunks of the text before, at their places in the text
// after.
type moved struct {
	outlines []outline
	chunks   []Chunk
	place    func(Range) (Range, bool)
}

// find returns the chunk that had the same outline, if nothing in it changed.
// Its container may have: that stands elsewhere. It must be asked in the order
// of the outlines.
func (m *moved) find(o outline) (Chunk, bool) {
	for len(m.outlines) > 0 {
		old, c := m.outlines[0], m.chunks[0]
		was := old.footprint()
		now, ok := m.place(was)
		by := now.Start - was.Start
		if ok && old.span.moved(by).compare(o.span) > 0 {
			return Chunk{}, false
		}
		m.outlines, m.chunks = m.outlines[1:], m.chunks[1:]
		old = old.moved(by)
		old.container = o.container
		if ok && old == o {
			return c.moved(by), true
		}
	}
	return Chunk{}, false
}

func (c Chunk) moved(by int) Chunk {
	c.Range, c.NameRange = c.Range.moved(by), c.NameRange.moved(by)
	c.BodyRange, c.DocRange = c.BodyRange.moved(by), c.DocRange.moved(by)
	return c
}

// container reads the name of a chunk's container from the text.
func (f *File) container(o outline) string {
	name := f.text[o.container.Start:o.container.End]
	if len(name) > maxContainer {
		name = strings.ToValidUTF8(name[:maxContainer], "")
	}
	if strings.ContainsAny(name, blanks) {
		name = oneLine(name)
	}
	return name
}

// chunk reads the content of a chunk from the text, but for its container and
// its language.
func (f *File) chunk(o outline) Chunk {
	c := Chunk{
		Name:      f.text[o.name.Start:o.name.End],
		Kind:      o.kind,
		Signature: f.signature(o),
		Range:     o.span,
		NameRange: o.name,
		BodyRange: o.body,
	}
	switch {
	case !o.docstring.absent():
		c.Doc = f.language.doc.sentence(f.text[o.docstring.Start:o.docstring.End])
		c.DocRange = o.docstring
	case !o.comments.absent():
		c.Doc = f.language.doc.sentence(f.text[o.comments.Start:o.comments.End])
		if c.Doc != "" {
			c.DocRange = o.comments
		}
	}
	c.Text = normalize(f.text, c.Range, c.DocRange, f.facts.strings)
	c.Key = sha256.Sum256([]byte(c.Text))
	return c
}

// signature is what stands before the body, or the type signature that stands
// by itself, on one line and without annotations and comments.
func (f *File) signature(o outline) string {
	at := o.signature
	switch {
	case !at.absent():
	case !o.body.absent():
		at = Range{o.definition.Start, o.body.Start}
	default:
		at = o.definition
	}
	head := strings.TrimLeft(without(f.text, at, f.facts.leads), blanks)
	if o.body.absent() && o.signature.absent() { // an empty body that is no node
		head, _, _ = strings.Cut(head, "\n")
	}
	line := oneLine(head)
	if strings.HasSuffix(line, "=>") {
		return line
	}
	return strings.TrimRight(line, "{:=, ")
}
