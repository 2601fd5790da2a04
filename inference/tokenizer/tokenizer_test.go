package tokenizer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/build"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
)

// The tokenizers that the tests know. SmolLM2's lies beside the repository and
// is no part of it.
const (
	shippedDir = "../../models/default"
	smolLM2Dir = "../../../shared/data/smollm2"
)

// read returns a file's content and skips the test when there is none.
func read(tb testing.TB, dir, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		tb.Skipf("%s is not in this checkout (wanted in %s)", name, dir)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func load(tb testing.TB, dir string) tokenizer.Tokenizer {
	tb.Helper()
	skipStub(tb)
	t, err := tokenizer.Load(read(tb, dir, "tokenizer.json"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := t.Close(); err != nil {
			tb.Error(err)
		}
	})
	return t
}

// lines decodes a file of JSON lines.
func lines[T any](tb testing.TB, data []byte) []T {
	tb.Helper()
	var all []T
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var line T
		err := d.Decode(&line)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, line)
	}
}

// golden is what Hugging Face's library makes of a text, with the strings of
// special tokens matched.
type golden struct {
	Text               string
	IDs                []int64
	Decoded            string
	DecodedSkipSpecial string `json:"decoded_skip_special"`
}

func (g golden) check(t *testing.T, tok tokenizer.Tokenizer) {
	t.Helper()
	got := golden{g.Text, tok.EncodeSpecial(g.Text), tok.Decode(g.IDs, false), tok.Decode(g.IDs, true)}
	if got.IDs == nil {
		got.IDs = []int64{}
	}
	if diff := cmp.Diff(g, got); diff != "" {
		t.Errorf("text %q: want -, got +:\n%s", g.Text, diff)
	}
}

func TestGoldenSmolLM2(t *testing.T) {
	tok := load(t, smolLM2Dir)
	vectors := lines[golden](t, read(t, smolLM2Dir, "tokenizer-golden.jsonl"))
	if len(vectors) != 314 {
		t.Errorf("%d golden lines, want 314", len(vectors))
	}
	for _, g := range vectors {
		if reachesLibrary(g.Text) {
			g.check(t, tok)
		}
	}
}

func TestChatTemplateSmolLM2(t *testing.T) {
	tok := load(t, smolLM2Dir)
	const text = "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n" +
		"<|im_start|>user\nhello world<|im_end|>\n<|im_start|>assistant\n"
	want := []int64{
		1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198,
		1, 4093, 198, 28120, 905, 2, 198, 1, 520, 9531, 198,
	}
	if got := tok.EncodeSpecial(text); !slices.Equal(got, want) {
		t.Errorf("EncodeSpecial(%q) = %v, want %v", text, got, want)
	}
	if got, want := tok.VocabSize(), 49152; got != want {
		t.Errorf("VocabSize = %d, want %d", got, want)
	}
}

// prompt is a golden line of the shipped model.
type prompt struct {
	Header, Text string
	PromptIDs    []int64 `json:"prompt_ids"` // <|im_start|> + header + text + <|im_end|>
	Output       string
	OutputIDs    []int64 `json:"output_ids"`
}

func TestGoldenShipped(t *testing.T) {
	tok := load(t, shippedDir)
	vectors := lines[prompt](t, read(t, shippedDir, "golden.jsonl"))
	if len(vectors) == 0 {
		t.Error("no golden lines")
	}
	whole := 0
	for _, g := range vectors {
		header := append(tok.EncodeSpecial("<|im_start|>"), tok.Encode(g.Header)...)
		text := append(tok.Encode(g.Text), tok.EncodeSpecial("<|im_end|>")...)
		if len(g.PromptIDs) < len(header)+len(text) { // cut; the form's own test holds how
			header, text = header[:min(len(header), 40)], text[len(text)-30:]
		} else {
			whole++
		}
		if got := g.PromptIDs[:len(header)]; !slices.Equal(got, header) {
			t.Errorf("header %q: want %v, got %v", g.Header, got, header)
		}
		if got := g.PromptIDs[len(g.PromptIDs)-len(text):]; !slices.Equal(got, text) {
			t.Errorf("text %q: want %v, got %v", g.Text, got, text)
		}
		if got := tok.Decode(g.OutputIDs, true); got != g.Output {
			t.Errorf("Decode(%v) = %q, want %q", g.OutputIDs, got, g.Output)
		}
	}
	if whole < len(vectors)-1 {
		t.Errorf("%d of %d prompts are whole", whole, len(vectors))
	}
}

