package onnx_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

func TestInspectShipped(t *testing.T) {
	got, err := onnx.Inspect(onnx.Graph{Path: filepath.Join(shipped(t), "onnx", "model_quantized.onnx")}, onnx.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if !got.CanGenerate || !got.InPlace || got.Why != "" {
		t.Errorf("can generate: %v, in place: %v, %q", got.CanGenerate, got.InPlace, got.Why)
	}
	if shape := []int{got.Layers, got.KVHeads, got.HeadDim, got.VocabSize, got.Context}; !cmp.Equal(shape, []int{8, 4, 64, 8192, 2048}) {
		t.Errorf("layers, heads, head size, vocabulary, context: %v", shape)
	}
	if got.Parameters < 27_750_000 || got.Parameters > 27_850_000 {
		t.Errorf("%d parameters, its card says 27.8M", got.Parameters)
	}
	want := []onnx.Product{{Op: "MatMulNBits", Weight: 2, Count: 8*7 + 1, Bits: 8, BlockSize: 32, AccuracyLevel: 4}}
	if diff := cmp.Diff(want, got.Products); diff != "" {
		t.Error(diff)
	}
}

func TestInspectRandom(t *testing.T) {
	for name := range variants {
		got, err := onnx.Inspect(onnx.Graph{Data: tiny(name).Graph()}, onnx.Config{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		l := tiny(name)
		perLayer := l.Hidden*l.HeadDim*2*(l.Heads+l.KVHeads) + 3*l.Hidden*l.FFN + 2*l.Hidden
		want := int64(l.Vocab*l.Hidden + l.Layers*perLayer + l.Hidden)
		// Small constants and plain graphs' rotary tables are counted too.
		if slack := int64(2*l.Context*l.HeadDim/2 + 4096); got.Parameters < want || got.Parameters > want+slack {
			t.Errorf("%s: %d parameters, want %d", name, got.Parameters, want)
		}
		if !got.CanGenerate || got.Layers != l.Layers || got.Context > 2048 || got.Producer != "gloss-testmodel" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestInspectCannotGenerate(t *testing.T) {
	for want, data := range map[string][]byte{
		"encoder-only: there is no logits output":      testmodel.Encoder(),
		"export with --task text-generation-with-past": testmodel.NoCache(),
	} {
		got, err := onnx.Inspect(onnx.Graph{Data: data}, onnx.Config{})
		if err != nil || got.CanGenerate || !strings.Contains(got.Why, want) {
			t.Errorf("got %+v, %v, want the reason %q", got, err, want)
		}
	}
}

// Any bytes give an answer or an error, in bounded time and memory.
func FuzzInspect(f *testing.F) {
	for name := range variants {
		f.Add(tiny(name).Graph()[:4000])
	}
	small := testmodel.Llama{Layers: 1, Hidden: 2, FFN: 2, Heads: 1, KVHeads: 1, HeadDim: 2, Vocab: 3, Context: 2, Theta: 10000}
	f.Add(small.Graph())
	f.Add(testmodel.Encoder())
	f.Add(testmodel.NoCache())
	for _, data := range testmodel.Hostile() {
		f.Add(data)
	}
	f.Add([]byte("version https://git-lfs"))
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := onnx.Inspect(onnx.Graph{Data: data}, onnx.Config{})
		if (info == nil) == (err == nil) {
			t.Fatalf("got %v and %v", info, err)
		}
		if info != nil && info.CanGenerate == (info.Why != "") {
			t.Fatalf("can generate: %v, because %q", info.CanGenerate, info.Why)
		}
		if info != nil && info.Parameters < 0 {
			t.Fatalf("%d parameters", info.Parameters)
		}
	})
}
