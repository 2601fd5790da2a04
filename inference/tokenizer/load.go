//go:build !hf_tokenizers

package tokenizer

import "github.com/gloss-lsp/gloss/inference/tokenizer/bpe"

// Load builds the tokenizer that a tokenizer.json describes. The error names
// what is malformed, or what only a build with the tag hf_tokenizers handles.
func Load(tokenizerJSON []byte) (Tokenizer, error) {
	t, err := bpe.Load(tokenizerJSON)
	if err != nil {
		return nil, err
	}
	return t, nil
}
