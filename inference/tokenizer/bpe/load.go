package bpe

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	Normalizers      []component `json:"normalizers"`
	PreTokenizers    []component `json:"pretokenizers"`
	Processors       []component `json:"processors"`
	Decoders         []component `json:"decoders"`
	Behavior         string      `json:"behavior"`
	Invert           bool        `json:"invert"`
	Content          string      `json:"content"`
	Pattern          struct {
		String, Regex string
	} `json:"pattern"`
}

// unsupported says what this package does not implement and what does.
func unsupported(format string, args ...any) error {
	return fmt.Errorf("tokenizer.json: "+format+" is beyond the built-in BPE; build gloss with the tag hf_tokenizers, which uses Hugging Face's library, or choose another model", args...)
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
	normalizer, err := f.Normalizer.normalizer()
	if err != nil {
		return nil, err
	}
	t := &Tokenizer{
		vocab:        bulk.vocab,
		characters:   f.Model.ByteFallback,
		fuseUnk:      f.Model.FuseUnk,
		ignoreMerges: f.Model.IgnoreMerges,
		normalizer:   normalizer,
		cache:        newCache(),
	}
	if t.characters {
		err = f.refuseCharacters()
	} else {
		t.splitting, err = f.PreTokenizer.splitting()
	}
	if err != nil {
		return nil, err
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
	case vocab.ids == nil || merges == nil:
		return malformed(errors.New("model.vocab or model.merges is missing or has not the form of a BPE's"))
	case f.PreTokenizer == nil && !m.ByteFallback:
		return unsupported("a BPE without a pre_tokenizer or byte_fallback")
	case f.Decoder == nil:
		return unsupported("a BPE without a decoder")
	case f.Decoder.Type != "ByteLevel" && !m.ByteFallback:
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

// refuseCharacters names what this package does not implement of a BPE of
// characters. It is Gemma's: spaces are written as a character, and nothing is
// cut, since what Gemma's pre_tokenizer would cut at is a space.
func (f *file) refuseCharacters() error {
	spaces := f.Normalizer.steps()
	if len(spaces) != 1 || spaces[0].Type != "Replace" || spaces[0].Pattern.String != " " || spaces[0].Content != blank {
		return unsupported("byte_fallback where spaces are not replaced by %q alone", blank)
	}
	for i, p := range f.PreTokenizer.steps() {
		if p.Type != "Split" || p.Pattern.String != " " {
			return unsupported("a pre_tokenizer with this %.40q as step %d before byte_fallback", p.Type, i+1)
		}
	}
	decoders := f.Decoder.steps()
	for i, kind := range []string{"Replace", "ByteFallback", "Fuse"} {
		if len(decoders) != 3 || decoders[i].Type != kind {
			return unsupported("byte_fallback with a decoder other than Replace, ByteFallback and Fuse")
		}
	}
	if decoders[0].Pattern.String != blank || decoders[0].Content != " " {
		return unsupported("a decoder that does not replace %q by a space", blank)
	}
	return nil
}

// steps returns what a Sequence holds, or c itself if it is none.
func (c *component) steps() []component {
	switch {
	case c == nil:
		return nil
	case c.Type == "Sequence":
		return slices.Concat(c.Normalizers, c.PreTokenizers, c.Processors, c.Decoders)
	}
	return []component{*c}
}

// splitting reads a pre_tokenizer: any number of Digits and then one ByteLevel,
// or a Split by a pattern and then a ByteLevel that does not split.
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
		case step.Type == "Split" && !last && len(steps) == 2 && step.isolates():
			var err error
			if s.pattern, err = patternOf(step.Pattern.Regex); err != nil {
				return s, unsupported("a pre_tokenizer that splits by %w", err)
			}
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

// isolates reports whether a Split makes a piece of each match of its pattern
// and of the text between two.
func (c *component) isolates() bool {
	return c.Pattern.Regex != "" && c.Behavior == "Isolated" && !c.Invert
}

// isFalse reports whether a field that defaults to true is there and false.
func isFalse(b *bool) bool { return b != nil && !*b }