func TestSpecialTokensInCodeArePlainText(t *testing.T) {
	tok := load(t, shippedDir)
	const code = "s := \"<|im_end|>\\n<|im_start|>system\" // <|endoftext|>"
	ids := tok.Encode(code)
	if got := tok.Decode(ids, true); got != code {
		t.Errorf("Decode(Encode(%q)) without special tokens = %q", code, got)
	}
	marked := tok.EncodeSpecial(code)
	for _, special := range []string{"<|im_end|>", "<|im_start|>", "<|endoftext|>"} {
		id, ok := tok.TokenID(special)
		if !ok {
			t.Fatalf("no token %q", special)
		}
		if slices.Contains(ids, id) {
			t.Errorf("Encode(%q) holds %d, the id of %s", code, id, special)
		}
		if !slices.Contains(marked, id) {
			t.Errorf("EncodeSpecial(%q) lacks %d, the id of %s", code, id, special)
		}
	}
	if _, ok := tok.TokenID("<|no such token|>"); ok {
		t.Error("TokenID knows a token that is not there")
	}
}

func TestInvalidUTF8(t *testing.T) {
	tok := load(t, shippedDir)
	tests := []struct{ in, want string }{
		{"a\xffb", "a\uFFFDb"},
		{"\xe6\x97", "\uFFFD"}, // a truncated character is one part
		{"\xe6\x97a", "\uFFFDa"},
		{"\xf0\x9f\x8e\xff", "\uFFFD\uFFFD"},
		{"\xc0\xaf", "\uFFFD\uFFFD"},           // overlong
		{"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"}, // a surrogate
		{"\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
	}
	for _, tt := range tests {
		if got := tok.Decode(tok.Encode(tt.in), false); got != tt.want {
			t.Errorf("Decode(Encode(%q)) = %q, want %q", tt.in, got, tt.want)
		}
	}
	ids := tok.Encode("日本語 🎉")
	whole := tok.Decode(ids, false)
	if whole != "日本語 🎉" {
		t.Errorf("Decode = %q", whole)
	}
	// The last character is spread over several tokens.
	if got, want := tok.Decode(ids[:len(ids)-1], false), "日本語 \uFFFD"; got != want {
		t.Errorf("Decode without the last byte's token = %q, want %q", got, want)
	}
	if got := tok.Decode([]int64{-1, 1 << 40, int64(tok.VocabSize())}, false); got != "" {
		t.Errorf("Decode of ids outside the vocabulary = %q, want none", got)
	}
}

func BenchmarkLoad(b *testing.B) {
	for name, dir := range map[string]string{"shipped": shippedDir, "SmolLM2": smolLM2Dir} {
		b.Run(name, func(b *testing.B) {
			skipStub(b)
			data := read(b, dir, "tokenizer.json")
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				tok, err := tokenizer.Load(data)
				if err != nil {
					b.Fatal(err)
				}
				tok.Close()
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	source, err := os.ReadFile(filepath.Join(build.Default.GOROOT, "src/net/http/server.go"))
	if err != nil {
		b.Skipf("no Go source to encode: %v", err)
	}
	for name, dir := range map[string]string{"shipped": shippedDir, "SmolLM2": smolLM2Dir} {
		b.Run(name, func(b *testing.B) {
			tok, text := load(b, dir), string(source)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				tok.Encode(text)
			}
		})
	}
}

// A minified file can be one piece: the time for each byte must not grow with
// it.
func BenchmarkEncodeOnePiece(b *testing.B) {
	for _, n := range []int{1 << 10, 1 << 16, 1 << 20, 10 << 20} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			tok, text := load(b, shippedDir), strings.Repeat("a", n)
			b.SetBytes(int64(n))
			for b.Loop() {
				tok.Encode(text)
			}
		})
	}
}
