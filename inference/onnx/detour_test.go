package onnx

import (
	"slices"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// A detour leaves the output at one of its closest places and is what the model
// writes after that beginning, with the probabilities of a direct computation.
func TestDetours(t *testing.T) {
	for name, vary := range scoreVariants {
		t.Run(name, func(t *testing.T) {
			l := testmodel.Tiny
			vary(&l)
			m := openTiny(t, l)
			asFile := l
			asFile.LastLogits = false
			for i, prompt := range [][]int64{{5}, benchPrompt(3, l.Vocab), benchPrompt(70, l.Vocab)} {
				o := GenerateOptions{MaxNewTokens: 8, EOS: []int64{benchPrompt(9, l.Vocab)[8]}, Score: [][]int64{{1, 2, 3}}}
				alone, err := m.Generate(t.Context(), prompt, o)
				if err != nil {
					t.Fatal(err)
				}
				o.Detours = 3
				out, err := m.Generate(t.Context(), prompt, o)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(out.IDs, alone.IDs) || !slices.Equal(out.LogProbs, alone.LogProbs) {
					t.Errorf("prompt %d: detours change the output from %v to %v", i, alone.IDs, out.IDs)
				}
				near(t, i, out.Scores[0], alone.Scores[0])
				if len(out.Detours) != 3 {
					t.Fatalf("prompt %d: %d detours", i, len(out.Detours))
				}
				last := -1.0
				for _, d := range out.Detours {
					if out.Margins[d.At] < last {
						t.Errorf("prompt %d: margins fall: %v", i, out.Margins)
					}
					last = out.Margins[d.At]
					if !slices.Equal(d.IDs[:d.At], out.IDs[:d.At]) || d.At < min(len(d.IDs), len(out.IDs)) && d.IDs[d.At] == out.IDs[d.At] {
						t.Errorf("prompt %d: %v does not leave %v at %d", i, d.IDs, out.IDs, d.At)
					}
					if len(d.IDs) == d.At {
						continue // it ended there
					}
					near(t, i, d.LogProbs, direct(t, asFile.Graph(), prompt, d.IDs))
					beginning := d.IDs[:d.At+1]
					rest, err := m.Generate(t.Context(), slices.Concat(prompt, beginning), GenerateOptions{MaxNewTokens: 8 - len(beginning), EOS: o.EOS})
					if err != nil {
						t.Fatal(err)
					}
					if want := slices.Concat(beginning, rest.IDs); !slices.Equal(d.IDs, want) || len(beginning) < 8 && d.Reason != rest.Reason {
						t.Errorf("prompt %d: the detour at %d is %v (%s), want %v (%s)", i, d.At, d.IDs, d.Reason, want, rest.Reason)
					}
				}
			}
		})
	}
}

func TestDetoursRefuse(t *testing.T) {
	m := openTiny(t, testmodel.Tiny)
	for name, o := range map[string]GenerateOptions{
		"negative":      {Detours: -1},
		"a temperature": {Detours: 1, Temperature: 1},
		"a penalty":     {Detours: 1, RepetitionPenalty: 1.5},
	} {
		if _, err := m.Generate(t.Context(), []int64{5}, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := m.GenerateBeams(t.Context(), []int64{5}, GenerateOptions{Detours: 1}, BeamOptions{NumBeams: 2}); err == nil {
		t.Error("beams: no error")
	}
}
