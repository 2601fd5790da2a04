package onnx_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// reference continues prompts greedily with Transformers.js. It reads part of
// each prompt by itself first, and keeps what it read of that for the next
// prompt.
func reference(t *testing.T, dir, dtype string, prompts [][]int64, part func(length int) int, maxNewTokens int) [][]int64 {
	t.Helper()
	type question struct {
		IDs          []int64 `json:"ids"`
		MaxNewTokens int     `json:"maxNewTokens"`
		PrefixLen    int     `json:"prefixLen"`
	}
	type answer struct{ IDs []int64 }
	var questions []question
	for _, p := range prompts {
		questions = append(questions, question{p, maxNewTokens, part(len(p))})
	}
	var ids [][]int64
	for _, a := range onnxtest.Reference[question, answer](t, "reference.mjs", []string{dir, dtype, "1"}, questions) {
		ids = append(ids, a.IDs)
	}
	return ids
}

// way is a way to read a prompt: a part of it as its prefix, which is kept
// from before or not.
type way struct {
	part func(length int) int
	kept bool
}

// fewer is n, or a quarter of it with -short: for the race detector one prompt is
// like another.
func fewer(n int) int {
	if testing.Short() {
		return max(1, n/4)
	}
	return n
}

// notShort leaves out what writes and loads a graph of full size: the race
// detector sees the same of a small one.
func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a graph of full size, left out by -short")
	}
}

func none(int) int          { return 0 }
func thirds(length int) int { return length / 3 }
func forty(length int) int  { return min(40, length/2) }

// inParts are the ways that read part of a prompt first: with a new prefix and
// with a kept one.
func inParts(part func(length int) int) []way { return []way{{part, false}, {part, true}} }

var (
	whole    = []way{{none, false}}
	everyWay = append(whole, inParts(thirds)...)
)

// Ties are tokens of which rounding may choose one or the other. A processor
// sums a product's parts in an order of its own, and has other kernels for one
// row than for several: in float32 that moves a log-probability, of sums of a
// few hundred products, by some 1e-5. Where activations are rounded to 8 bits
// one may fall to the other side, by 1/127 of the greatest of its block, and a
// cache in half precision rounds each value by 1/2048.
const (
	tie        = 1e-3
	roundedTie = 0.05
)

func tieOf(l testmodel.Llama) float64 {
	if l.NBits > 0 || l.Dynamic || l.Float16Cache || l.Float16Logits {
		return roundedTie
	}
	return tie
}

// differs says where the text got, which m wrote after prompt, and the one
// wanted part at two tokens that are no tie, or returns "".
func differs(t *testing.T, m *onnx.Model, prompt, got, want []int64, tie float64) string {
	t.Helper()
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	if at == len(got) && at == len(want) {
		return ""
	}
	if at < min(len(got), len(want)) {
		scores := score(t, m, prompt, got[:at+1], want[:at+1])
		lead := scores[0][at] - scores[1][at]
		if lead <= tie {
			return ""
		}
		return fmt.Sprintf("got %v, want %v, whose token %d is less likely by %.2g", got, want, at, lead)
	}
	return fmt.Sprintf("got %v, want %v", got, want)
}

// compare generates with m in the given ways. What differs from the texts wanted
// must do so at a tie.
func compare(t *testing.T, m *onnx.Model, prompts, want [][]int64, o onnx.GenerateOptions, ways []way, tie float64) {
	t.Helper()
	ties := 0
	for i, prompt := range prompts {
		for _, way := range ways {
			o.PrefixLen = way.part(len(prompt))
			out, err := m.Generate(t.Context(), prompt, o)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(out.IDs, want[i]) {
				ties++
			}
			if s := differs(t, m, prompt, out.IDs, want[i], tie); s != "" {
				t.Errorf("prompt %d of %d tokens, prefix %d, kept %v: %s", i, len(prompt), o.PrefixLen, way.kept, s)
			}
			if way.kept && out.PrefixTokens != o.PrefixLen || !way.kept && out.PrefixTokens != 0 {
				t.Errorf("prompt %d: %d tokens of the prefix were kept, prefix %d, %v", i, out.PrefixTokens, o.PrefixLen, way.kept)
			}
		}
	}
	if all := len(ways) * len(prompts); 2*ties > all {
		t.Errorf("%d of %d outputs differ: those are no ties any more", ties, all)
	}
}

// compareTogether is compare with all prompts at once, as many as the model
// works on at a time.
func compareTogether(t *testing.T, m *onnx.Model, prompts, want [][]int64, o onnx.GenerateOptions, part func(length int) int, tie float64) {
	t.Helper()
	var done sync.WaitGroup
	for i, prompt := range prompts {
		o := o
		o.PrefixLen = part(len(prompt))
		done.Go(func() {
			out, err := m.Generate(t.Context(), prompt, o)
			if err != nil {
				t.Errorf("prompt %d of %d tokens, %d generations at a time: %v", i, len(prompt), m.Concurrency(), err)
			} else if s := differs(t, m, prompt, out.IDs, want[i], tie); s != "" {
				t.Errorf("prompt %d of %d tokens, %d generations at a time: %s", i, len(prompt), m.Concurrency(), s)
			}
		})
	}
	done.Wait()
}

