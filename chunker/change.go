package chunker

import (
	"strings"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// change says that the bytes [start, oldEnd) of one text became the bytes
// [start, newEnd) of the next, and that all else is equal.
type change struct{ start, oldEnd, newEnd int }

// diff finds the single replacement that turns before into after.
func diff(before, after string) change {
	start := commonPrefix(before, after)
	before, after = before[start:], after[start:]
	suffix := commonSuffix(before, after)
	return change{start, start + len(before) - suffix, start + len(after) - suffix}
}

// union covers two changes between texts of the same lengths.
func (c change) union(d change) change {
	return change{min(c.start, d.start), max(c.oldEnd, d.oldEnd), max(c.newEnd, d.newEnd)}
}

// move returns where a range of the text before stands in the text after. It
// fails for a range that the change touches.
func (c change) move(r Range) (Range, bool) {
	switch {
	case r.End < c.start:
		return r, true
	case r.Start > c.oldEnd:
		return r.moved(c.newEnd - c.oldEnd), true
	}
	return r, false
}

// inputEdit is the change as tree-sitter wants it, whose columns are bytes.
func (c change) inputEdit(before, after string) *sitter.InputEdit {
	return &sitter.InputEdit{
		StartByte:      uint(c.start),
		OldEndByte:     uint(c.oldEnd),
		NewEndByte:     uint(c.newEnd),
		StartPosition:  pointAt(before, c.start),
		OldEndPosition: pointAt(before, c.oldEnd),
		NewEndPosition: pointAt(after, c.newEnd),
	}
}

func pointAt(text string, offset int) sitter.Point {
	row := strings.Count(text[:offset], "\n")
	return sitter.NewPoint(uint(row), uint(offset-lineStart(text, offset)))
}

// stride is how many bytes are compared at once.
const stride = 256

func commonPrefix(a, b string) int {
	n, limit := 0, min(len(a), len(b))
	for n+stride <= limit && a[n:n+stride] == b[n:n+stride] {
		n += stride
	}
	for n < limit && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b string) int {
	n, limit := 0, min(len(a), len(b))
	for n+stride <= limit && a[len(a)-n-stride:len(a)-n] == b[len(b)-n-stride:len(b)-n] {
		n += stride
	}
	for n < limit && a[len(a)-n-1] == b[len(b)-n-1] {
		n++
	}
	return n
}
