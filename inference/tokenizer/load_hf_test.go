//go:build hf_tokenizers

package tokenizer_test

import (
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
)

// stubVocab is the vocabulary size of testdata/libtokenizers, whatever it loads.
const stubVocab = 256

// wordPiece is a tokenizer.json with a special token of that name.
func wordPiece(special string) []byte {
	return []byte(`{"added_tokens": [{"id": 1, "content": "` + special + `", "special": true}],
		"model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "` + special + `": 1, "word": 2}}}`)
}

func loadWordPiece(tb testing.TB) tokenizer.Tokenizer {
	tb.Helper()
	t, err := tokenizer.Load(wordPiece("[CLS]"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	return t
}

func isStub(tb testing.TB) bool { return loadWordPiece(tb).VocabSize() == stubVocab }

func skipStub(tb testing.TB) {
	tb.Helper()
	if isStub(tb) {
		tb.Skip("this test binary is linked to the stub of libtokenizers; link the real one to run it")
	}
}

// reachesLibrary is false for text that the library's C interface cuts short.
func reachesLibrary(text string) bool { return !strings.Contains(text, "\x00") }

func TestLibraryErrors(t *testing.T) {
	if !isStub(t) {
		t.Skip("only the stub of libtokenizers fails on demand")
	}
	// isStub's tokenizer is alive until this test ends, with its two halves.
	tests := []struct{ name, json, want string }{
		{"no JSON", "{", "malformed"},
		{"no model", "{}", "model"},
		{"bad added tokens", `{"model": {"vocab": {}}, "added_tokens": 1}`, "added_tokens"},
		{"bad vocabulary", `{"model": {"vocab": {"a": "b"}}}`, "model.vocab"},
		{"bad piece", `{"model": {"vocab": [["a"]]}}`, "model.vocab"},
		{"bad unknown token", `{"model": {"vocab": {}, "unk_token": 1}}`, "unk_token"},
		{"refused", string(wordPiece("refuse everything")), "Hugging Face's library: the stub refuses this file; 2 tokenizers alive"},
		{"refused without special tokens, the first one freed", string(wordPiece("refuse plain")), "special tokens: tokenizer.json: Hugging Face's library: the stub refuses this file; 3 tokenizers alive"},
		{"nothing leaked", string(wordPiece("refuse everything")), "2 tokenizers alive"},
	}
	for _, tt := range tests {
		if tok, err := tokenizer.Load([]byte(tt.json)); err == nil || tok != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Load = %v, %v; want an error with %q", tt.name, tok, err, tt.want)
		}
	}
}

func TestLibraryFailures(t *testing.T) {
	tok := loadWordPiece(t)
	if tok.VocabSize() != stubVocab {
		t.Skip("only the stub of libtokenizers fails on demand")
	}
	if got := tok.Encode("fail to encode"); got != nil {
		t.Errorf("Encode where the library fails = %v, want none", got)
	}
	if got, want := tok.Decode(tok.Encode("a\x00b"), false), "a\uFFFDb"; got != want {
		t.Errorf("Decode(Encode(a NUL b)) = %q, want %q", got, want)
	}
	if got, want := tok.Decode([]int64{'a', 0, -1, 1 << 40, 'b'}, false), "ab"; got != want {
		t.Errorf("Decode of a NUL and of ids out of range = %q, want %q", got, want)
	}
	for token, want := range map[string]int64{"[CLS]": 1, "word": 2} {
		if got, ok := tok.TokenID(token); !ok || got != want {
			t.Errorf("TokenID(%q) = %d, %v, want %d", token, got, ok, want)
		}
	}
}
