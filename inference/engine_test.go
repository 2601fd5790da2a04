package inference

import (
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/models"
)

func defaultEngine(t *testing.T, s Sampling) (*Engine, error) {
	t.Helper()
	m, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	return NewEngine(t.Context(), m, EngineOptions{Library: onnxtest.Library(t), Sampling: s})
}

// A beam search writes summaries too, which the cache holds apart from greedy
// ones; one beam is greedy.
func TestEngineBeams(t *testing.T) {
	r := Request{Language: "go", Name: "parsePort", Code: "func parsePort(s string) (int, error) {\n\treturn strconv.Atoi(s)\n}"}
	identities := map[string]bool{}
	for _, s := range []Sampling{{}, {NumBeams: 1, LengthPenalty: 1}, {NumBeams: 4, LengthPenalty: 1}} {
		e, err := defaultEngine(t, s)
		if err != nil {
			t.Fatal(err)
		}
		summary, err := e.Summarize(t.Context(), r)
		if err != nil || !strings.HasSuffix(summary.Text, ".") {
			t.Errorf("%+v: %+v, %v", s, summary, err)
		}
		identities[e.Identity()] = true
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(identities) != 2 {
		t.Errorf("%d identities, want one of greedy and one of beams: %v", len(identities), identities)
	}
	if _, err := defaultEngine(t, Sampling{NumBeams: 2, Temperature: 1}); err == nil || !strings.Contains(err.Error(), "set numBeams to 0 or temperature to 0") {
		t.Errorf("beams and a temperature: %v", err)
	}
}
