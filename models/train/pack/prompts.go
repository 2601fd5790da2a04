package main

import (
	"encoding/json"
	"io"
	"iter"

	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// prompts writes what an editor would ask the model about each function.
func (e *encoder) prompts(w io.Writer, pairs iter.Seq2[corpus.Pair, error]) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for p, err := range pairs {
		if err != nil {
			return err
		}
		f := p.Function()
		line := struct {
			Header string  `json:"header"`
			Text   string  `json:"text"`
			IDs    []int64 `json:"prompt_ids"`
		}{}
		line.IDs, _ = e.form.Prompt(f).Encode(e.tokenizer)
		line.Header, line.Text = prompt.CodeTexts(f)
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
