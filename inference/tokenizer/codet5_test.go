package tokenizer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
)

// codeT5Marks are CodeT5's special tokens, and those for spans that it was
// trained to fill in.
var codeT5Marks = func() []string {
	marks := []string{"<pad>", "<s>", "</s>", "<unk>", "<mask>"}
	for n := 99; n >= 0; n-- {
		marks = append(marks, fmt.Sprintf("<extra_id_%d>", n))
	}
	return marks
}()

// codeT5File returns a tokenizer.json as CodeT5 has one, with the given
// vocabulary and merges.
func codeT5File(t *testing.T, vocab map[string]int, merges json.RawMessage) []byte {
	t.Helper()
	type added struct {
		ID         int    `json:"id"`
		Content    string `json:"content"`
		SingleWord bool   `json:"single_word"`
		LStrip     bool   `json:"lstrip"`
		RStrip     bool   `json:"rstrip"`
		Normalized bool   `json:"normalized"`
		Special    bool   `json:"special"`
	}
	var tokens []added
	ids := map[string]int{}
	for _, mark := range codeT5Marks {
		id, known := vocab[mark]
		if !known {
			id = len(vocab)
			vocab[mark] = id
		}
		ids[mark] = id
		// Those of spans take the blanks before them, as <mask> does.
		strips := mark == "<mask>" || strings.HasPrefix(mark, "<extra_id_")
		tokens = append(tokens, added{ID: id, Content: mark, LStrip: strips, Normalized: strips, Special: true})
	}
	byteLevel := map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	b, err := json.Marshal(map[string]any{
		"version": "1.0", "added_tokens": tokens, "normalizer": nil, "pre_tokenizer": byteLevel, "decoder": byteLevel,
		"post_processor": map[string]any{
			"type": "RobertaProcessing", "sep": []any{"</s>", ids["</s>"]}, "cls": []any{"<s>", ids["<s>"]}, "trim_offsets": true, "add_prefix_space": false,
		},
		"model": map[string]any{"type": "BPE", "unk_token": nil, "continuing_subword_prefix": "", "end_of_word_suffix": "", "vocab": vocab, "merges": merges},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

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

// codeT5Like returns CodeT5's tokenizer with the shipped vocabulary in the place
// of its own.
func codeT5Like(t *testing.T) []byte {
	var file struct {
		Model struct {
			Vocab  map[string]int
			Merges json.RawMessage
		}
	}
	if err := json.Unmarshal(read(t, shippedDir, "tokenizer.json"), &file); err != nil {
		t.Fatal(err)
	}
	return codeT5File(t, file.Model.Vocab, file.Model.Merges)
}

// codeT5Texts returns 1,000 texts and more: code of twenty languages, and
// mixtures of pieces of it with marks, with and without blanks around them.
func codeT5Texts(t *testing.T) []string {
	files, err := filepath.Glob("../../chunker/testdata/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files of code in chunker/testdata: %v", len(files), err)
	}
	var code []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for part := range bytes.SplitSeq(b, []byte("\n\n")) {
			if len(part) > 0 && len(part) < 1000 {
				code = append(code, string(part))
			}
		}
	}
	rng := rand.New(rand.NewPCG(5, 16))
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	odd := []string{" ", "  ", "\n", "\t", "\u00a0", "é", "日本語", "🎉", "don't", "'ll", "12345", "_", "<extra_id_100>", "<extra_id_", "< s>", "\x00", "\u0301"}
	texts := slices.Concat(code[:min(len(code), 700)], codeT5Marks, odd)
	for len(texts) < 1600 {
		var b strings.Builder
		for range 1 + rng.IntN(6) {
			switch rng.IntN(3) {
			case 0:
				b.WriteString(pick(codeT5Marks))
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
