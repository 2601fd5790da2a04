package lsp

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func TestNegotiateEncoding(t *testing.T) {
	// What clients really offer.
	for _, tt := range []struct {
		client  string
		offered []string
		want    positionEncoding
	}{
		{"VS Code, Neovim 0.10", []string{"utf-16"}, utf16Encoding},
		{"Neovim 0.12", []string{"utf-8", "utf-16", "utf-32"}, utf8Encoding},
		{"eglot", []string{"utf-32", "utf-8", "utf-16"}, utf8Encoding},
		{"Helix", []string{"utf-8", "utf-32", "utf-16"}, utf8Encoding},
		{"lsp-mode", nil, utf16Encoding},
		{"only utf-32", []string{"utf-32"}, utf32Encoding},
		{"unknown", []string{"utf-7"}, utf16Encoding},
	} {
		if got := negotiateEncoding(tt.offered); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.client, got, tt.want)
		}
	}
}

func TestMapper(t *testing.T) {
	// é is 2 bytes, 1 unit; 😀 is 4 bytes, 2 units of UTF-16.
	text := "a é😀b\r\nx\rlast\n"
	for _, tt := range []struct {
		encoding  positionEncoding
		line, chr uint32
		offset    int
		back      Position // of the offset
	}{
		{utf8Encoding, 0, 0, 0, Position{0, 0}},
		{utf8Encoding, 0, 4, 4, Position{0, 4}},
		{utf8Encoding, 0, 6, 4, Position{0, 4}}, // inside of 😀
		{utf8Encoding, 0, 99, 9, Position{0, 9}},
		{utf16Encoding, 0, 3, 4, Position{0, 3}},
		{utf16Encoding, 0, 4, 4, Position{0, 3}}, // between the surrogates
		{utf16Encoding, 0, 5, 8, Position{0, 5}},
		{utf16Encoding, 0, 7, 9, Position{0, 6}}, // past the end, before \r\n
		{utf32Encoding, 0, 4, 8, Position{0, 4}},
		{utf16Encoding, 1, 1, 12, Position{1, 1}},
		{utf16Encoding, 1, 2, 12, Position{1, 1}}, // \r alone ends a line
		{utf16Encoding, 2, 0, 13, Position{2, 0}},
		{utf16Encoding, 3, 0, 18, Position{3, 0}}, // after the last \n
		{utf16Encoding, 4, 7, 18, Position{3, 0}}, // past the last line
		{utf16Encoding, 1<<32 - 1, 1<<32 - 1, 18, Position{3, 0}},
	} {
		m := newMapper(text, tt.encoding)
		at := Position{tt.line, tt.chr}
		if got := m.offset(at); got != tt.offset {
			t.Errorf("%s: offset(%v) = %d, want %d", tt.encoding, at, got, tt.offset)
		}
		if got := m.position(tt.offset); got != tt.back {
			t.Errorf("%s: position(%d) = %v, want %v", tt.encoding, tt.offset, got, tt.back)
		}
	}
}

// FuzzMapper compares with a reference that walks the text from its start.
func FuzzMapper(f *testing.F) {
	for _, text := range []string{"", "a\r\nb", "a\rb\n", "é😀\xff\xf0\x9f\n", "\n\r\n\r"} {
		f.Add(text, uint32(1), uint32(2), byte(1))
	}
	encodings := []positionEncoding{utf8Encoding, utf16Encoding, utf32Encoding}
	f.Fuzz(func(t *testing.T, text string, line, character uint32, which byte) {
		if strings.ContainsAny(text, "\x00\x01\x02") {
			t.Skip("the reference uses these")
		}
		encoding := encodings[int(which)%len(encodings)]
		m := newMapper(text, encoding)
		want := referenceOffset(text, encoding, line, character)
		got := m.offset(Position{line, character})
		if got != want {
			t.Fatalf("%s: offset(%d:%d) in %q = %d, want %d", encoding, line, character, text, got, want)
		}
		// A position of ours means the same offset when it comes back.
		if back := m.offset(m.position(got)); back != got {
			t.Fatalf("%s: %d in %q became %d", encoding, got, text, back)
		}
	})
}

func referenceOffset(text string, encoding positionEncoding, line, character uint32) int {
	lines := referenceLines(text)
	if int64(line) >= int64(len(lines)) {
		return len(text)
	}
	offset := 0
	for _, l := range lines[:line] {
		offset += len(l)
	}
	content := strings.TrimSuffix(strings.TrimSuffix(lines[line], "\n"), "\r")
	for width := uint32(0); content != ""; {
		r, size := utf8.DecodeRuneInString(content)
		switch encoding {
		case utf8Encoding:
			width += uint32(size)
		case utf16Encoding:
			width += uint32(len(utf16.Encode([]rune{r})))
		default:
			width++
		}
		if width > character {
			break
		}
		offset, content = offset+size, content[size:]
	}
	return offset
}

// referenceLines splits text after \n, \r\n and \r.
func referenceLines(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\x00\x01")
	text = strings.ReplaceAll(text, "\r", "\r\x02")
	text = strings.ReplaceAll(text, "\n", "\n\x02")
	text = strings.ReplaceAll(text, "\x00\x01", "\r\n\x02")
	return strings.Split(text, "\x02")
}

// FuzzApplyChanges compares with a reference that splices runes, which is what
// a client with UTF-32 positions does.
func FuzzApplyChanges(f *testing.F) {
	f.Add("ab\ncd", "x\n", uint16(0), uint16(1), uint16(1), uint16(0), false)
	f.Add("😀\r\n", "é", uint16(0), uint16(0), uint16(0), uint16(1), false)
	f.Add("abc", "all", uint16(0), uint16(0), uint16(0), uint16(0), true)
	f.Fuzz(func(t *testing.T, text, insert string, l1, c1, l2, c2 uint16, whole bool) {
		text, insert = strings.ToValidUTF8(text, "?"), strings.ToValidUTF8(insert, "?")
		if strings.ContainsAny(text, "\x00\x01\x02") {
			t.Skip("the reference uses these")
		}
		start, end := Position{uint32(l1), uint32(c1)}, Position{uint32(l2), uint32(c2)}
		from := referenceOffset(text, utf32Encoding, start.Line, start.Character)
		to := max(from, referenceOffset(text, utf32Encoding, end.Line, end.Character))
		want := string(slices.Concat([]rune(text[:from]), []rune(insert), []rune(text[to:])))
		if whole {
			want = insert
		}
		// The change comes between two that cancel each other out.
		changes := []contentChange{
			{Range: &Range{}, Text: "+"},
			{Range: &Range{Position{}, Position{0, 1}}, Text: ""},
			{Range: &Range{start, end}, Text: insert},
		}
		if whole {
			changes[2].Range = nil
		}
		m := applyChanges(newMapper(text, utf32Encoding), changes)
		if m.text != want {
			t.Fatalf("%q, want %q", m.text, want)
		}
		if !slices.Equal(m.lines, newMapper(want, utf32Encoding).lines) {
			t.Fatalf("the lines of %q are %v", want, m.lines)
		}
	})
}
