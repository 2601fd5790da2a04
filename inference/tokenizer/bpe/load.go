package bpe

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// file is a tokenizer.json. Its truncation and padding belong to batches and
// are no part of a text's ids.
type file struct {
	AddedTokens   []addedToken `json:"added_tokens"`
	Normalizer    *component   `json:"normalizer"`
	PreTokenizer  *component   `json:"pre_tokenizer"`
	PostProcessor *component   `json:"post_processor"`
	Decoder       *component   `json:"decoder"`
	Model         struct {
		Type          string  `json:"type"`
		Dropout       float64 `json:"dropout"`
		UnkToken      *string `json:"unk_token"`
		SubwordPrefix string  `json:"continuing_subword_prefix"`
		WordSuffix    string  `json:"end_of_word_suffix"`
		FuseUnk       bool    `json:"fuse_unk"`
		ByteFallback  bool    `json:"byte_fallback"`
		IgnoreMerges  bool    `json:"ignore_merges"`
	} `json:"model"`
}

// component is a step of the pipeline. The fields are those of the
// kinds that this package knows.
type component struct {
	Type             string      `json:"type"`
	AddPrefixSpace   *bool       `json:"add_prefix_space"`
	UseRegex         *bool       `json:"use_regex"`
	IndividualDigits bool        `json:"individual_digits"`
	PreTokenizers    []component `json:"pretokenizers"`
	Processors       []component `json:"processors"`
	Behavior         string      `json:"behavior"`
	Invert           bool        `json:"invert"`
	Pattern          struct {
		Regex string
	} `json:"pattern"`
}

// unsupported says what this package does not implement and what does.
func unsupported(format string, args ...any) error {
	return fmt.Errorf("tokenizer.json: "+format+" is beyond the built-in byte-level BPE; build gloss with the tag hf_tokenizers, which uses Hugging Face's library, or choose another model", args...)
}

func malformed(err error) error {
	return fmt.Errorf("tokenizer.json is malformed: %w; fetch the model again", err)
}

// Load builds a Tokenizer from the content of a tokenizer.json. It refuses,
// with an error that names it, whatever it would not do exactly as Hugging
// Face's library.
func Load(tokenizerJSON []byte) (*Tokenizer, error) {
	if !utf8.Valid(tokenizerJSON) {
		return nil, malformed(errors.New("it is not UTF-8 text"))
	}
	bulk, err := readBulk(tokenizerJSON)
	if err != nil {
		return nil, malformed(err)
	}
	var f file
	if err := json.Unmarshal(bulk.rest, &f); err != nil {
		return nil, malformed(err)
	}
	if err := f.refuse(bulk.vocab, bulk.merges); err != nil {
		return nil, err
	}
	split, err := f.PreTokenizer.splitting()
	if err != nil {
		return nil, err
	}
	t := &Tokenizer{
		vocab:        bulk.vocab,
		fuseUnk:      f.Model.FuseUnk,
		ignoreMerges: f.Model.IgnoreMerges,
		splitting:    split,
		cache:        newCache(),
	}
	if err := t.build(bulk.merges, f.Model.UnkToken, f.AddedTokens); err != nil {
		return nil, malformed(err)
	}
	return t, nil
}

// refuse names the first part of f that this package does not implement.
func (f *file) refuse(vocab vocabulary, merges merges) error {
	m := &f.Model
	switch {
	case m.Type != "BPE" && (m.Type != "" || merges == nil):
		return unsupported("a model of type %.40q", m.Type)
	case m.Dropout != 0:
		return unsupported("dropout %v", m.Dropout)
	case m.SubwordPrefix != "":
		return unsupported("continuing_subword_prefix %.40q", m.SubwordPrefix)
	case m.WordSuffix != "":
		return unsupported("end_of_word_suffix %.40q", m.WordSuffix)
	case m.ByteFallback:
		return unsupported("byte_fallback")
	case vocab.ids == nil || merges == nil:
		return malformed(errors.New("model.vocab or model.merges is missing or has not the form of a BPE's"))
	case f.Normalizer != nil:
		return unsupported("a normalizer (%.40q)", f.Normalizer.Type)
	case f.PreTokenizer == nil:
		return unsupported("a BPE without a pre_tokenizer")
	case f.Decoder == nil:
		return unsupported("a BPE without a decoder")
	case f.Decoder.Type != "ByteLevel":
		return unsupported("a decoder of type %.40q", f.Decoder.Type)
	}
	for _, p := range f.PostProcessor.steps() {
		// ByteLevel trims offsets, and TemplateProcessing and RobertaProcessing add
		// the special tokens of a prompt. All leave the ids of its text alone.
		if p.Type != "ByteLevel" && p.Type != "TemplateProcessing" && p.Type != "RobertaProcessing" {
			return unsupported("a post_processor with %.40q", p.Type)
		}
	}
	return nil
}

// steps returns what a Sequence holds, or c itself if it is none.
func (c *component) steps() []component {
	switch {
	case c == nil:
		return nil
	case c.Type == "Sequence":
		return append(c.PreTokenizers, c.Processors...)
	}
	return []component{*c}
}

// splitting reads a pre_tokenizer: any number of Digits and then one ByteLevel,
// or Llama 3's Split and then a ByteLevel that does not split.
func (c *component) splitting() (splitting, error) {
	var s splitting
	steps := c.steps()
	for i, step := range steps {
		switch last := i == len(steps)-1; {
		case step.Type == "Digits" && !last:
			if step.IndividualDigits {
				s.digits = digitsEach
			}
			s.digits = max(s.digits, digitsApart)
		case step.Type == "Split" && !last && len(steps) == 2 && step.Pattern.Regex == llama3Regex && step.Behavior == "Isolated" && !step.Invert:
			s.pattern = llama3
		case step.Type == "ByteLevel" && last && s.pattern == nil:
			s.prefixSpace = !isFalse(step.AddPrefixSpace)
			if !isFalse(step.UseRegex) {
				s.pattern = gpt2
			}
			return s, nil
		case step.Type == "ByteLevel" && last && isFalse(step.AddPrefixSpace) && isFalse(step.UseRegex):
			return s, nil
		default:
			return s, unsupported("a pre_tokenizer with this %.40q as step %d of %d", step.Type, i+1, len(steps))
		}
	}
	return s, unsupported("an empty pre_tokenizer")
}

// isFalse reports whether a field that defaults to true is there and false.
func isFalse(b *bool) bool { return b != nil && !*b }
