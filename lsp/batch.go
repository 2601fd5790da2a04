package lsp

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

const (
	// batchFrom is the number of changes from which it pays to take a text apart.
	batchFrom = 8
	// blockSize is the size of the blocks that it is taken into. They grow to
	// twice that.
	blockSize = 1 << 10
)

// applyChanges applies the changes one after the other, each to what the ones
// before it have made.
func applyChanges(m *mapper, changes []wire.ContentChange) *mapper {
	for i, c := range slices.Backward(changes) {
		if c.Range == nil { // what was before it does not matter
			m, changes = newMapper(c.Text, m.encoding), changes[i+1:]
			break
		}
	}
	if len(changes) >= batchFrom {
		return m.batch(changes)
	}
	for _, c := range changes {
		start := m.offset(c.Range.Start)
		m = m.replaced(start, max(start, m.offset(c.Range.End)), c.Text)
	}
	return m
}

// batch applies many changes, none of which replaces everything, without
// copying the text for each.
func (m *mapper) batch(changes []wire.ContentChange) *mapper {
	b := blocks{encoding: m.encoding}
	b.list = b.split(nil, []byte(m.text))
	for _, c := range changes {
		b.replace(b.find(c.Range.Start), b.find(c.Range.End), c.Text)
	}
	return newMapper(b.String(), m.encoding)
}

// blocks is a text in the course of many changes. A change finds its place by
// the counts of the blocks before it, and moves the bytes of one block.
type blocks struct {
	encoding wire.PositionEncoding
	list     []block
}

// block is a part of a text. It neither begins inside of a code point nor
// between the two bytes of a line ending.
type block struct {
	text  []byte
	lines int // endings in it
	units int // in it, if it has no line ending
}

// spot is a place in a text: a block and an offset in it.
type spot struct{ block, at int }

func (b *blocks) block(text []byte) block {
	k := block{text: text, lines: bytes.Count(text, []byte("\n"))}
	if bytes.IndexByte(text, '\r') >= 0 {
		for i, c := range text {
			if c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
				k.lines++
			}
		}
	}
	switch {
	case k.lines > 0:
	case b.encoding == wire.Utf8Encoding:
		k.units = len(text)
	default:
		for i := 0; i < len(text); {
			r, size := utf8.DecodeRune(text[i:])
			k.units += b.encoding.Units(r, size)
			i += size
		}
	}
	return k
}

// split appends text to list, in blocks.
func (b *blocks) split(list []block, text []byte) []block {
	for len(text) > 0 {
		end := min(blockSize, len(text))
		for end < len(text) && (!utf8.RuneStart(text[end]) || text[end] == '\n' && text[end-1] == '\r') {
			end++
		}
		list = append(list, b.block(text[:end:end])) // what is appended to it goes elsewhere
		text = text[end:]
	}
	return list
}

// find is mapper.offset.
func (b *blocks) find(p wire.Position) spot {
	var s spot
	before := int64(p.Line) // line endings before the line
	for s.block < len(b.list) && before > int64(b.list[s.block].lines) {
		before -= int64(b.list[s.block].lines)
		s.block++
	}
	if s.block == len(b.list) {
		return s
	}
	for text := b.list[s.block].text; before > 0; before-- {
		s.at += bytes.IndexAny(text[s.at:], "\r\n") + 1
		if text[s.at-1] == '\r' && s.at < len(text) && text[s.at] == '\n' {
			s.at++
		}
	}
	for left := int64(p.Character); s.block < len(b.list); s.block, s.at = s.block+1, 0 {
		k := &b.list[s.block]
		if s.at == 0 && k.lines == 0 && int64(k.units) <= left {
			left -= int64(k.units)
			continue
		}
		for s.at < len(k.text) {
			r, size := utf8.DecodeRune(k.text[s.at:])
			if left -= int64(b.encoding.Units(r, size)); left < 0 || r == '\n' || r == '\r' {
				return s
			}
			s.at += size
		}
	}
	return s
}

// replace puts text in the place of what is between start and end.
func (b *blocks) replace(start, end spot, text string) {
	if end.block < start.block || end.block == start.block && end.at < start.at {
		end = start
	}
	var head, tail []byte
	first, behind := start.block, end.block
	if start.block < len(b.list) {
		head = b.list[start.block].text[:start.at]
	}
	if end.block < len(b.list) {
		tail = b.list[end.block].text[end.at:]
		behind++
	}
	// A line ending must not come to lie across blocks.
	if len(head) == 0 && first > 0 {
		first--
		head = b.list[first].text
	}
	if len(tail) == 0 && behind < len(b.list) {
		tail = b.list[behind].text
		behind++
	}
	changed := slices.Concat(head, []byte(text), tail)
	if size := len(changed); size > 0 && size <= 2*blockSize && behind > first {
		b.list[first] = b.block(changed)
		first++
		b.list = slices.Delete(b.list, first, behind)
		return
	}
	b.list = slices.Replace(b.list, first, behind, b.split(nil, changed)...)
}

func (b *blocks) String() string {
	var s strings.Builder
	n := 0
	for _, k := range b.list {
		n += len(k.text)
	}
	s.Grow(n)
	for _, k := range b.list {
		s.Write(k.text)
	}
	return s.String()
}
