package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

func TestLearn(t *testing.T) {
	letters := vocabulary{"a", "b", "c"}
	for name, test := range map[string]struct {
		pieces []piece
		size   int
		want   vocabulary
		merges []pair
	}{
		"most frequent first": {
			pieces: []piece{{[]int32{0, 1}, 2}, {[]int32{1, 2}, 3}}, size: 5,
			want: vocabulary{"a", "b", "c", "bc", "ab"}, merges: []pair{{1, 2}, {0, 1}},
		},
		"ties by id": {
			pieces: []piece{{[]int32{1, 2}, 2}, {[]int32{0, 1}, 2}}, size: 4,
			want: vocabulary{"a", "b", "c", "ab"}, merges: []pair{{0, 1}},
		},
		"a merge takes from its neighbours": {
			// ab occurs 5 times; then bc is left once, which is not enough.
			pieces: []piece{{[]int32{0, 1, 2}, 4}, {[]int32{0, 1}, 1}, {[]int32{1, 2}, 1}}, size: 9,
			want: vocabulary{"a", "b", "c", "ab", "abc"}, merges: []pair{{0, 1}, {3, 2}},
		},
		"runs": {
			pieces: []piece{{[]int32{0, 0, 0, 0, 0}, 1}}, size: 9,
			want: vocabulary{"a", "b", "c", "aa"}, merges: []pair{{0, 0}},
		},
		"two ways to one token": {
			// abc comes from ab+c first and later from a+bc, as no new token.
			pieces: []piece{
				{[]int32{0, 1}, 9},
				{[]int32{0, 1, 2}, 8},
				{[]int32{1, 2}, 5},
				{[]int32{2, 1, 2}, 1},
			}, size: 6,
			want: vocabulary{"a", "b", "c", "ab", "abc", "bc"}, merges: []pair{{0, 1}, {3, 2}, {1, 2}},
		},
		"nothing to learn": {pieces: []piece{{[]int32{0}, 7}}, size: 9, want: letters},
	} {
		t.Run(name, func(t *testing.T) {
			got, merges := learn(test.pieces, slices.Clone(letters), test.size)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("vocabulary (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.merges, merges); diff != "" {
				t.Errorf("merges (-want +got):\n%s", diff)
			}
		})
	}
}

// The tokenizer that comes out is one that gloss loads, and it gives back
// every text, whatever bytes it holds.
func TestRoundTrip(t *testing.T) {
	pairs := []corpus.Pair{
		{Language: "go", Name: "ParsePort", Code: "func ParsePort(s string) int { return port }", Reference: "Parses a port number from a string."},
		{Language: "python", Name: "parse_host", Code: "def parse_host(s):\n\treturn host", Reference: "Parses the host of a string."},
	}
	const size = 300
	all := func(yield func(corpus.Pair, error) bool) {
		for _, p := range append(pairs, corpus.Pair{Language: "go", Name: "zzz", Code: strings.Repeat("func zzz() {}\n", 9), Reference: "Zzz.", Tier: corpus.Name}) {
			if !yield(p, nil) {
				return
			}
		}
	}
	file, err := train(all, size)
	if err != nil {
		t.Fatal(err)
	}
	again, err := train(all, size)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(file, again) {
		t.Error("the same corpus gave two tokenizers")
	}
	tok, err := tokenizer.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	defer tok.Close()
	if tok.VocabSize() != size {
		t.Errorf("%d tokens, want %d", tok.VocabSize(), size)
	}
	for _, text := range []string{pairs[0].Reference, "größe 計算 \x00\n\t ~", "12345", " parse  port"} {
		if got := tok.Decode(tok.Encode(text), false); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
	for text, want := range map[string]int{" port": 1, "zzz": 3} { // a frequent word, and one of what does not count
		if n := len(tok.Encode(text)); n != want {
			t.Errorf("%q takes %d tokens, want %d", text, n, want)
		}
	}
	for id, special := range specials {
		if got, _ := tok.TokenID(special); got != int64(id) {
			t.Errorf("%s is %d, want %d", special, got, id)
		}
	}
}
