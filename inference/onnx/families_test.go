package onnx_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
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
	const maxNewTokens = 8
	for name, f := range testmodel.Families {
		t.Run(name, func(t *testing.T) {
			stores := familyStores(t, f)
			prompts := randomPrompts(8, f.Vocab)
			want := familyReference(t, stores, prompts, maxNewTokens)
			for _, s := range stores {
				t.Run(s.name, func(t *testing.T) {
					if !s.known() {
						checkHalf(t, s.Family, prompts)
						return
					}
					o := onnx.GenerateOptions{MaxNewTokens: maxNewTokens}
					g := onnx.Graph{Path: s.GraphPath(s.dir)}
					m := open(t, g, onnx.Options{})
					if m.InPlace() == s.Plain || !m.LastOnly() {
						t.Errorf("the cache is in place: %v, logits are those of the last position: %v", m.InPlace(), m.LastOnly())
					}
					compare(t, m, prompts, want[s.name], o, everyWay, tieOfFamily(s.Family))
					compareTogether(t, open(t, g, onnx.Options{Batch: 4}), prompts, want[s.name], o, thirds, tieOfFamily(s.Family))
				})
			}
		})
	}
}

// familyStore is a family's graph, stored in one of the ways that exports have.
type familyStore struct {
	name, dir string
	testmodel.Family
}

// known is false where ONNX Runtime loads the graph with a fusion left out, and
// Transformers.js not at all.
func (s familyStore) known() bool { return !s.Half || !s.LayerNorm }

// familyStores writes f in every way; with -short in its own alone.
func familyStores(t *testing.T, f testmodel.Family) (stores []familyStore) {
	t.Helper()
	changes := map[string]func(*testmodel.Family){
		"fp32":            func(*testmodel.Family) {},
		"4-bit":           func(f *testmodel.Family) { f.NBits, f.AccuracyLevel = 4, 4 },
		"float16-cache":   func(f *testmodel.Family) { f.Float16Cache = true },
		"fp16":            func(f *testmodel.Family) { f.Half = true },
		"q4f16":           func(f *testmodel.Family) { f.Half, f.NBits = true, 4 },
		"no-position-ids": func(f *testmodel.Family) { f.NoPositionIDs = true },
	}
	if !f.Plain {
		changes["plain"] = func(f *testmodel.Family) { f.Plain = true }
	}
	root := t.TempDir()
	for name, change := range changes {
		if testing.Short() && name != "fp32" {
			continue
		}
		s := familyStore{name, filepath.Join(root, name), f}
		change(&s.Family)
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		if err := s.WriteDir(s.dir); err != nil {
			t.Fatal(err)
		}
		stores = append(stores, s)
	}
	return stores
}

// familyReference is reference for all stores that Transformers.js loads, by name.
func familyReference(t *testing.T, stores []familyStore, prompts [][]int64, maxNewTokens int) map[string][][]int64 {
	t.Helper()
	type question struct {
		IDs          []int64 `json:"ids"`
		MaxNewTokens int     `json:"maxNewTokens"`
		Model        string  `json:"model"`
		DType        string  `json:"dtype"`
	}
	type answer struct{ IDs []int64 }
	var known []familyStore
	var questions []question
	for _, s := range stores {
		if !s.known() {
			continue
		}
		known = append(known, s)
		for _, p := range prompts {
			questions = append(questions, question{p, maxNewTokens, filepath.Base(s.dir), s.Precision()})
		}
	}
	args := []string{known[0].dir, known[0].Precision(), "1"}
	want := map[string][][]int64{}
	for i, a := range onnxtest.Reference[question, answer](t, "reference.mjs", args, questions) {
		name := known[i/len(prompts)].name
		want[name] = append(want[name], a.IDs)
	}
	return want
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
