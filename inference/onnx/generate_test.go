package onnx_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// variants are tiny graphs of every interface that exports come in.
var variants = map[string]func(*testmodel.Llama){
	"fused":                  func(l *testmodel.Llama) {},
	"fused, no position_ids": func(l *testmodel.Llama) { l.NoPositionIDs = true },
	"fused, last logits":     func(l *testmodel.Llama) { l.LastLogits = true },
	"fused, float16 cache":   func(l *testmodel.Llama) { l.Float16Cache = true },
	"fused, float16 logits":  func(l *testmodel.Llama) { l.Float16Logits = true },
	"fused, 8-bit":           func(l *testmodel.Llama) { l.NBits, l.AccuracyLevel = 8, 4 },
	"fused, 8-bit, exact":    func(l *testmodel.Llama) { l.NBits = 8 },
	"fused, 4-bit":           func(l *testmodel.Llama) { l.NBits, l.AccuracyLevel = 4, 4 },
	"fused, 4-bit, exact":    func(l *testmodel.Llama) { l.NBits = 4 },
	"fused, dynamic":         func(l *testmodel.Llama) { l.Dynamic = true },
	"plain":                  func(l *testmodel.Llama) { l.Plain = true },
	"plain, 8-bit":           func(l *testmodel.Llama) { l.Plain, l.NBits, l.AccuracyLevel = true, 8, 4 },
	"plain, 4-bit":           func(l *testmodel.Llama) { l.Plain, l.NBits = true, 4 },
	"plain, dynamic":         func(l *testmodel.Llama) { l.Plain, l.Dynamic = true, true },
	"plain, no position_ids": func(l *testmodel.Llama) { l.Plain, l.NoPositionIDs = true, true },
	"plain, last logits":     func(l *testmodel.Llama) { l.Plain, l.LastLogits = true, true },
	"plain, float16 cache":   func(l *testmodel.Llama) { l.Plain, l.Float16Cache = true, true },
}

func tiny(name string) testmodel.Llama {
	l := testmodel.Tiny
	variants[name](&l)
	return l
}

func writeDir(t testing.TB, l testmodel.Llama, dir string) {
	t.Helper()
	if err := l.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
}

func openTiny(t testing.TB, name string) *onnx.Model {
	return open(t, onnx.Graph{Data: tiny(name).Graph(), Name: name}, onnx.Options{Threads: 1})
}

// All graphs of one seed hold the same function, so they write the same
// tokens, but where two are as likely, whether the cache is in place or in two buffers, float32 or float16.
// TestParityRandomModels says what the tokens should be.
func TestVariantsAgree(t *testing.T) {
	prompts := randomPrompts(30, testmodel.Tiny.Vocab)
	o := onnx.GenerateOptions{MaxNewTokens: 16}
	var want [][]int64
	base := openTiny(t, "fused")
	for _, p := range prompts {
		out, err := base.Generate(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, out.IDs)
	}
	for name := range variants {
		if l := tiny(name); l.NBits > 0 || l.Dynamic {
			continue // other weights
		}
		t.Run(name, func(t *testing.T) {
			m := openTiny(t, name)
			if want := !tiny(name).Plain; m.InPlace() != want {
				t.Errorf("the cache is written in place: %v, want %v", m.InPlace(), want)
			}
			if !m.LastOnly() {
				t.Error("logits are computed for the whole prompt")
			}
			compare(t, m, prompts, want, o, everyWay, tieOf(tiny(name)))
		})
	}
}

// Weights in a second file are found beside the graph, also by the rewritten
// one, and only there.
func TestExternalWeights(t *testing.T) {
	inside, outside := testmodel.Tiny, testmodel.Tiny
	outside.External = true
	dir := t.TempDir()
	writeDir(t, outside, dir)
	path := outside.GraphPath(dir)
	o := onnx.GenerateOptions{MaxNewTokens: 8}
	var ids [2][]int64
	for i, g := range []onnx.Graph{{Data: inside.Graph()}, {Path: path}} {
		m := open(t, g, onnx.Options{})
		out, err := m.Generate(t.Context(), []int64{5, 6, 7}, o)
		if err != nil {
			t.Fatal(err)
		}
		if !m.LastOnly() {
			t.Error("logits are computed for the whole prompt")
		}
		ids[i] = out.IDs
	}
	if !slices.Equal(ids[0], ids[1]) {
		t.Errorf("weights inside give %v, outside %v", ids[0], ids[1])
	}
	if err := os.Remove(filepath.Join(dir, "onnx", "model.onnx_data")); err != nil {
		t.Fatal(err)
	}
	if _, err := onnx.Open(onnx.Graph{Path: path}, onnx.Options{}); err == nil || !strings.Contains(err.Error(), "second file") || !strings.Contains(err.Error(), path) {
		t.Errorf("without the second file: %v", err)
	}
}
