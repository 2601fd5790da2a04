package onnx_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// t5Reference is reference for a model that l describes.
func t5Reference(t *testing.T, l testmodel.T5, dir string, prompts [][]int64, o onnx.GenerateOptions) [][]int64 {
	t.Helper()
	type question struct {
		IDs               []int64 `json:"ids"`
		MaxNewTokens      int     `json:"maxNewTokens"`
		NoRepeatNgramSize int     `json:"noRepeatNgramSize"`
	}
	type answer struct{ IDs []int64 }
	var questions []question
	for _, p := range prompts {
		questions = append(questions, question{p, o.MaxNewTokens, o.NoRepeatNgramSize})
	}
	var ids [][]int64
	distinct := map[string]bool{}
	for _, a := range onnxtest.Reference[question, answer](t, "reference.mjs", []string{dir, l.Precision(), "1"}, questions) {
		ids = append(ids, a.IDs)
		distinct[fmt.Sprint(a.IDs)] = true
	}
	if len(distinct) < len(prompts)/4 {
		t.Errorf("%d prompts have %d outputs: they do not say whether the prompt was read", len(prompts), len(distinct))
	}
	return ids
}

// What an encoder reads and a decoder writes is what Transformers.js writes. It
// knows no two files of decoders: what these write must be the same.
func TestParityEncoderDecoder(t *testing.T) {
	for _, dynamic := range []bool{false, true} {
		for _, ngram := range []int{0, 1, 2} {
			t.Run(fmt.Sprintf("dynamic %v, no repeated %d", dynamic, ngram), func(t *testing.T) {
				merged := t5(dynamic, false)
				merged.EOS = 5
				prompts := randomPrompts(fewer(24), merged.Vocab)
				dir, g := t5Graph(t, merged)
				o := onnx.GenerateOptions{MaxNewTokens: 24, EOS: []int64{merged.EOS}, NoRepeatNgramSize: ngram}
				want := t5Reference(t, merged, dir, prompts, o)
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

// CodeT5-base's own shape, in 8 bits. Its layers are alike, so three will do.
func TestParityCodeT5(t *testing.T) {
	notShort(t)
	l := testmodel.CodeT5Base
	l.Layers, l.DecoderLayers = 3, 3
	l.Dynamic = true
	prompts := promptsOf([]int{1, 60, 256}, l.Vocab)
	dir, g := t5Graph(t, l)
	o := onnx.GenerateOptions{MaxNewTokens: 6, NoRepeatNgramSize: 2}
	compare(t, open(t, g, t5Options(l, onnx.Options{})), prompts, t5Reference(t, l, dir, prompts, o), o, whole, roundedTie)
}

// A context that ends stops the encoder inside ONNX Runtime, or the decoder, and
// leaves the model as it was.
func TestCancelEncoderDecoder(t *testing.T) {
	l := testmodel.T5{Layers: 12, DecoderLayers: 1, Hidden: 128, FFN: 256, Heads: 8, HeadDim: 16, Vocab: 256, Context: 512, Buckets: 8, MaxDistance: 20, Seed: 1}
	m := openT5(t, l, onnx.Options{Threads: 1})
	prompt, o := randomPrompts(1, l.Vocab)[0], onnx.GenerateOptions{MaxNewTokens: 8}
	for len(prompt) < 500 {
		prompt = append(prompt, prompt...)
	}
	prompt = prompt[:500]
	whole, err := m.Generate(t.Context(), prompt, o)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := whole.Prefill / 4; ; deadline /= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		_, err := m.Generate(ctx, prompt, o)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		// The machine may have been slower the first time.
		if err != nil || deadline < whole.Prefill/100 {
			t.Fatalf("a deadline of %s for a prefill of %s: got %v, want %v", deadline, whole.Prefill, err, context.DeadlineExceeded)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped, err := m.Generate(ctx, prompt, onnx.GenerateOptions{MaxNewTokens: 100, Stop: func(ids []int64) bool {
		if len(ids) == 5 {
			cancel()
		}
		return false
	}})
	if !errors.Is(err, context.Canceled) || len(stopped.IDs) != 5 {
		t.Errorf("cancelled after 5 tokens: got %v, %v", stopped.IDs, err)
	}
	again, err := m.Generate(t.Context(), prompt, o)
	if err != nil || !slices.Equal(again.IDs, whole.IDs) || !slices.Equal(again.LogProbs, whole.LogProbs) {
		t.Errorf("after cancels: got %v, %v, want %v", again.IDs, err, whole.IDs)
	}
}

// Prompt and output have positions of their own, and generations at the same
// time do not share what an encoder read.
func TestEncoderDecoderPositions(t *testing.T) {
	l := t5(false, false)
	l.Context = 20
	m := openT5(t, l, onnx.Options{Threads: 1, Parallel: 2, Batch: 4})
	if m.Context() != 20 || m.Room(20) != 19 || m.Concurrency() != 2 {
		t.Errorf("%d positions, room for %d tokens, %d at a time", m.Context(), m.Room(20), m.Concurrency())
	}
	prompt := make([]int64, 20)
	out, err := m.Generate(t.Context(), prompt, onnx.GenerateOptions{MaxNewTokens: 100})
	if err != nil || len(out.IDs) != 19 || out.Reason != onnx.Length || out.PromptTokens != 20 {
		t.Errorf("got %+v, %v, want 19 tokens", out, err)
	}
	for want, prompt := range map[string][]int64{
		"the model's encoder has 20 positions": make([]int64, 21),
		"the prompt is empty":                  {},
		"the prompt has token 128":             {128},
	} {
		if _, err := m.Generate(t.Context(), prompt, onnx.GenerateOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := m.Generate(t.Context(), prompt, onnx.GenerateOptions{Score: [][]int64{make([]int64, 20)}}); err == nil || !strings.Contains(err.Error(), "20 positions") {
		t.Errorf("a text of 20 tokens to score: %v", err)
	}
}

// Draws are repeatable, and a large chance is taken where a small one is not.
func TestEncoderDecoderSampling(t *testing.T) {
	m := openT5(t, t5(false, true), onnx.Options{Threads: 1})
	prompt := randomPrompts(1, 128)[0]
	distinct := map[string]bool{}
	for seed := range uint64(10) {
		o := onnx.GenerateOptions{MaxNewTokens: 12, Temperature: 3, TopP: 0.95, Seed: seed}
		first, err := m.Generate(t.Context(), prompt, o)
		if err != nil {
			t.Fatal(err)
		}
		second, err := m.Generate(t.Context(), prompt, o)
		if err != nil || !slices.Equal(first.IDs, second.IDs) {
			t.Errorf("seed %d: %v, then %v, %v", seed, first.IDs, second.IDs, err)
		}
		distinct[fmt.Sprint(first.IDs)] = true
	}
	if len(distinct) < 5 {
		t.Errorf("10 seeds give %d texts", len(distinct))
	}
}
