package chunker

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// keepHidden adds the chunks of the text before that a syntax error hides.
//
// While a person types, a brace or a quote is often open for a moment, and the
// grammar then reads everything after it as something else. Those functions
// have not gone: their text still stands there. They are kept until the text
// is valid again. The chunks are those of the text before, which c changed.
func (f *File) keepHidden(before string, outlined []outline, chunks []Chunk, c change) {
	found := make(map[int]bool, len(f.outlined)) // by the start of the name
	for _, o := range f.outlined {
		found[o.name.Start] = true
	}
	type cut struct {
		outline outline
		chunk   Chunk
	}
	var hidden []cut
	steps := sync.OnceValue(func() []step { return c.steps(before, f.text) })
	for i, was := range outlined {
		o, ok := was.stretched(c, f.text)
		if !ok {
			o, ok = was.through(steps())
		}
		if !ok || found[o.name.Start] {
			continue
		}
		var chunk Chunk
		from, to := was.footprint(), o.footprint()
		if before[from.Start:from.End] == f.text[to.Start:to.End] {
			chunk = chunks[i].moved(to.Start - from.Start)
		} else if chunk = f.chunk(o); chunk.Name != chunks[i].Name {
			continue
		}
		chunk.Container, chunk.Language = f.container(o), f.code.ID
		hidden = append(hidden, cut{o, chunk})
	}
	if len(hidden) == 0 {
		return
	}
	for i, o := range f.outlined {
		hidden = append(hidden, cut{o, f.chunks[i]})
	}
	slices.SortStableFunc(hidden, func(a, b cut) int { return a.outline.span.compare(b.outline.span) })
	f.outlined, f.chunks = make([]outline, len(hidden)), make([]Chunk, len(hidden))
	for i, h := range hidden {
		f.outlined[i], f.chunks[i] = h.outline, h.chunk
	}
}

// through returns where o stands after the last of several changes, of which
// there must be one, as stretched does after each.
func (o outline) through(steps []step) (outline, bool) {
	ok := len(steps) > 0
	for i := 0; i < len(steps) && ok; i++ {
		o, ok = o.stretched(steps[i].change, steps[i].text)
	}
	return o, ok
}

// stretched returns where o stands after a change that lies outside of each of
// its parts or inside of it. It fails for a change that cuts through a part,
// or through the name. A container's name may change.
func (o outline) stretched(c change, after string) (outline, bool) {
	for _, part := range []*Range{&o.span, &o.indent, &o.definition, &o.name, &o.body, &o.docstring, &o.comments, &o.signature} {
		if part.absent() {
			continue
		}
		now, ok := c.stretch(*part)
		if !ok || part == &o.name && now.End-now.Start != part.End-part.Start {
			return outline{}, false
		}
		*part = now
	}
	o.container = c.stretchName(o.container, after)
	return o, true
}

// stretchName returns where the name at r of the text before stands in the text
// after, with what the change typed at its ends. It is absent where the change
// cuts through it.
func (c change) stretchName(r Range, after string) Range {
	if r.absent() {
		return r
	}
	now, ok := c.stretch(r)
	if !ok {
		return Range{}
	}
	partOfName := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	if c.start == r.End {
		now.End = len(after) - len(strings.TrimLeftFunc(after[now.End:], partOfName))
	}
	if c.oldEnd == r.Start {
		now.Start = len(strings.TrimRightFunc(after[:now.Start], partOfName))
	}
	return now
}

// stretch returns where a range of the text before stands in the text after.
// It fails for a range that the change cuts through.
func (c change) stretch(r Range) (Range, bool) {
	by := c.newEnd - c.oldEnd
	switch {
	case r.End <= c.start:
		return r, true
	case r.Start >= c.oldEnd:
		return r.moved(by), true
	case r.Start <= c.start && c.oldEnd <= r.End:
		return Range{r.Start, r.End + by}, true
	}
	return Range{}, false
}
