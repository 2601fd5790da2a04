package onnx_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// Callers at the same time get what they would get alone, whether they work in
// turn, in parallel or in common steps.
func TestConcurrentCallers(t *testing.T) {
	for _, name := range []string{"fused", "fused, no position_ids", "fused, last logits", "fused, float16 cache", "fused, 8-bit", "fused, dynamic", "plain"} {
		for _, o := range []onnx.Options{{Parallel: 1}, {Parallel: 3}, {Batch: 4}, {Parallel: 2, Batch: 3}} {
			t.Run(fmt.Sprintf("%s/%d/%d", name, o.Parallel, o.Batch), func(t *testing.T) {
				o.Threads = 1
				graph := onnx.Graph{Data: tiny(name).Graph(), Name: name}
				one, m := open(t, graph, onnx.Options{Threads: 1}), open(t, graph, o)
				options := onnx.GenerateOptions{MaxNewTokens: 8, PrefixLen: 4, Score: [][]int64{{3, 1, 4}, {1}}}
				var done sync.WaitGroup
				for i, p := range randomPrompts(40, testmodel.Tiny.Vocab) {
					generate := func(m *onnx.Model) (onnx.Output, error) {
						if i%5 == 0 {
							return m.GenerateBeams(t.Context(), p, options, onnx.BeamOptions{NumBeams: 2, LengthPenalty: 1})
						}
						options := options
						options.Detours = i % 3
						return m.Generate(t.Context(), p, options)
					}
					want, err := generate(one)
					if err != nil {
						t.Fatal(err)
					}
					done.Go(func() {
						got, err := generate(m)
						if err != nil || !slices.Equal(got.IDs, want.IDs) || !slices.Equal(got.LogProbs, want.LogProbs) {
							t.Errorf("prompt %d: got %v, %v, %v, want %v, %v", i, got.IDs, got.LogProbs, err, want.IDs, want.LogProbs)
						}
						if !slices.EqualFunc(got.Scores, want.Scores, slices.Equal[[]float64]) {
							t.Errorf("prompt %d: got the scores %v, want %v", i, got.Scores, want.Scores)
						}
						if !reflect.DeepEqual(got.Detours, want.Detours) {
							t.Errorf("prompt %d: got the detours %v, want %v", i, got.Detours, want.Detours)
						}
					})
				}
				done.Wait()
			})
		}
	}
}

// Graphs whose outputs would change with who else takes part, or that cannot
// hold several sequences of different lengths, are run with one.
func TestBatchOnlyWhereExact(t *testing.T) {
	for name := range variants {
		l := tiny(name)
		m := open(t, onnx.Graph{Data: l.Graph(), Name: name}, onnx.Options{Parallel: 2, Batch: 3})
		want := 2
		if exact := l.NBits == 0 || l.NBits == 8 && l.AccuracyLevel == 4; exact && !l.Plain && !l.Dynamic {
			want = 6
		}
		if got := m.Concurrency(); got != want {
			t.Errorf("%s: %d generations at a time, want %d", name, got, want)
		}
	}
}

// together runs a generation for each of the prompts, of which all have begun
// before any has its second token. Stop is that of the options, with the
// number of the generation.
func together(t *testing.T, m *onnx.Model, ctx []context.Context, prompts [][]int64, newTokens int, stop func(k int, ids []int64)) (outs []onnx.Output, errs []error) {
	outs, errs = make([]onnx.Output, len(prompts)), make([]error, len(prompts))
	var done sync.WaitGroup
	var start func(k int)
	start = func(k int) {
		done.Go(func() {
			outs[k], errs[k] = m.Generate(ctx[k], prompts[k], onnx.GenerateOptions{MaxNewTokens: newTokens, Stop: func(ids []int64) bool {
				if k == 0 && len(ids) == 1 { // nobody else can take a step meanwhile
					for other := 1; other < len(prompts); other++ {
						start(other)
					}
					for m.Working() < len(prompts) {
						runtime.Gosched()
					}
				}
				stop(k, ids)
				return false
			}})
		})
	}
	start(0)
	done.Wait()
	return outs, errs
}

// Generations of a batch write their tokens in rounds.
func TestBatchStepsTogether(t *testing.T) {
	m := open(t, onnx.Graph{Data: tiny("fused").Graph()}, onnx.Options{Batch: 3})
	ctx := []context.Context{t.Context(), t.Context(), t.Context()}
	var writers []int
	_, errs := together(t, m, ctx, randomPrompts(3, testmodel.Tiny.Vocab), 6, func(k int, _ []int64) { writers = append(writers, k) })
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for round := range slices.Chunk(writers, 3) {
		if slices.Sort(round); !slices.Equal(round, []int{0, 1, 2}) {
			t.Errorf("the tokens came from %v, not one from each in every round", writers)
			break
		}
	}
}

// One that leaves a batch, cancelled amid the others, changes nothing for them.
func TestBatchCancelled(t *testing.T) {
	m := open(t, onnx.Graph{Data: tiny("fused").Graph()}, onnx.Options{Batch: 4})
	prompts := randomPrompts(4, testmodel.Tiny.Vocab)
	alone := make([][]int64, len(prompts))
	for i, p := range prompts {
		out, err := m.Generate(t.Context(), p, onnx.GenerateOptions{MaxNewTokens: 12})
		if err != nil {
			t.Fatal(err)
		}
		alone[i] = out.IDs
	}
	for leaves := range prompts {
		ctx := make([]context.Context, len(prompts))
		for i := range ctx {
			ctx[i] = t.Context()
		}
		cancelled, cancel := context.WithCancel(t.Context())
		ctx[leaves] = cancelled
		outs, errs := together(t, m, ctx, prompts, 12, func(k int, ids []int64) {
			if k == leaves && len(ids) == 5 {
				cancel()
			}
		})
		for k := range prompts {
			want, wantErr := alone[k], error(nil)
			if k == leaves {
				want, wantErr = want[:5], context.Canceled
			}
			if !errors.Is(errs[k], wantErr) || !slices.Equal(outs[k].IDs, want) {
				t.Errorf("number %d leaves: number %d got %v, %v, want %v, %v", leaves, k, outs[k].IDs, errs[k], want, wantErr)
			}
		}
	}
}
