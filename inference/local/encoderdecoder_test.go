package local_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/models"
)

// A folder as an export of CodeT5 leaves it runs without a gloss.json: its form,
// its tokenizer and its graphs fit, greedily and by beams.
func TestEncoderDecoder(t *testing.T) {
	library := onnxtest.Library(t)
	shipped, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	vocabulary, err := shipped.ReadFile("tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, size, err := testmodel.CodeT5TokenizerLike(vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	dir, l := t.TempDir(), testmodel.TinyT5
	l.Vocab = size
	if err := l.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tokenizer.json"), tokenizer, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	form, err := prompt.New(m.Description)
	if err != nil {
		t.Fatal(err)
	}
	g, err := local.New(t.Context(), m, local.Options{Library: library, Parallel: 2, Batch: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	f := prompt.Function{Language: "python", Name: "parse_port", Code: "def parse_port(s):\n    # the number\n    return int(s)\n"}
	ask := func(change func(*generate.Request)) generate.Output {
		t.Helper()
		r := generate.Request{
			Prompt: form.Prompt(f), MaxNewTokens: 12, Stop: func(string) bool { return false },
			Score: []string{form.Answer("Parses the port."), "x"},
		}
		change(&r)
		out, err := g.Generate(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if len(out.LogProbs) != 12 || out.Text.Text == "" || len(out.Scores[0]) < 4 || len(out.Scores[1]) != 1 {
			t.Errorf("got %+v", out)
		}
		return out
	}
	greedy := ask(func(*generate.Request) {})
	if out := ask(func(r *generate.Request) { r.Detours = 2 }); out.Text.Text != greedy.Text.Text || len(out.Detours) != 2 {
		t.Errorf("with detours: %+v, without %+v", out, greedy)
	}
	ask(func(r *generate.Request) { r.Sampling.NumBeams = 3 })
	if requests, shared := g.Concurrency(); requests != 2 || shared != 1 {
		t.Errorf("%d at a time, of which %d share a step", requests, shared)
	}
	f.Code = "def other(): pass"
	if out := ask(func(*generate.Request) {}); out.Text.Text == greedy.Text.Text {
		t.Errorf("another function has the same text: the code is not read")
	}
}
