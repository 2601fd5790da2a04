package onnx

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// A graph whose weights stay in its file writes what the whole one writes,
// also behind a link, as Hugging Face's cache keeps files.
func TestLeaveWeights(t *testing.T) {
	if err := Initialize(onnxtest.Library(t)); err != nil {
		t.Fatal(err)
	}
	for name, store := range map[string]func(*testmodel.Llama){
		"float32": func(*testmodel.Llama) {},
		"dynamic": func(l *testmodel.Llama) { l.Dynamic = true },
		"4-bit":   func(l *testmodel.Llama) { l.NBits, l.Hidden, l.FFN = 4, 128, 256 },
	} {
		t.Run(name, func(t *testing.T) {
			l, dir := testmodel.Tiny, t.TempDir()
			store(&l)
			for _, folder := range []string{"blobs", "snapshot"} {
				if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			file, link := filepath.Join(dir, "blobs", "a1b2"), filepath.Join(dir, "snapshot", "model.onnx")
			if err := os.WriteFile(file, l.Graph(), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Join("..", "blobs", "a1b2"), link); err != nil {
				t.Skipf("links cannot be made here: %v", err)
			}
			var want []int64
			for _, g := range []Graph{{Data: l.Graph()}, {Path: file}, {Path: link}} {
				m, err := Open(g, Options{Threads: 1})
				if err != nil {
					t.Fatal(err)
				}
				out, err := m.Generate(t.Context(), benchPrompt(30, l.Vocab), GenerateOptions{MaxNewTokens: 8})
				if err != nil {
					t.Fatal(err)
				}
				if err := m.Close(); err != nil {
					t.Error(err)
				}
				if want == nil {
					want = out.IDs
				}
				if !slices.Equal(out.IDs, want) {
					t.Errorf("%s writes %v, want %v", g, out.IDs, want)
				}
			}
		})
	}
}

// The large weights leave the graph, and nothing else does.
func TestWithoutWeights(t *testing.T) {
	src, p := parse(t, testmodel.Tiny.Graph())
	data, left, err := withoutWeights(src, p, "model.onnx", 0, minLeft)
	if err != nil {
		t.Fatal(err)
	}
	large := 0
	for _, i := range p.initializers {
		if i.dtype == Float32 && i.elements()*4 >= minLeft {
			large++
		}
	}
	_, again := parse(t, data)
	if left != large || !again.external || int64(len(data)) > p.size/3 {
		t.Errorf("%d of %d large weights are left, %d of %d bytes", left, large, len(data), p.size)
	}
	if len(again.nodes) != len(p.nodes) || len(again.inputs) != len(p.inputs) || len(again.initializers) != len(p.initializers) || again.producer != p.producer {
		t.Errorf("the graph became %+v", again)
	}
	g := Graph{Path: "model.onnx"}
	if same, _, _, err := leaveWeights(g, src, again); err != nil || same.Data != nil {
		t.Errorf("a graph whose weights are outside was rewritten, %v", err)
	}
}
