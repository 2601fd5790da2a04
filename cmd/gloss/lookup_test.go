package main

import (
	"slices"
	"testing"

	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

// BenchmarkPromptLookup measures what guessing the next tokens would give: the
// tokens that a step yields when it also reads those that followed the last two
// tokens where they stood before, in the prompt or the output, and keeps them
// as far as they are right (https://github.com/apoorvumang/prompt-lookup-decoding).
// Whether that pays depends on what such a step costs: the benchmark Levers of
// inference/onnx has it as step/N-tokens.
func BenchmarkPromptLookup(b *testing.B) {
	m, err := models.Open(models.Default)
	if err != nil {
		b.Fatal(err)
	}
	text, err := m.ReadFile("tokenizer.json")
	if err != nil {
		b.Fatal(err)
	}
	t, err := tokenizer.Load(text)
	if err != nil {
		b.Fatal(err)
	}
	defer t.Close()
	form, err := prompt.New(m.Description)
	if err != nil {
		b.Fatal(err)
	}
	graph, err := local.OpenGraph(m, onnxtest.Library(b), onnx.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer graph.Close()
	sources, err := newSources([]string{"../../inference", "../../lsp"}, inputFlags{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		tokens, functions, steps := 0, 0, map[int]int{}
		err := sources.each(b.Context(), func(i *item) error {
			ids, prefix := form.Prompt(i.function()).Encode(t)
			out, err := graph.Generate(b.Context(), ids, onnx.GenerateOptions{PrefixLen: prefix, MaxNewTokens: m.Description.MaxOutputTokens, EOS: m.Generation.EOS})
			functions++
			tokens += len(out.IDs)
			for _, guesses := range []int{1, 3} {
				steps[guesses] += lookupSteps(ids, out.IDs, guesses)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(functions), "functions")
		b.ReportMetric(float64(tokens)/float64(steps[1]), "tokens/step-of-2")
		b.ReportMetric(float64(tokens)/float64(steps[3]), "tokens/step-of-4")
	}
}

// lookupSteps returns how many steps output takes when each reads so many
// guesses at most.
func lookupSteps(prompt, output []int64, guesses int) (steps int) {
	all := slices.Concat(prompt, output)
	for at := len(prompt); at < len(all); steps++ {
		known, right := all[:at], 0
		if guess := lookup(known); guess >= 0 {
			for right < guesses && guess+right < at && at+right < len(all) && known[guess+right] == all[at+right] {
				right++
			}
		}
		at += right + 1
	}
	return steps
}

// lookup returns the place after the last occurrence of the last two of ids
// before them, or -1.
func lookup(ids []int64) int {
	n := len(ids)
	for i := n - 2; i >= 2; i-- {
		if slices.Equal(ids[i-2:i], ids[n-2:]) {
			return i
		}
	}
	return -1
}
