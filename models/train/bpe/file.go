package main

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/gloss-lsp/gloss/inference/tokenizer/bpe"
)

// specials are the first tokens of every vocabulary.
var specials = []string{"<|endoftext|>", "<|im_start|>", "<|im_end|>"}

// file is a tokenizer.json as Hugging Face's library writes it: each digit
// alone, then GPT-2's pattern, then byte-level BPE.
type file struct {
	Version       string       `json:"version"`
	Truncation    *struct{}    `json:"truncation"`
	Padding       *struct{}    `json:"padding"`
	AddedTokens   []addedToken `json:"added_tokens"`
	Normalizer    *struct{}    `json:"normalizer"`
	PreTokenizer  sequence     `json:"pre_tokenizer"`
	PostProcessor *struct{}    `json:"post_processor"`
	Decoder       byteLevel    `json:"decoder"`
	Model         model        `json:"model"`
}

type addedToken struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

type sequence struct {
	Type          string `json:"type"`
	PreTokenizers [2]any `json:"pretokenizers"`
}

type splitDigits struct {
	Type       string `json:"type"`
	Individual bool   `json:"individual_digits"`
}

type byteLevel struct {
	Type           string `json:"type"`
	AddPrefixSpace bool   `json:"add_prefix_space"`
	TrimOffsets    bool   `json:"trim_offsets"`
	UseRegex       bool   `json:"use_regex"`
}

type model struct {
	Type         string      `json:"type"`
	Dropout      *float64    `json:"dropout"`
	Unknown      *string     `json:"unk_token"`
	Prefix       *string     `json:"continuing_subword_prefix"`
	Suffix       *string     `json:"end_of_word_suffix"`
	FuseUnknown  bool        `json:"fuse_unk"`
	ByteFallback bool        `json:"byte_fallback"`
	IgnoreMerges bool        `json:"ignore_merges"`
	Vocabulary   vocabulary  `json:"vocab"`
	Merges       [][2]string `json:"merges"`
}

// vocabulary is the tokens in the order of their ids.
type vocabulary []string

// MarshalJSON writes an object from token to id that keeps the order.
func (v vocabulary) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for id, token := range v {
		if id > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(token)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		value, err := json.Marshal(id)
		if err != nil {
			return nil, err
		}
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// alphabet returns the special tokens and one token for each byte, in the
// order of the characters that spell them.
func alphabet() vocabulary {
	var letters []string
	for b := range 256 {
		letters = append(letters, bpe.Spell(string([]byte{byte(b)})))
	}
	slices.Sort(letters)
	return slices.Concat(specials, letters)
}

// encode returns the tokenizer.json of a vocabulary that begins with the
// alphabet and goes on with one token for each merge.
func encode(v vocabulary, merges []pair) ([]byte, error) {
	f := file{
		Version: "1.0",
		PreTokenizer: sequence{"Sequence", [2]any{
			splitDigits{"Digits", true},
			byteLevel{"ByteLevel", false, true, true},
		}},
		Decoder: byteLevel{"ByteLevel", true, true, true},
		Model:   model{Type: "BPE", Vocabulary: v, Merges: [][2]string{}},
	}
	for id, content := range specials {
		f.AddedTokens = append(f.AddedTokens, addedToken{ID: id, Content: content, Special: true})
	}
	for _, m := range merges {
		f.Model.Merges = append(f.Model.Merges, [2]string{v[m[0]], v[m[1]]})
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(f)
	return b.Bytes(), err
}
