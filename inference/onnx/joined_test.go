package onnx

import (
	"math"
	"slices"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// TestJoined holds BenchmarkJoined to comparing like with like: graphs of the same
// matrices. That no bit differs is up to the CPU's kernels.
func TestJoined(t *testing.T) {
	if err := Initialize(onnxtest.Library(t)); err != nil {
		t.Fatal(err)
	}
	stores := map[string]func(*testmodel.Llama){"float32": func(*testmodel.Llama) {}}
	for _, kernel := range kernels {
		stores[kernel.name] = kernel.store
	}
	for name, store := range stores {
		t.Run(name, func(t *testing.T) {
			var outs []Output
			for _, joined := range []bool{false, true} {
				l := testmodel.Tiny
				store(&l)
				l.Joined = joined
				m, err := Open(Graph{Data: l.Graph()}, Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer m.Close()
				out, err := m.Generate(t.Context(), benchPrompt(20, l.Vocab), GenerateOptions{MaxNewTokens: 16})
				if err != nil {
					t.Fatal(err)
				}
				outs = append(outs, out)
			}
			near := func(a, b float64) bool { return math.Abs(a-b) < 1e-4 }
			if one, all := outs[0], outs[1]; !slices.Equal(one.IDs, all.IDs) || !slices.EqualFunc(one.LogProbs, all.LogProbs, near) {
				t.Errorf("one by one %v, %v; at once %v, %v", one.IDs, one.LogProbs, all.IDs, all.LogProbs)
			}
		})
	}
}
