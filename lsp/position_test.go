package lsp

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

func TestNegotiateEncoding(t *testing.T) {
	// What clients really offer.
	for _, tt := range []struct {
		client  string
		offered []string
		want    wire.PositionEncoding
	}{
		{"VS Code, Neovim 0.10", []string{"utf-16"}, wire.Utf16Encoding},
		{"Neovim 0.12", []string{"utf-8", "utf-16", "utf-32"}, wire.Utf8Encoding},
		{"eglot", []string{"utf-32", "utf-8", "utf-16"}, wire.Utf8Encoding},
		{"Helix", []string{"utf-8", "utf-32", "utf-16"}, wire.Utf8Encoding},
		{"lsp-mode", nil, wire.Utf16Encoding},
		{"only utf-32", []string{"utf-32"}, wire.Utf32Encoding},
		{"unknown", []string{"utf-7"}, wire.Utf16Encoding},
	} {
		if got := wire.NegotiateEncoding(tt.offered); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.client, got, tt.want)
		}
	}
}

func TestMapper(t *testing.T) {
	// é is 2 bytes, 1 unit; 😀 is 4 bytes, 2 units of UTF-16.
	text := "a é😀b\r\nx\rlast\n"
	for _, tt := range []struct {
		encoding  wire.PositionEncoding
		line, chr uint32
		offset    int
		back      wire.Position // of the offset
	}{
		{wire.Utf8Encoding, 0, 0, 0, wire.Position{Line: 0, Character: 0}},
		{wire.Utf8Encoding, 0, 4, 4, wire.Position{Line: 0, Character: 4}},
		{wire.Utf8Encoding, 0, 6, 4, wire.Position{Line: 0, Character: 4}}, // inside of 😀
		{wire.Utf8Encoding, 0, 99, 9, wire.Position{Line: 0, Character: 9}},
		{wire.Utf16Encoding, 0, 3, 4, wire.Position{Line: 0, Character: 3}},
		{wire.Utf16Encoding, 0, 4, 4, wire.Position{Line: 0, Character: 3}}, // between the surrogates
		{wire.Utf16Encoding, 0, 5, 8, wire.Position{Line: 0, Character: 5}},
		{wire.Utf16Encoding, 0, 7, 9, wire.Position{Line: 0, Character: 6}}, // past the end, before \r\n
		{wire.Utf32Encoding, 0, 4, 8, wire.Position{Line: 0, Character: 4}},
		{wire.Utf16Encoding, 1, 1, 12, wire.Position{Line: 1, Character: 1}},
		{wire.Utf16Encoding, 1, 2, 12, wire.Position{Line: 1, Character: 1}}, // \r alone ends a line
		{wire.Utf16Encoding, 2, 0, 13, wire.Position{Line: 2, Character: 0}},
		{wire.Utf16Encoding, 3, 0, 18, wire.Position{Line: 3, Character: 0}}, // after the last \n
		{wire.Utf16Encoding, 4, 7, 18, wire.Position{Line: 3, Character: 0}}, // past the last line
		{wire.Utf16Encoding, 1<<32 - 1, 1<<32 - 1, 18, wire.Position{Line: 3, Character: 0}},
	} {
		m := newMapper(text, tt.encoding)
		at := wire.Position{Line: tt.line, Character: tt.chr}
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
	encodings := []wire.PositionEncoding{wire.Utf8Encoding, wire.Utf16Encoding, wire.Utf32Encoding}
	f.Fuzz(func(t *testing.T, text string, line, character uint32, which byte) {
		if strings.ContainsAny(text, "\x00\x01\x02") {
			t.Skip("the reference uses these")
		}
		encoding := encodings[int(which)%len(encodings)]
		m := newMapper(text, encoding)
		want := referenceOffset(text, encoding, line, character)
		got := m.offset(wire.Position{Line: line, Character: character})
		if got != want {
			t.Fatalf("%s: offset(%d:%d) in %q = %d, want %d", encoding, line, character, text, got, want)
		}
		// A position of ours means the same offset when it comes back.
		if back := m.offset(m.position(got)); back != got {
			t.Fatalf("%s: %d in %q became %d", encoding, got, text, back)
		}
	})
}

func referenceOffset(text string, encoding wire.PositionEncoding, line, character uint32) int {
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
		case wire.Utf8Encoding:
			width += uint32(size)
		case wire.Utf16Encoding:
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
		start, end := wire.Position{Line: uint32(l1), Character: uint32(c1)}, wire.Position{Line: uint32(l2), Character: uint32(c2)}
		from := referenceOffset(text, wire.Utf32Encoding, start.Line, start.Character)
		to := max(from, referenceOffset(text, wire.Utf32Encoding, end.Line, end.Character))
		want := string(slices.Concat([]rune(text[:from]), []rune(insert), []rune(text[to:])))
		if whole {
			want = insert
		}
		// The change comes between two that cancel each other out.
		changes := []wire.ContentChange{
			{Range: &wire.Range{}, Text: "+"},
			{Range: &wire.Range{Start: wire.Position{}, End: wire.Position{Line: 0, Character: 1}}, Text: ""},
			{Range: &wire.Range{Start: start, End: end}, Text: insert},
		}
		if whole {
			changes[2].Range = nil
		}
		m := applyChanges(newMapper(text, wire.Utf32Encoding), changes)
		if m.text != want {
			t.Fatalf("%q, want %q", m.text, want)
		}
		if !slices.Equal(m.lines, newMapper(want, wire.Utf32Encoding).lines) {
			t.Fatalf("the lines of %q are %v", want, m.lines)
		}
	})
}
