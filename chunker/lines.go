package chunker

import (
	"crypto/sha256"
	"strings"
)

// Lines cuts text of an unknown language into chunks of kind Text with at most
// maxLines lines each, as few as that allows. It cuts at a blank line where
// there is one, and after maxLines lines elsewhere. A chunk's name is its
// first line.
func Lines(text string, maxLines int) []Chunk {
	maxLines = max(maxLines, 1)
	var lines []Range
	for at := 0; at < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i
		}
		lines = append(lines, Range{at, at + len(trimRight(text[at:end]))})
		at = end + 1
	}
	blank := func(l Range) bool { return isBlank(text[l.Start:l.End]) }

	var chunks []Chunk
	for len(lines) > 0 {
		if blank(lines[0]) {
			lines = lines[1:]
			continue
		}
		n := min(maxLines, len(lines))
		if n < len(lines) && !blank(lines[n]) {
			for i := n - 1; i > 0; i-- {
				if blank(lines[i]) {
					n = i
					break
				}
			}
		}
		last := n - 1
		for blank(lines[last]) {
			last--
		}
		chunks = append(chunks, textChunk(text, Range{lines[0].Start, lines[last].End}))
		lines = lines[n:]
	}
	return chunks
}

func textChunk(text string, r Range) Chunk {
	r.Start += len(text[r.Start:r.End]) - len(strings.TrimLeft(text[r.Start:r.End], blanks))
	content := text[r.Start:r.End]
	first, _, _ := strings.Cut(content, "\n")
	first = trimRight(first)
	c := Chunk{
		Name:      truncate(first, 60),
		Kind:      Text,
		Signature: first,
		Range:     r,
		NameRange: Range{r.Start, r.Start + len(first)},
		BodyRange: r,
		Text:      normalize(text, r, Range{}, nil),
	}
	c.Key = sha256.Sum256([]byte(c.Text))
	return c
}
