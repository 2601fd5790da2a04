//go:build hf_tokenizers

package tokenizer

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHideAdded(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{
			"a vocabulary by token",
			`{"added_tokens": [{"id": 1, "content": "</s>", "special": true}, {"id": 2, "content": "  ", "special": false}, {"id": 0, "content": "<unk>", "special": true}],
			  "truncation": {"max_length": 4}, "padding": {},
			  "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 0, "</s>": 1, "  ": 2, "<b>": 3}}}`,
			`{"added_tokens": [{"id": 2, "content": "  ", "special": false}], "truncation": null, "padding": null,
			  "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 0, "\u0000</s>": 1, "  ": 2, "<b>": 3}}}`,
		},
		{
			"merges",
			`{"added_tokens": [{"id": 3, "content": "ab", "special": true}],
			  "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "bc": 4, "abc": 5}, "merges": ["a b", ["b", "c"], ["ab", "c"]]}}`,
			`{"added_tokens": [], "truncation": null, "padding": null,
			  "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "\u0000ab": 3, "bc": 4, "abc": 5}, "merges": [["b", "c"]]}}`,
		},
		{
			"a vocabulary in the order of the ids",
			`{"added_tokens": [{"id": 1, "content": "</s>", "special": true}],
			  "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["</s>", 0.0], ["▁a", -2.5]]}}`,
			`{"added_tokens": [], "truncation": null, "padding": null,
			  "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["\u0000</s>", 0.0], ["▁a", -2.5]]}}`,
		},
	}
	for _, tt := range tests {
		f, err := parse([]byte(tt.in))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.hideAdded(); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(f.parts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decoded(t, []byte(tt.want)), decoded(t, got)); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", tt.name, diff)
		}
	}
}

func decoded(t *testing.T, b []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
