package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

func newModelTokenize() *cobra.Command {
	var name string
	var special bool
	c := &cobra.Command{
		Use:     "tokenize",
		Short:   "Turn JSON lines {\"text\"} into {\"ids\",\"decoded\"}",
		Example: `  echo '{"text":"func main() {}"}' | gloss model tokenize`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := openTokenizer(name)
			if err != nil {
				return err
			}
			defer t.Close()
			type request struct {
				Text *string `json:"text"`
			}
			type response struct {
				IDs     []int64 `json:"ids"`
				Decoded string  `json:"decoded"`
			}
			return eachLine(c.Context(), 1, c.InOrStdin(), c.OutOrStdout(), func(_ context.Context, r request) (any, error) {
				if r.Text == nil {
					return nil, errors.New(`the field "text" is missing`)
				}
				ids := encode(t, *r.Text, special)
				return response{ids, t.Decode(ids, false)}, nil
			})
		},
	}
	c.Flags().StringVar(&name, "model", "", "a model's name, or a path to its directory such as ./DIR (default: the one in use)")
	complete(c, "model", modelNames(installed))
	c.Flags().BoolVar(&special, "special", false, "special-token strings in the text become their ids")
	return c
}

// openTokenizer loads the tokenizer of the model that name means, and no more.
func openTokenizer(name string) (tokenizer.Tokenizer, error) {
	m, err := openModel(name)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	t, err := loadTokenizer(m)
	if err != nil {
		return nil, &exitError{exitFailed, err}
	}
	return t, nil
}

func loadTokenizer(m *models.Model) (tokenizer.Tokenizer, error) {
	b, err := m.ReadFile("tokenizer.json")
	if err != nil {
		return nil, err
	}
	t, err := tokenizer.Load(b)
	if err != nil {
		return nil, fmt.Errorf("model %s: tokenizer.json: %w", m, err)
	}
	return t, nil
}

// encode never returns nil: JSON would make it null.
func encode(t tokenizer.Tokenizer, text string, special bool) []int64 {
	ids := []int64{}
	if special {
		return append(ids, t.EncodeSpecial(text)...)
	}
	return append(ids, t.Encode(text)...)
}