// randomPrompts returns n prompts of 1 to 300 random ids, all different.
func randomPrompts(n, vocab int) [][]int64 {
	lengths := make([]int, n)
	for i := range lengths {
		lengths[i] = 1 + (i*37+i*i)%300
	}
	return promptsOf(lengths, vocab)
}

// promptsOf returns prompts of the given lengths, of random ids.
func promptsOf(lengths []int, vocab int) [][]int64 {
	rng := rand.New(rand.NewPCG(7, uint64(vocab)))
	prompts := make([][]int64, len(lengths))
	for i, length := range lengths {
		prompts[i] = make([]int64, length)
		for j := range prompts[i] {
			prompts[i][j] = rng.Int64N(int64(vocab))
		}
	}
	return prompts
}

// codePrompts returns n prompts made of this package's source text. The
// longest token of the vocabulary is taken at each place, which is not how
// the tokenizer merges, but the ids are those of code.
func codePrompts(t *testing.T, n int) [][]int64 {
	t.Helper()
	vocab := shippedVocab(t)
	var source strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no source files beside the test", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		source.WriteString(strings.NewReplacer(" ", "\u0120", "\n", "\u010a", "\t", "\u0109").Replace(string(text)))
	}
	var ids []int64
	for rest := source.String(); rest != ""; {
		size := min(24, len(rest))
		for ; size > 1; size-- {
			if _, ok := vocab[rest[:size]]; ok {
				break
			}
		}
		if id, ok := vocab[rest[:size]]; ok {
			ids = append(ids, id)
		}
		rest = rest[size:]
	}
	rng := rand.New(rand.NewPCG(3, 3))
	prompts := make([][]int64, n)
	for i := range prompts {
		length := 30 + rng.IntN(270)
		start := rng.IntN(len(ids) - length)
		prompts[i] = append([]int64{1}, ids[start:start+length]...)
	}
	return prompts
}

func TestParityShippedModel(t *testing.T) {
	prompts := append(randomPrompts(fewer(6), 8192), codePrompts(t, fewer(10))...)
	for _, g := range goldens(t)[:fewer(len(goldens(t)))] {
		prompts = append(prompts, g.PromptIDs)
	}
	want := reference(t, shipped(t), "q8", prompts, none, 32)
	o := onnx.GenerateOptions{MaxNewTokens: 32, EOS: []int64{0}}
	compare(t, openShipped(t, onnx.Options{}), prompts, want, o, everyWay, roundedTie)
	compareTogether(t, openShipped(t, onnx.Options{Threads: 1, Parallel: 2, Batch: 4}), prompts, want, o, thirds, roundedTie)
}

// compareWithReference holds a written model to what the reference makes of
// the same prompts.
//
// Read whole and read in parts are the same but for graphs that round
// activations dynamically: these take one scale for all tokens that are read
// together. Gloss then writes what the reference writes that reads the same
// parts.
func compareWithReference(t *testing.T, l testmodel.Llama, prompts [][]int64, part func(length int) int, maxNewTokens int) {
	t.Helper()
	dir := t.TempDir()
	writeDir(t, l, dir)
	m := open(t, onnx.Graph{Path: l.GraphPath(dir)}, onnx.Options{})
	o := onnx.GenerateOptions{MaxNewTokens: maxNewTokens}
	want := reference(t, dir, l.Precision(), prompts, none, maxNewTokens)
	compare(t, m, prompts, want, o, whole, tieOf(l))
	if l.Dynamic {
		want = reference(t, dir, l.Precision(), prompts, part, maxNewTokens)
	}
	compare(t, m, prompts, want, o, inParts(part), tieOf(l))
	batched := open(t, onnx.Graph{Path: l.GraphPath(dir)}, onnx.Options{Batch: 4})
	compareTogether(t, batched, prompts, want, o, part, tieOf(l))
}

func TestParityRandomModels(t *testing.T) {
	for name, prompts := range map[string]int{
		"fused": 100, "plain": 100, "fused, no position_ids": 30, "fused, last logits": 30,
		"plain, no position_ids": 30,
	} {
		t.Run(name, func(t *testing.T) {
			l := tiny(name)
			compareWithReference(t, l, randomPrompts(fewer(prompts), l.Vocab), thirds, 16)
		})
	}
}

// Prompts of 1 to 2,000 tokens, around the sizes at which buffers, blocks and
// steps change, on every kind of graph and of matrices.
func TestParityLengths(t *testing.T) {
	lengths := []int{
		1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 96, 127, 128, 129, 160, 200,
		255, 256, 257, 400, 511, 512, 513, 552, 1023, 1024, 1025, 2000,
	}
	for _, name := range []string{
		"fused", "fused, 8-bit", "fused, 4-bit", "fused, 4-bit, exact", "fused, dynamic",
		"plain", "plain, 8-bit", "plain, 4-bit", "plain, dynamic",
	} {
		if testing.Short() && name != "fused" && name != "plain, dynamic" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			l := tiny(name)
			l.Context = 2048
			compareWithReference(t, l, promptsOf(lengths, l.Vocab), forty, 8)
		})
	}
}

// SmolLM2-135M's own shape, stored as the file that gloss pulls. Its layers are
// alike, so six will do.
func TestParitySmolLM2(t *testing.T) {
	notShort(t)
	l := testmodel.SmolLM2
	l.Layers, l.Dynamic = 6, true
	compareWithReference(t, l, promptsOf([]int{1, 60, 540}, l.Vocab), forty, 6)
}
