package onnx_test

import (
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// Graphs of other families than Llama's write what Transformers.js writes with
// them.
func TestParityFamilies(t *testing.T) {
	for name, f := range testmodel.Families {
		stores := map[string]func(*testmodel.Family){
			"":                  func(*testmodel.Family) {},
			", 4-bit":           func(f *testmodel.Family) { f.NBits, f.AccuracyLevel = 4, 4 },
			", float16 cache":   func(f *testmodel.Family) { f.Float16Cache = true },
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
				want := reference(t, dir, f.Precision(), prompts, none, 16)
				o := onnx.GenerateOptions{MaxNewTokens: 16}
				g := onnx.Graph{Path: f.GraphPath(dir)}
				m := open(t, g, onnx.Options{})
				if m.InPlace() == f.Plain || !m.LastOnly() {
					t.Errorf("the cache is in place: %v, logits are those of the last position: %v", m.InPlace(), m.LastOnly())
				}
				compare(t, m, prompts, want, o, everyWay, tieOf(f.Llama))
				compareTogether(t, open(t, g, onnx.Options{Batch: 4}), prompts, want, o, thirds, tieOf(f.Llama))
			})
		}
	}
}
