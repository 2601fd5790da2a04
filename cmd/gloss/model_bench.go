package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference/onnx"
)

// benchResult is what `gloss model bench --json` prints: medians over the
// repetitions.
type benchResult struct {
	Model        string  `json:"model"`
	Provider     string  `json:"provider"`
	PromptTokens int     `json:"promptTokens"`
	NewTokens    int     `json:"newTokens"`
	Repetitions  int     `json:"repetitions"`
	LoadMs       float64 `json:"loadMs"`
	PrefillMs    float64 `json:"prefillMs"`
	DecodeMs     float64 `json:"decodeMs"`
	TotalMs      float64 `json:"totalMs"`
	MsPerToken   float64 `json:"decodeMsPerToken"`
	PeakMemoryMB float64 `json:"peakMemoryMB"`
}

func newModelBench() *cobra.Command {
	var f modelFlags
	var prompt, newTokens, repetitions int
	var asJSON bool
	c := &cobra.Command{
		Use:     "bench",
		Short:   "Measure the time of reading a prompt and of writing tokens",
		Example: `  gloss model bench --prompt-tokens 160 --new-tokens 16`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if prompt < 1 || newTokens < 1 || repetitions < 1 {
				return usage("--prompt-tokens, --new-tokens and --repetitions must be at least 1")
			}
			start := time.Now()
			m, graph, err := f.openGraph(1)
			if err != nil {
				return err
			}
			defer graph.Close()
			if prompt > graph.Context() || newTokens > graph.Room(prompt) {
				return usage("the model has %d positions: %d + %d tokens do not fit", graph.Context(), prompt, newTokens)
			}
			result := benchResult{Model: cmp.Or(f.model, m.Name), PromptTokens: prompt, NewTokens: newTokens, Repetitions: repetitions, LoadMs: ms(time.Since(start))}
			provider, fallback := graph.Provider()
			if result.Provider = string(provider); fallback != nil {
				fmt.Fprintln(c.ErrOrStderr(), "gloss:", printable(fallback.Error()))
			}
			var prefill, decode, total []time.Duration
			random := rand.New(rand.NewPCG(1, 2))
			for i := range repetitions + 1 {
				ids := make([]int64, prompt)
				for j := range ids {
					ids[j] = random.Int64N(int64(graph.VocabSize()))
				}
				// Without an EOS every repetition writes the same number.
				out, err := graph.Generate(c.Context(), ids, onnx.GenerateOptions{MaxNewTokens: newTokens})
				if err != nil {
					return &exitError{exitFailed, err}
				}
				if i == 0 {
					continue // the first run allocates
				}
				prefill, decode, total = append(prefill, out.Prefill), append(decode, out.Decode), append(total, out.Prefill+out.Decode)
			}
			result.PrefillMs, result.DecodeMs, result.TotalMs = ms(median(prefill)), ms(median(decode)), ms(median(total))
			if newTokens > 1 {
				result.MsPerToken = ms(median(decode) / time.Duration(newTokens-1)) // the first comes from the prefill
			}
			result.PeakMemoryMB = peakMemoryMB()
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(result)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), `%s on %s: median of %d repetitions
load                     %8.1f ms
prefill  %5d tokens    %8.2f ms
decode   %5d tokens    %8.2f ms  (%.2f ms a token)
peak memory              %8.1f MB
`, result.Model, result.Provider, repetitions, result.LoadMs, prompt, result.PrefillMs, newTokens, result.DecodeMs, result.MsPerToken, result.PeakMemoryMB)
			return err
		},
	}
	f.add(c)
	c.Flags().IntVar(&prompt, "prompt-tokens", 64, "tokens of the prompt")
	c.Flags().IntVar(&newTokens, "new-tokens", 16, "tokens to generate")
	c.Flags().IntVar(&repetitions, "repetitions", 10, "counted repetitions")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func median[T cmp.Ordered](values []T) T { return quantile(values, 0.5) }

// quantile returns the value below which the share q of values lies.
func quantile[T cmp.Ordered](values []T, q float64) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}
