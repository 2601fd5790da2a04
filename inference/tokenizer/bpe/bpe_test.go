package bpe

import (
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

func shipped(tb testing.TB) *Tokenizer {
	tb.Helper()
	data, err := os.ReadFile("../../../models/default/tokenizer.json")
	if err != nil {
		tb.Fatal(err)
	}
	t, err := Load(data)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// slowly merges one piece by the definition: look at all neighbours, apply the
// rule of lowest rank at its leftmost place, and again.
func slowly(t *Tokenizer, piece string) []int64 {
	var ids []int64
	for _, r := range piece {
		if id, ok := t.vocab.ids[string(r)]; ok && t.characters {
			ids = append(ids, int64(id))
			continue
		}
		for _, b := range []byte(string(r)) {
			if id := t.seeds[b]; id >= 0 {
				ids = append(ids, id)
			}
		}
	}
	for {
		best, at := rule{rank: math.MaxUint32}, 0
		for i := range max(len(ids), 1) - 1 {
			if r, ok := t.rules[join(uint32(ids[i]), uint32(ids[i+1]))]; ok && r.rank < best.rank {
				best, at = r, i
			}
		}
		if best.rank == math.MaxUint32 {
			return ids
		}
		ids[at] = int64(best.id)
		ids = slices.Delete(ids, at+1, at+2)
	}
}

// FuzzEncode checks the ids of any text against the definition of BPE, and that
// they give the text back.
func FuzzEncode(f *testing.F) {
	for _, s := range []string{
		"func main() {\n\treturn 42 // don't\n}", "日本語 🎉 é", "<|im_start|>user\n", "\xff\xe6\x97 \xf0\x9f\x8e", "\x00\x04a\x7f",
		strings.Repeat("a", 300), strings.Repeat("ab ", 99), "                        x", "internationalization===+++---",
	} {
		f.Add(s)
	}
	t := shipped(f)
	f.Fuzz(func(tt *testing.T, s string) {
		var want []int64
		for piece := range t.splitting.pieces(lossy(s)) {
			want = append(want, slowly(t, piece)...)
		}
		for range 2 { // the second time out of the cache
			if got := t.Encode(s); !slices.Equal(got, want) {
				tt.Fatalf("Encode(%q) = %v, want %v", s, got, want)
			}
		}
		if got, want := t.Decode(want, true), lossy(withoutMissing(t, lossy(s))); got != want {
			tt.Errorf("Decode(Encode(%q)) = %q, want %q", s, got, want)
		}
		for _, id := range t.EncodeSpecial(s) {
			if id < 0 || id >= int64(t.VocabSize()) {
				tt.Errorf("EncodeSpecial(%q) has the id %d of %d", s, id, t.VocabSize())
			}
		}
	})
}

// FuzzEncodeCharacters is FuzzEncode for a vocabulary of characters, which lacks
// no byte: all text but the spaces' own character comes back.
func FuzzEncodeCharacters(f *testing.F) {
	for _, s := range []string{"a b  a b", "éa\u0301 ö<s>\n\n\n", "\xff<0x41>\x00", "▁a▁b", "<u> <s<s>>"} {
		f.Add(s)
	}
	t, err := Load([]byte(spaced))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(tt *testing.T, s string) {
		if strings.Contains(s, "\n\n") || len(s) > 1000 {
			return // a token of its own; too long for the definition
		}
		got := t.Encode(s)
		text := strings.ReplaceAll(lossy(s), " ", blank)
		if want := slowly(t, text); !slices.Equal(got, want) {
			tt.Fatalf("Encode(%q) = %v, want %v", s, got, want)
		}
		if back, want := t.Decode(got, true), strings.ReplaceAll(text, blank, " "); back != want {
			tt.Errorf("Decode(Encode(%q)) = %q, want %q", s, back, want)
		}
	})
}

// withoutMissing drops the bytes that the vocabulary lacks.
func withoutMissing(t *Tokenizer, s string) string {
	var kept []byte
	for i := range len(s) {
		if t.seeds[s[i]] >= 0 {
			kept = append(kept, s[i])
		}
	}
	return string(kept)
}

func TestConcurrentUse(t *testing.T) {
	tok := shipped(t)
	var texts []string
	for i := range 64 {
		texts = append(texts, strings.Repeat("word", i)+" x"+strings.Repeat("y", i)+"\n")
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, text := range texts {
				if got := tok.Decode(tok.Encode(text), false); got != text {
					t.Errorf("Decode(Encode(%q)) = %q", text, got)
				}
			}
		})
	}
	wg.Wait()
}

func TestLossy(t *testing.T) {
	// The examples of the Unicode Standard, tables 3-8 to 3-11, and their like.
	tests := []struct{ in, want string }{
		{"plain é 🎉 \uFFFD", "plain é 🎉 \uFFFD"},
		{"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", strings.Repeat("\uFFFD", 8) + "A"},
		{"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", strings.Repeat("\uFFFD", 8) + "A"},
		{"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", strings.Repeat("\uFFFD", 5) + "A\uFFFD\uFFFDB"},
		{"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", strings.Repeat("\uFFFD", 4) + "A"},
		{"\xF0\x9F\x8E", "\uFFFD"},
	}
	for _, tt := range tests {
		if got := lossy(tt.in); got != tt.want {
			t.Errorf("lossy(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
