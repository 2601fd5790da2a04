package inference

import (
	"errors"
	"testing"

	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/models"
)

// A text that is asked for anew can be another one, whatever the search, and is
// decided by what is asked all the same.
func TestVariation(t *testing.T) {
	m, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Sampling{{}, {NumBeams: 3, LengthPenalty: 1}, {Temperature: 0.7}} {
		e, err := OpenModel(t.Context(), m, local.Options{Library: onnxtest.Library(t)}, WriterOptions{Sampling: s, ModelOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		r := Function{Language: "python", Name: "f", Code: "def f(a, b):\n\twhile b:\n\t\ta, b = b, a % b\n\treturn a"}
		texts := map[string]bool{}
		for v := range uint64(8) {
			r.Variation = v
			first, err1 := e.Summarize(t.Context(), r)
			second, err2 := e.Summarize(t.Context(), r)
			if err := errors.Join(err1, err2); err != nil && !errors.Is(err, ErrNoSummary) {
				t.Fatal(err)
			}
			if first.Text != second.Text {
				t.Errorf("%+v, variation %d: %q, then %q", s, v, first.Text, second.Text)
			}
			texts[first.Text] = true
		}
		if len(texts) < 3 {
			t.Errorf("%+v: 8 variations gave %v", s, texts)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
