package chunker

import "strings"

// masker hides parts of a text. It copies the text at the first of them.
type masker struct {
	text   string
	masked []byte
}

func (m *masker) String() string {
	if m.masked == nil {
		return m.text
	}
	return string(m.masked)
}

// blank hides a range but for its line breaks.
func (m *masker) blank(r Range) { m.fill(r, ' ') }

func (m *masker) fill(r Range, by byte) {
	if m.masked == nil {
		m.masked = []byte(m.text)
	}
	for i := r.Start; i < r.End; i++ {
		if m.masked[i] != '\n' && m.masked[i] != '\r' {
			m.masked[i] = by
		}
	}
}

// write puts a word at the start of a range and blanks the rest of it. It blanks
// all where the word is too long.
func (m *masker) write(r Range, word string) {
	m.blank(r)
	if len(word) <= r.End-r.Start && !strings.ContainsAny(m.text[r.Start:r.Start+len(word)], "\r\n") {
		copy(m.masked[r.Start:], word)
	}
}
