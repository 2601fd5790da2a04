package onnx_test

import (
	"math"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// halfTie is roundedTie where all is computed in half precision.
const halfTie = 0.1

func tieOfFamily(f testmodel.Family) float64 {
	if f.Half {
		return halfTie
	}
	return tieOf(f.Llama)
}

// Graphs of other families than Llama's write what Transformers.js writes with
// them.
func TestParityFamilies(t *testing.T) {
	for name, f := range testmodel.Families {
		stores := map[string]func(*testmodel.Family){
			"":                  func(*testmodel.Family) {},
			", 4-bit":           func(f *testmodel.Family) { f.NBits, f.AccuracyLevel = 4, 4 },
			", float16 cache":   func(f *testmodel.Family) { f.Float16Cache = true },
			", fp16":            func(f *testmodel.Family) { f.Half = true },
			", q4f16":           func(f *testmodel.Family) { f.Half, f.NBits = true, 4 },
			", no position_ids": func(f *testmodel.Family) { f.NoPositionIDs = true },
		}
		if !f.Plain {
			stores[", plain"] = func(f *testmodel.Family) { f.Plain = true }
		}
		for suffix, change := range stores {
			t.Run(name+suffix, func(t *testing.T) {
				f := f
				change(&f)
				if err := f.Check(); err != nil {
					t.Fatal(err)
				}
				dir := t.TempDir()
				if err := f.WriteDir(dir); err != nil {
					t.Fatal(err)
				}
				prompts := randomPrompts(12, f.Vocab)
				if f.Half && f.LayerNorm { // which ONNX Runtime loads with a fusion left out, and Transformers.js not at all
					checkHalf(t, f, prompts)
					return
				}
				want := reference(t, dir, f.Precision(), prompts, none, 16)
				o := onnx.GenerateOptions{MaxNewTokens: 16}
				g := onnx.Graph{Path: f.GraphPath(dir)}
				m := open(t, g, onnx.Options{})
				if m.InPlace() == f.Plain || !m.LastOnly() {
					t.Errorf("the cache is in place: %v, logits are those of the last position: %v", m.InPlace(), m.LastOnly())
				}
				compare(t, m, prompts, want, o, everyWay, tieOfFamily(f))
				compareTogether(t, open(t, g, onnx.Options{Batch: 4}), prompts, want, o, thirds, tieOfFamily(f))
			})
		}
	}
}

// checkHalf holds a graph that computes in half precision to the same one in
// float32.
func checkHalf(t *testing.T, f testmodel.Family, prompts [][]int64) {
	t.Helper()
	whole := f
	whole.Half = false
	got, want := open(t, onnx.Graph{Data: f.Graph()}, onnx.Options{}), open(t, onnx.Graph{Data: whole.Graph()}, onnx.Options{})
	for _, prompt := range prompts {
		out, err := want.Generate(t.Context(), prompt, onnx.GenerateOptions{MaxNewTokens: 8})
		if err != nil {
			t.Fatal(err)
		}
		is, should := score(t, got, prompt, out.IDs)[0], score(t, want, prompt, out.IDs)[0]
		for i := range should {
			if !(math.Abs(is[i]-should[i]) <= halfTie) {
				t.Errorf("prompt of %d tokens, token %d: log-probability %v, in float32 %v", len(prompt), i, is[i], should[i])
			}
		}
	}
}
