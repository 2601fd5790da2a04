package lsp

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// mapper translates between byte offsets of one text and positions in it. It
// never changes, and any argument is answered with a place inside the text.
type mapper struct {
	text     string
	encoding wire.PositionEncoding
	lines    []int // the offset at which each line starts
}

func newMapper(text string, encoding wire.PositionEncoding) *mapper {
	lines := make([]int, 1, strings.Count(text, "\n")+2)
	return &mapper{text, encoding, appendLines(lines, text, 0, len(text))}
}

// appendLines adds the starts of the lines that begin behind one of the bytes
// [from, to) of text.
func appendLines(lines []int, text string, from, to int) []int {
	for i := from; i < to; i++ {
		switch text[i] {
		case '\n':
			lines = append(lines, i+1)
		case '\r': // alone it ends a line too, says the specification
			if i+1 == len(text) || text[i+1] != '\n' {
				lines = append(lines, i+1)
			}
		}
	}
	return lines
}

// replaced returns the mapper of the text with [start, end) replaced. It looks
// at the lines of the change only: replacing a word in all of a long file is
// one change for each place.
func (m *mapper) replaced(start, end int, with string) *mapper {
	text := m.text[:start] + with + m.text[end:]
	by := len(with) - (end - start)
	// A line's start depends on the bytes on both sides of it.
	before := sort.SearchInts(m.lines, max(start, 1)) // those that start before the change
	after := sort.SearchInts(m.lines, end+1)
	lines := make([]int, before, len(m.lines)+strings.Count(with, "\n")+2)
	copy(lines, m.lines)
	lines = appendLines(lines, text, lines[before-1], end+by)
	for _, at := range m.lines[after:] {
		lines = append(lines, at+by)
	}
	return &mapper{text, m.encoding, lines}
}

// line returns where line n starts and where its content ends, before its line
// ending.
func (m *mapper) line(n int) (start, end int) {
	start, end = m.lines[n], len(m.text)
	if n+1 < len(m.lines) {
		end = m.lines[n+1] - 1
		if m.text[end] == '\n' && end > start && m.text[end-1] == '\r' {
			end--
		}
	}
	return start, end
}

// textStart returns where the text of line n starts, behind its indentation.
func (m *mapper) textStart(n int) wire.Position {
	start, end := m.line(n)
	text := m.text[start:end]
	return m.position(start + len(text) - len(strings.TrimLeft(text, " \t")))
}

// offset returns the byte offset of p. A character past the end of its line
// means the line's end, a line past the last one the end of the text, and a
// character inside of a code point the code point's start.
func (m *mapper) offset(p wire.Position) int {
	if int64(p.Line) >= int64(len(m.lines)) {
		return len(m.text)
	}
	at, end := m.line(int(p.Line))
	for left := int64(p.Character); left > 0 && at < end; {
		r, size := utf8.DecodeRuneInString(m.text[at:end])
		left -= int64(m.encoding.Units(r, size))
		if left < 0 {
			break
		}
		at += size
	}
	return at
}

// position returns the position of a byte offset.
func (m *mapper) position(offset int) wire.Position {
	offset = min(max(offset, 0), len(m.text))
	n := sort.SearchInts(m.lines, offset+1) - 1
	start, end := m.line(n)
	offset = min(offset, end) // not inside of a line ending
	units := 0
	for start < offset {
		r, size := utf8.DecodeRuneInString(m.text[start:end])
		if start+size > offset {
			break
		}
		units += m.encoding.Units(r, size)
		start += size
	}
	return wire.Position{Line: uint32(n), Character: uint32(units)}
}

func (m *mapper) span(start, end int) wire.Range {
	return wire.Range{Start: m.position(start), End: m.position(end)}
}
