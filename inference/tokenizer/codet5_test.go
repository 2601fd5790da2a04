package tokenizer_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
)

// codeT5Own returns CodeT5's own tokenizer, which is no part of this repository.
func codeT5Own(t *testing.T) []byte {
	dir := os.Getenv("GLOSS_CODET5")
	if dir == "" {
		t.Skip("GLOSS_CODET5 names no folder with codet5-vocab.json and codet5-merges.txt, which github.com/salesforce/CodeT5 has in CodeT5/tokenizer/salesforce")
	}
	var vocab map[string]int
	if err := json.Unmarshal(read(t, dir, "codet5-vocab.json"), &vocab); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(read(t, dir, "codet5-merges.txt"))), "\n")[1:] // a version is first
	merges, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	return codeT5File(t, vocab, merges)
}

func codeT5File(t *testing.T, vocab map[string]int, merges json.RawMessage) []byte {
	t.Helper()
	b, err := testmodel.CodeT5Tokenizer(vocab, merges)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// codeT5Like returns CodeT5's tokenizer with the shipped vocabulary in the place
// of its own.
func codeT5Like(t *testing.T) []byte {
	b, _, err := testmodel.CodeT5TokenizerLike(read(t, shippedDir, "tokenizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// codeT5Texts returns 1,000 texts and more: code of twenty languages, and
// mixtures of pieces of it with marks, with and without blanks around them.
func codeT5Texts(t *testing.T) []string {
	code := codeTexts(t)
	rng := rand.New(rand.NewPCG(5, 16))
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	odd := []string{" ", "  ", "\n", "\t", "\u00a0", "é", "日本語", "🎉", "don't", "'ll", "12345", "_", "<extra_id_100>", "<extra_id_", "< s>", "\x00", "\u0301"}
	texts := slices.Concat(code[:min(len(code), 700)], testmodel.CodeT5Marks, odd)
	for len(texts) < 1600 {
		var b strings.Builder
		for range 1 + rng.IntN(6) {
			switch rng.IntN(3) {
			case 0:
				b.WriteString(pick(testmodel.CodeT5Marks))
			case 1:
				b.WriteString(pick(odd))
			default:
				part := pick(code)
				from := rng.IntN(len(part))
				b.WriteString(strings.ToValidUTF8(part[from:min(len(part), from+60)], ""))
			}
		}
		texts = append(texts, b.String())
	}
	return texts
}

// CodeT5's tokenizer gives the ids that Hugging Face's gives, whose marks of
// spans strip white space.
func TestCodeT5(t *testing.T) {
	for name, file := range map[string]func(*testing.T) []byte{"its own vocabulary": codeT5Own, "the shipped vocabulary": codeT5Like} {
		t.Run(name, func(t *testing.T) {
			skipStub(t)
			data := file(t)
			tok, err := tokenizer.Load(data)
			if err != nil {
				t.Fatal(err)
			}
			defer tok.Close()
			path := filepath.Join(t.TempDir(), "tokenizer.json")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			type question struct {
				Text string `json:"text"`
			}
			var questions []question
			for _, text := range codeT5Texts(t) {
				questions = append(questions, question{text})
			}
			for _, want := range onnxtest.Reference[question, golden](t, "tokenize.mjs", []string{path}, questions) {
				if reachesLibrary(want.Text) {
					want.check(t, tok)
				}
			}
		})
	}
}
