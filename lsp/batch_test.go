package lsp

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// FuzzBatch compares with the changes applied one by one.
func FuzzBatch(f *testing.F) {
	f.Add(uint64(1), "a\r\nb\rc\né😀", "\n\r", byte(0))
	f.Add(uint64(2), strings.Repeat("line\r\n", 700), "\r|\n|é|😀", byte(1))
	f.Add(uint64(3), strings.Repeat("é", 3000), "😀|\r\n|", byte(1))
	f.Add(uint64(4), "", "x|\n", byte(2))
	f.Add(uint64(5), strings.Repeat("\r", 2500), "\n|", byte(1))
	f.Add(uint64(6), "x", strings.Repeat("y\n", 3000), byte(1))
	encodings := []wire.PositionEncoding{wire.Utf8Encoding, wire.Utf16Encoding, wire.Utf32Encoding}
	f.Fuzz(func(t *testing.T, seed uint64, text, inserts string, which byte) {
		text, inserts = strings.ToValidUTF8(text, "?"), strings.ToValidUTF8(inserts, "?")
		random := rand.New(rand.NewPCG(seed, 0))
		position := func() wire.Position {
			return wire.Position{Line: uint32(random.IntN(2 + strings.Count(text, "\n"))), Character: uint32(random.IntN(random.IntN(len(text)+1) + 3))}
		}
		var changes []wire.ContentChange
		for range 30 {
			insert := strings.Split(inserts, "|")
			r := wire.Range{Start: position(), End: position()}
			if random.IntN(2) == 0 { // a short one
				r.End = wire.Position{Line: r.Start.Line + uint32(random.IntN(2)), Character: r.Start.Character + uint32(random.IntN(3))}
			}
			changes = append(changes, wire.ContentChange{Range: &r, Text: insert[random.IntN(len(insert))]})
		}
		m := newMapper(text, encodings[int(which)%len(encodings)])
		want := m
		for _, c := range changes {
			want = applyChanges(want, []wire.ContentChange{c})
		}
		if got := m.batch(changes); got.text != want.text {
			t.Fatalf("%q, want %q", got.text, want.text)
		}
	})
}

// A client may send a change of every line of a long file, or of every word in a
// line of a megabyte, in one notification. The text must not be copied for each.
func TestManyChangesInOneNotification(t *testing.T) {
	const n = 30_000
	const line = "\tword := \"another word\" // 😀 a comment\n"
	for _, tt := range []struct{ name, ending string }{{"lines", "\n"}, {"one line", " "}} {
		piece := strings.TrimSuffix(line, "\n") + tt.ending
		text, want := strings.Repeat(piece, n), strings.Repeat(strings.Replace(piece, "word", "w\r\nx", 1), n)
		units := len(utf16.Encode([]rune(piece)))
		var changes []wire.ContentChange
		for i := range n {
			at := wire.Position{Line: uint32(i), Character: 1}
			if tt.ending == " " { // from the end, as the lines become more
				at = wire.Position{Line: 0, Character: uint32((n-1-i)*units + 1)}
			} else { // each is two lines then
				at.Line *= 2
			}
			changes = append(changes, wire.ContentChange{Range: &wire.Range{Start: at, End: wire.Position{Line: at.Line, Character: at.Character + 4}}, Text: "w\r\nx"})
		}
		var before, after runtime.MemStats
		m := newMapper(text, wire.Utf16Encoding)
		runtime.ReadMemStats(&before)
		got := applyChanges(m, changes)
		runtime.ReadMemStats(&after)
		if got.text != want {
			t.Errorf("%s: the text is not what it should be", tt.name)
		}
		if size := (after.TotalAlloc - before.TotalAlloc) >> 20; size > 300 {
			t.Errorf("%s: %d MiB were used", tt.name, size)
		}
	}
}

func TestManyChangesThroughTheProtocol(t *testing.T) {
	e := newEditor(t, editorOptions{})
	const n = 2_000
	text := "package a\n\n" + strings.Repeat("var x = 1\n", n) + strings.TrimPrefix(goText("Alpha"), "package a\n")
	e.open(goURI, "go", text)
	type position struct {
		Line      int `json:"line"`
		Character int `json:"character"`
	}
	var changes []any
	for i := range n {
		changes = append(changes, map[string]any{"range": map[string]any{"start": position{2 + i, 4}, "end": position{2 + i, 5}}, "text": fmt.Sprint("y", i)})
	}
	changes = append(changes, map[string]any{"range": map[string]any{"start": position{2 + n + 1, 5}, "end": position{2 + n + 1, 10}}, "text": "Omega"})
	params, err := json.Marshal(map[string]any{"textDocument": map[string]any{"uri": goURI, "version": 2}, "contentChanges": changes})
	if err != nil {
		t.Fatal(err)
	}
	e.notify("textDocument/didChange", string(params))
	e.settled(goURI, "Does Omega")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

func BenchmarkManyChanges(b *testing.B) {
	const n = 30_000
	text := strings.Repeat("\tword := \"another word\" // a comment\n", n)
	for name, line := range map[string]func(i int) int{
		"down":   func(i int) int { return i },
		"up":     func(i int) int { return n - 1 - i },
		"random": func(int) int { return rand.IntN(n) },
	} {
		var changes []wire.ContentChange
		for i := range n {
			at := wire.Position{Line: uint32(line(i)), Character: 1}
			changes = append(changes, wire.ContentChange{Range: &wire.Range{Start: at, End: wire.Position{Line: at.Line, Character: 5}}, Text: "longer"})
		}
		b.Run(name, func(b *testing.B) {
			m := newMapper(text, wire.Utf16Encoding)
			b.ReportAllocs()
			for b.Loop() {
				applyChanges(m, changes)
			}
		})
	}
}
