package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference/onnx"
)

func newModelGenerate() *cobra.Command {
	var f modelFlags
	var maxNew, jobs int
	var special bool
	c := &cobra.Command{
		Use:   "generate",
		Short: "Continue prompts greedily, as JSON lines",
		Long: `Continue prompts greedily, without any template. Each line of standard input is
an object with "ids", or with "text" that is tokenized. With "prefixLen" the
first so many tokens are read by themselves and kept for later prompts that
begin alike. Each line of standard output holds the new ids (without the
end-of-sequence token), their text and the times: {"ids", "text", "prefillMs",
"decodeMs"}.`,
		Example: `  echo '{"text":"func main() {"}' | gloss model generate --max-new-tokens 16`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := atLeastOne("max-new-tokens", maxNew); err != nil {
				return err
			}
			if err := atLeastOne("jobs", jobs); err != nil {
				return err
			}
			jobs = min(jobs, runtime.NumCPU())
			t, err := openTokenizer(f.model)
			if err != nil {
				return err
			}
			defer t.Close()
			m, graph, err := f.openGraph(jobs)
			if err != nil {
				return err
			}
			defer graph.Close()
			type request struct {
				IDs       []int64 `json:"ids"`
				Text      *string `json:"text"`
				PrefixLen int     `json:"prefixLen"`
			}
			type response struct {
				IDs       []int64 `json:"ids"`
				Text      string  `json:"text"`
				PrefillMs float64 `json:"prefillMs"`
				DecodeMs  float64 `json:"decodeMs"`
			}
			return eachLine(c.Context(), jobs, c.InOrStdin(), c.OutOrStdout(), func(ctx context.Context, r request) (any, error) {
				if (r.IDs == nil) == (r.Text == nil) {
					return nil, errors.New(`give either "ids" or "text"`)
				}
				if r.Text != nil {
					r.IDs = encode(t, *r.Text, special)
				}
				out, err := graph.Generate(ctx, r.IDs, onnx.GenerateOptions{PrefixLen: r.PrefixLen, MaxNewTokens: maxNew, EOS: m.Generation.EOS})
				if err != nil {
					return nil, err
				}
				ids := append([]int64{}, out.IDs...) // never null
				return response{ids, t.Decode(ids, true), ms(out.Prefill), ms(out.Decode)}, nil
			})
		},
	}
	f.add(c)
	c.Flags().IntVar(&maxNew, "max-new-tokens", 64, "most tokens to generate for one prompt")
	c.Flags().IntVar(&jobs, "jobs", 1, "prompts that are continued at a time, each with its share of the threads")
	c.Flags().BoolVar(&special, "special", false, "special-token strings in the text become their ids")
	return c
}

// ms is d in milliseconds, rounded for the output.
func ms(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}
