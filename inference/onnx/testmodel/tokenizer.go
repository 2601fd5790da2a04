package testmodel

import (
	"encoding/json"
	"fmt"
	"strings"
)

// CodeT5Marks are CodeT5's special tokens, which are RoBERTa's, and those for
// the spans that it was trained to fill in, in the order of their ids.
var CodeT5Marks = func() []string {
	marks := []string{"<pad>", "<s>", "</s>", "<unk>", "<mask>"}
	for n := 99; n >= 0; n-- {
		marks = append(marks, fmt.Sprintf("<extra_id_%d>", n))
	}
	return marks
}()

// CodeT5Tokenizer returns a tokenizer.json as CodeT5 has one, of the given
// vocabulary and merges. Marks that the vocabulary lacks are added to it.
func CodeT5Tokenizer(vocab map[string]int, merges json.RawMessage) ([]byte, error) {
	var added []map[string]any
	for _, mark := range CodeT5Marks {
		if _, known := vocab[mark]; !known {
			vocab[mark] = len(vocab)
		}
		// Those of spans take the blanks before them, as <mask> does.
		strips := mark == "<mask>" || strings.HasPrefix(mark, "<extra_id_")
		added = append(added, map[string]any{
			"id": vocab[mark], "content": mark, "single_word": false, "lstrip": strips, "rstrip": false, "normalized": strips, "special": true,
		})
	}
	byteLevel := map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	return json.Marshal(map[string]any{
		"version": "1.0", "added_tokens": added, "normalizer": nil, "pre_tokenizer": byteLevel, "decoder": byteLevel,
		"post_processor": map[string]any{
			"type": "RobertaProcessing", "sep": []any{"</s>", vocab["</s>"]}, "cls": []any{"<s>", vocab["<s>"]}, "trim_offsets": true, "add_prefix_space": false,
		},
		"model": map[string]any{"type": "BPE", "unk_token": nil, "continuing_subword_prefix": "", "end_of_word_suffix": "", "vocab": vocab, "merges": merges},
	})
}

// CodeT5TokenizerLike is CodeT5Tokenizer with the vocabulary and the merges of
// another byte-level tokenizer.json. It returns the number of tokens too.
func CodeT5TokenizerLike(tokenizerJSON []byte) (b []byte, size int, err error) {
	var file struct {
		Model struct {
			Vocab  map[string]int  `json:"vocab"`
			Merges json.RawMessage `json:"merges"`
		} `json:"model"`
	}
	if err := json.Unmarshal(tokenizerJSON, &file); err != nil {
		return nil, 0, err
	}
	b, err = CodeT5Tokenizer(file.Model.Vocab, file.Model.Merges)
	return b, len(file.Model.Vocab), err
}
