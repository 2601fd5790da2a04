package onnx

import (
	"math"
	"slices"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// scoreVariants are graphs that give their logits, and keep their caches, in
// different ways.
var scoreVariants = map[string]func(*testmodel.Llama){
	"fused":               func(*testmodel.Llama) {},
	"fused, 8-bit":        func(l *testmodel.Llama) { l.NBits, l.AccuracyLevel = 8, 4 },
	"fused, last logits":  func(l *testmodel.Llama) { l.LastLogits = true },
	"fused, half logits":  func(l *testmodel.Llama) { l.Float16Logits = true },
	"plain":               func(l *testmodel.Llama) { l.Plain = true },
	"plain, last logits":  func(l *testmodel.Llama) { l.Plain, l.LastLogits = true, true },
	"plain, no positions": func(l *testmodel.Llama) { l.Plain, l.NoPositionIDs = true, true },
}

func openTiny(t *testing.T, l testmodel.Llama) *Model {
	t.Helper()
	if err := Initialize(onnxtest.Library(t)); err != nil {
		t.Fatal(err)
	}
	m, err := Open(Graph{Data: l.Graph()}, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// direct computes the log-probabilities of text after prompt from one pass of
// the graph as it is in the file, without a cache, with a plain softmax.
func direct(t *testing.T, graph []byte, prompt, text []int64) []float64 {
	t.Helper()
	_, p := parse(t, graph)
	sig, err := readSignature(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := newModel(Graph{Data: graph}, sig, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	ids := slices.Concat(prompt, text[:len(text)-1])
	s, err := m.begin(t.Context(), ids, GenerateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	if err := s.read(ids, len(text)); err != nil {
		t.Fatal(err)
	}
	var probs []float64
	for i, id := range text {
		s.decode(i)
		sum := 0.0
		for _, l := range s.last {
			sum += math.Exp(float64(l))
		}
		probs = append(probs, float64(s.last[id])-math.Log(sum))
	}
	return probs
}

// Generated tokens and given texts get the probabilities that a direct
// computation gives them, whatever the prompt's prefix, and the prompt is not
// read again for them.
func TestLogProbs(t *testing.T) {
	whole := testmodel.Tiny
	for name, vary := range scoreVariants {
		t.Run(name, func(t *testing.T) {
			l := whole
			vary(&l)
			m := openTiny(t, l)
			asFile := l
			asFile.LastLogits = false
			before := live.Load()
			for i, prompt := range [][]int64{{5}, benchPrompt(3, l.Vocab), benchPrompt(70, l.Vocab)} {
				texts := [][]int64{{9}, {1, 2, 3, 4, 5, 6, 7}, benchPrompt(90, l.Vocab)}
				for _, prefix := range []int{0, len(prompt) / 2, len(prompt) / 2} {
					out, err := m.Generate(t.Context(), prompt, GenerateOptions{MaxNewTokens: 8, PrefixLen: prefix, Score: texts, RepetitionPenalty: 1.5})
					if err != nil {
						t.Fatal(err)
					}
					near(t, i, out.LogProbs, direct(t, asFile.Graph(), prompt, out.IDs))
					for j, text := range texts {
						near(t, i, out.Scores[j], direct(t, asFile.Graph(), prompt, text))
					}
				}
			}
			if now := live.Load(); now != before {
				t.Errorf("%d native objects were left behind", now-before)
			}
		})
	}
}

func near(t *testing.T, i int, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("prompt %d: %d probabilities, want %d", i, len(got), len(want))
	}
	for k := range got {
		if math.Abs(got[k]-want[k]) > 2e-3 { // the half-precision cache is not among them
			t.Errorf("prompt %d, token %d: got %.6f, want %.6f", i, k, got[k], want[k])
		}
	}
}

// Texts are scored where nothing is generated, and a beam search gives the
// probabilities of its text like any other generation.
func TestLogProbsOfSearch(t *testing.T) {
	for name, vary := range scoreVariants {
		l := testmodel.Tiny
		vary(&l)
		asFile := l
		asFile.LastLogits = false
		m := openTiny(t, l)
		prompt, text := benchPrompt(20, l.Vocab), []int64{1, 2, 3}
		o := GenerateOptions{Score: [][]int64{text}, PrefixLen: 5}
		out, err := m.Generate(t.Context(), prompt, o)
		if err != nil {
			t.Fatal(name, err)
		}
		near(t, 0, out.Scores[0], direct(t, asFile.Graph(), prompt, text))
		o.MaxNewTokens, o.NoRepeatNgramSize = 6, 2
		out, err = m.GenerateBeams(t.Context(), prompt, o, BeamOptions{NumBeams: 3, LengthPenalty: 1})
		if err != nil {
			t.Fatal(name, err)
		}
		near(t, 1, out.Scores[0], direct(t, asFile.Graph(), prompt, text))
		near(t, 1, out.LogProbs, direct(t, asFile.Graph(), prompt, out.IDs))
	}
}

// The token that ends an output has its probability too.
func TestEndLogProb(t *testing.T) {
	m := openTiny(t, testmodel.Tiny)
	prompt := []int64{5, 6, 7}
	free, err := m.Generate(t.Context(), prompt, GenerateOptions{MaxNewTokens: 8})
	if err != nil {
		t.Fatal(err)
	}
	ended, err := m.Generate(t.Context(), prompt, GenerateOptions{MaxNewTokens: 8, EOS: free.IDs[3:4]})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(free.IDs, free.IDs[3])
	if ended.Reason != EOS || ended.End != free.LogProbs[at] || free.End != 0 {
		t.Errorf("ended with %s at %v, want %v; without an end %v", ended.Reason, ended.End, free.LogProbs[at], free.End)
	}
}

// Texts that cannot follow the prompt are refused.
func TestScoreRefuses(t *testing.T) {
	m := openTiny(t, testmodel.Tiny)
	for name, text := range map[string][]int64{
		"too long":      make([]int64, m.Context()),
		"unknown token": {int64(m.VocabSize())},
	} {
		if _, err := m.Generate(t.Context(), []int64{1}, GenerateOptions{Score: [][]int64{text}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestExp(t *testing.T) {
	for x := -negligible + 0.001; x <= 0; x += 0.0137 {
		got, want := float64(exp(float32(x))), math.Exp(x)
		if math.Abs(got-want) > 6e-5*want {
			t.Errorf("exp(%g) = %g, want %g", x, got, want)
		}
	}
}
