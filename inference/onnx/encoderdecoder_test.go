package onnx_test

import (
	"fmt"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// t5 returns a tiny model of the T5 family: its matrices in 8 bits or not, its
// decoders in two files or in one.
func t5(dynamic, split bool) testmodel.T5 {
	l := testmodel.TinyT5
	l.Dynamic, l.Split = dynamic, split
	return l
}

// t5Graph writes l and names its files.
func t5Graph(t testing.TB, l testmodel.T5) (dir string, g onnx.Graph) {
	t.Helper()
	dir = t.TempDir()
	if err := l.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	g.Encoder, g.Path, g.WithPast = l.Paths(dir)
	return dir, g
}

func t5Options(l testmodel.T5, o onnx.Options) onnx.Options {
	o.Config.DecoderStart = &l.Start
	o.Config.MaxPositionEmbeddings = l.Context
	return o
}

func openT5(t *testing.T, l testmodel.T5, o onnx.Options) *onnx.Model {
	t.Helper()
	_, g := t5Graph(t, l)
	return open(t, g, t5Options(l, o))
}

// What an encoder reads and a decoder writes is what Transformers.js writes. It
// knows no two files of decoders: what these write must be the same.
func TestParityEncoderDecoder(t *testing.T) {
	for _, dynamic := range []bool{false, true} {
		for _, ngram := range []int{0, 1, 2} {
			t.Run(fmt.Sprintf("dynamic %v, no repeated %d", dynamic, ngram), func(t *testing.T) {
				merged := t5(dynamic, false)
				merged.EOS = 5
				prompts := randomPrompts(60, merged.Vocab)
				dir, g := t5Graph(t, merged)
				type question struct {
					IDs               []int64 `json:"ids"`
					MaxNewTokens      int     `json:"maxNewTokens"`
					NoRepeatNgramSize int     `json:"noRepeatNgramSize"`
				}
				type answer struct{ IDs []int64 }
				var questions []question
				for _, p := range prompts {
					questions = append(questions, question{p, 24, ngram})
				}
				var want [][]int64
				distinct := map[string]bool{}
				for _, a := range onnxtest.Reference[question, answer](t, "reference.mjs", []string{dir, merged.Precision(), "1"}, questions) {
					want = append(want, a.IDs)
					distinct[fmt.Sprint(a.IDs)] = true
				}
				if len(distinct) < len(prompts)/4 {
					t.Errorf("%d prompts have %d outputs: they do not say whether the prompt was read", len(prompts), len(distinct))
				}
				o := onnx.GenerateOptions{MaxNewTokens: 24, EOS: []int64{merged.EOS}, NoRepeatNgramSize: ngram}
				tie := map[bool]float64{false: tie, true: roundedTie}[dynamic]
				m := open(t, g, t5Options(merged, onnx.Options{}))
				compare(t, m, prompts, want, o, whole, tie)
				split := t5(dynamic, true)
				compare(t, openT5(t, split, onnx.Options{}), prompts, want, o, whole, tie)
				compareTogether(t, openT5(t, split, onnx.Options{Parallel: 2, Batch: 4}), prompts, want, o, none, tie)
			})
		}
	}
}
