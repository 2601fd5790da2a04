package chunker

import (
	"sort"
	"strings"
)

const blanks = " \t\r\n\f\v"

func isBlank(s string) bool { return strings.Trim(s, blanks) == "" }

func trimRight(s string) string { return strings.TrimRight(s, blanks) }

// lineStart returns the offset at which the line of an offset starts.
func lineStart(text string, offset int) int {
	return strings.LastIndexByte(text[:offset], '\n') + 1
}

// startsLine reports whether only blanks stand before offset on its line.
func startsLine(text string, offset int) bool {
	return isBlank(text[lineStart(text, offset):offset])
}

// without returns the part of text in r, less the comments, annotations and
// docs inside it. Marks are ordered by their start.
func without(text string, r Range, marks []mark) string {
	var b strings.Builder
	at := r.Start
	first := sort.Search(len(marks), func(i int) bool { return marks[i].Start >= r.Start })
	for _, m := range marks[first:] {
		if m.Start >= r.End {
			break
		}
		if m.Start < at || m.End > r.End || m.capture == "prefix" || m.capture == "signature" {
			continue
		}
		b.WriteString(text[at:m.Start])
		at = m.End
	}
	b.WriteString(text[at:r.End])
	return b.String()
}

// unbroken undoes what breaking a list into lines adds.
var unbroken = strings.NewReplacer("( ", "(", "[ ", "[", ", )", ")", ", ]", "]", " )", ")", " ]", "]")

// oneLine joins lines as a person would: one space for each run of blanks, none
// inside brackets.
func oneLine(s string) string { return unbroken.Replace(strings.Join(strings.Fields(s), " ")) }

// normalize returns the lines of text in r with LF, without trailing blanks,
// without doc and the blank lines after it, and with one tab for each level of
// indentation. Levels come from a stack of columns, as in Python's tokenizer,
// so their width is of no matter. Lines that start inside a string literal are
// content and stay as they are. Literals are ordered by their start.
func normalize(text string, r, doc Range, literals []mark) string {
	var b strings.Builder
	b.Grow(r.End - r.Start)
	inLiteral := literalFinder(literals, r.Start)
	levels := []int{column(text[lineStart(text, r.Start):])}
	afterDoc := false
	for start := r.Start; start < r.End; {
		end := r.End
		if i := strings.IndexByte(text[start:end], '\n'); i >= 0 {
			end = start + i
		}
		startsInside, endsInside := inLiteral(start), inLiteral(end)
		line := strings.TrimSuffix(text[start:end], "\r")
		if doc.Start < end && start < doc.End {
			line = text[start:max(start, doc.Start)] + text[min(doc.End, end):end]
			startsInside, endsInside, afterDoc = false, false, true
		}
		if !endsInside {
			line = trimRight(line)
		}
		if !startsInside && start > r.Start {
			content := strings.TrimLeft(line, " \t\f")
			if content != "" {
				levels = indent(levels, column(line))
				b.WriteString(strings.Repeat("\t", len(levels)-1))
			}
			line = content
		}
		if line != "" || !afterDoc {
			b.WriteString(line)
			b.WriteByte('\n')
			afterDoc = false
		}
		start = end + 1
	}
	return trimRight(b.String())
}

// indent brings a stack of columns to a line at column. The bottom stays: a
// line left of the first one is on its level.
func indent(levels []int, column int) []int {
	for len(levels) > 1 && levels[len(levels)-1] > column {
		levels = levels[:len(levels)-1]
	}
	if column > levels[len(levels)-1] {
		levels = append(levels, column)
	}
	return levels
}

// column is the width of a line's indentation.
func column(line string) int {
	const tab = 8
	width := 0
	for _, c := range line {
		switch c {
		case ' ':
			width++
		case '\t':
			width += tab - width%tab
		default:
			return width
		}
	}
	return width
}

// literalFinder returns a function that reports whether an offset is inside a
// literal. It must be asked in ascending order, from start on.
func literalFinder(literals []mark, start int) func(offset int) bool {
	i := sort.Search(len(literals), func(i int) bool { return literals[i].Start >= start })
	return func(offset int) bool {
		for i < len(literals) && literals[i].End <= offset {
			i++
		}
		return i < len(literals) && literals[i].Start < offset
	}
}
