package onnx

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// beamKinds are the kinds of graphs whose caches differ.
var beamKinds = []string{"fused", "plain", "encoder-decoder", "encoder-decoder, split"}

// beamModel opens a tiny graph with few tokens.
func beamModel(t *testing.T, vocab int, kind string) *Model {
	t.Helper()
	if err := Initialize(onnxtest.Library(t)); err != nil {
		t.Fatal(err)
	}
	l := testmodel.Tiny
	l.Vocab, l.Plain = vocab, kind == "plain"
	g, o := Graph{Data: l.Graph()}, Options{Threads: 1}
	if strings.HasPrefix(kind, "encoder") {
		t5 := testmodel.TinyT5
		t5.Vocab, t5.Split = vocab, strings.HasSuffix(kind, "split")
		dir := t.TempDir()
		if err := t5.WriteDir(dir); err != nil {
			t.Fatal(err)
		}
		g = Graph{}
		g.Encoder, g.Path, g.WithPast = t5.Paths(dir)
		o.Config.DecoderStart = &t5.Start
	}
	m, err := Open(g, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// probabilities computes the logarithms of the probabilities of the token after
// prompt and text, without any cache.
func probabilities(t *testing.T, m *Model, prompt, text []int64, o GenerateOptions) []float64 {
	t.Helper()
	s, err := m.begin(t.Context(), prompt, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	head, err := s.open(prompt)
	if err != nil {
		t.Fatal(err)
	}
	ids := slices.Concat(head, text)
	logits, err := s.forward(ids)
	if err != nil {
		t.Fatal(err)
	}
	b := beamSearch{GenerateOptions: o, sequence: s, sampler: newSampler(o)}
	probs, err := b.logProbs(logits, ids)
	if err != nil {
		t.Fatal(err)
	}
	return probs
}

// everyText calls found for every text that can follow prompt and begins with
// text, with its score.
func everyText(t *testing.T, m *Model, prompt, text []int64, logProb float64, o GenerateOptions, penalty float64, found func(text []int64, score float64)) {
	for token, p := range probabilities(t, m, prompt, text, o) {
		if math.IsInf(p, -1) {
			continue
		}
		score := (logProb + p) / math.Pow(float64(len(text)+1), penalty)
		longer := append(slices.Clip(text), int64(token))
		switch {
		case slices.Contains(o.EOS, int64(token)):
			found(text, score)
		case len(longer) == o.MaxNewTokens, o.Stop != nil && o.Stop(longer):
			found(longer, score)
		default:
			everyText(t, m, prompt, longer, logProb+p, o, penalty, found)
		}
	}
}

// tolerance is for sums of float32 that are added in another order with a
// cache than without.
const tolerance = 1e-4

// Beams enough for every text find the best there is.
func TestBeamsBruteForce(t *testing.T) {
	const vocab = 5
	prompt := []int64{1, 3, 2, 2, 4}
	for name, o := range map[string]GenerateOptions{
		"no end":     {},
		"eos":        {EOS: []int64{0}},
		"two eos":    {EOS: []int64{0, 3}, PrefixLen: 2},
		"stop":       {Stop: func(ids []int64) bool { return ids[len(ids)-1] == 4 }},
		"processors": {EOS: []int64{1}, RepetitionPenalty: 1.5, NoRepeatNgramSize: 2},
	} {
		o.MaxNewTokens = 3
		for _, kind := range beamKinds {
			m := beamModel(t, vocab, kind)
			for _, penalty := range []float64{-1, 0, 1, 2} {
				t.Run(fmt.Sprintf("%s, %s, length penalty %v", name, kind, penalty), func(t *testing.T) {
					best, scores := math.Inf(-1), map[string]float64{}
					everyText(t, m, prompt, nil, 0, o, penalty, func(text []int64, score float64) {
						best = max(best, score)
						key := fmt.Sprint(text)
						if known, twice := scores[key]; !twice || score > known {
							scores[key] = score
						}
					})
					out, err := m.GenerateBeams(t.Context(), prompt, o, BeamOptions{NumBeams: vocab * vocab, LengthPenalty: penalty})
					if err != nil {
						t.Fatal(err)
					}
					if got, known := scores[fmt.Sprint(out.IDs)]; !known || got < best-tolerance {
						t.Errorf("found %v (%s) of score %v, the best of %d texts is %v", out.IDs, out.Reason, got, len(scores), best)
					}
				})
			}
		}
	}
}

// A search of one beam is greedy, and its prompt's prefix is kept likewise.
func TestOneBeamIsGreedy(t *testing.T) {
	for _, kind := range beamKinds {
		m := beamModel(t, 128, kind)
		for i := range 10 {
			prompt := benchPrompt(3+40*i, 128)
			o := GenerateOptions{MaxNewTokens: 12, PrefixLen: i, EOS: []int64{7}}
			want, err := m.Generate(t.Context(), prompt, o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.GenerateBeams(t.Context(), prompt, o, BeamOptions{NumBeams: 1, LengthPenalty: 1})
			if err != nil {
				t.Fatal(err)
			}
			prefix := min(i, len(prompt)-1)
			if m.sig.encodes { // it reads the prompt as a whole
				prefix = 0
			}
			if !slices.Equal(got.IDs, want.IDs) || got.Reason != want.Reason || got.PromptTokens != len(prompt) || got.PrefixTokens != prefix {
				t.Errorf("%s, prompt %d: got %+v, want %+v", kind, i, got, want)
			}
		}
	}
}

// The scores of a search, whose texts share one cache in turns, are those that
// are computed without any.
func TestBeamsScores(t *testing.T) {
	for _, kind := range beamKinds {
		m := beamModel(t, 128, kind)
		prompt := benchPrompt(70, 128)
		o := GenerateOptions{MaxNewTokens: 10}
		for _, beams := range []int{1, 2, 4} {
			s, err := m.begin(t.Context(), prompt, o)
			if err != nil {
				t.Fatal(err)
			}
			search := &beamSearch{GenerateOptions: o, BeamOptions: BeamOptions{NumBeams: beams}, sequence: s, sampler: newSampler(o), limit: o.MaxNewTokens}
			best, _, err := search.run(prompt)
			s.end()
			if err != nil {
				t.Fatal(err)
			}
			text, want := best.ids[search.head:], 0.0
			for i, id := range text {
				want += probabilities(t, m, prompt, text[:i], o)[id]
			}
			if math.Abs(best.score-want) > tolerance || len(text) != o.MaxNewTokens {
				t.Errorf("%s, %d beams: %v scores %v, computed anew %v", kind, beams, text, best.score, want)
			}
		}
	}
}

func TestBeamsRefused(t *testing.T) {
	m := beamModel(t, 5, "fused")
	for want, c := range map[string]struct {
		o GenerateOptions
		b BeamOptions
	}{
		"the number of beams is 0":        {GenerateOptions{}, BeamOptions{}},
		"the number of beams is 65":       {GenerateOptions{}, BeamOptions{NumBeams: 65}},
		"the temperature must be 0":       {GenerateOptions{Temperature: 1}, BeamOptions{NumBeams: 2}},
		"the length penalty is NaN":       {GenerateOptions{}, BeamOptions{NumBeams: 2, LengthPenalty: math.NaN()}},
		"a negative number among the gen": {GenerateOptions{MaxNewTokens: -1}, BeamOptions{NumBeams: 2}},
	} {
		if _, err := m.GenerateBeams(t.Context(), []int64{1}, c.o, c.b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	out, err := m.GenerateBeams(t.Context(), []int64{1}, GenerateOptions{}, BeamOptions{NumBeams: 2})
	if err != nil || len(out.IDs) != 0 || out.Reason != Length {
		t.Errorf("without room for tokens: %+v, %v", out, err)
	}
}
