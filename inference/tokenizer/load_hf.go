//go:build hf_tokenizers

package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/daulet/tokenizers"
)

// Load builds the tokenizer that a tokenizer.json describes, with Hugging
// Face's library. The error is the library's own.
func Load(tokenizerJSON []byte) (Tokenizer, error) {
	f, err := parse(tokenizerJSON)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json is malformed: %w", err)
	}
	t := &native{ids: f.ids}
	if t.full, err = f.load(); err != nil {
		return nil, err
	}
	if err := f.hideAdded(); err != nil {
		t.full.Close()
		return nil, fmt.Errorf("tokenizer.json is malformed: %w", err)
	}
	if t.plain, err = f.load(); err != nil {
		t.full.Close()
		return nil, fmt.Errorf("without its special tokens: %w", err)
	}
	return t, nil
}

// native is Hugging Face's library behind the Tokenizer interface.
//
// The library's options do not make special tokens plain text: with
// add_special_tokens off it still finds their strings, with
// encode_special_tokens on it still finds the other added tokens, and a Unigram
// or WordLevel model finds whatever is in its vocabulary. So there are two
// tokenizers, and one of them does not know the added tokens at all.
type native struct {
	full, plain *tokenizers.Tokenizer
	ids         map[string]int64 // the library's Go side does not look tokens up
}

func (t *native) Encode(text string) []int64        { return encode(t.plain, text) }
func (t *native) EncodeSpecial(text string) []int64 { return encode(t.full, text) }

// encode returns no ids where the library fails. The library reads C strings,
// which end at NUL, so it gets U+FFFD in the place of NUL.
func encode(t *tokenizers.Tokenizer, text string) []int64 {
	e, err := t.EncodeWithOptionsErr(strings.ReplaceAll(text, "\x00", "\uFFFD"), false)
	if err != nil {
		return nil
	}
	ids := make([]int64, len(e.IDs))
	for i, id := range e.IDs {
		ids[i] = int64(id)
	}
	return ids
}

func (t *native) Decode(ids []int64, skipSpecial bool) string {
	known := make([]uint32, 0, len(ids))
	for _, id := range ids {
		if id >= 0 && id <= math.MaxUint32 {
			known = append(known, uint32(id))
		}
	}
	text, err := t.full.DecodeErr(known, skipSpecial)
	if err == nil {
		return text
	}
	// The library fails on text with a NUL in it: leave out the tokens that
	// hold one.
	rest := known[:0]
	for _, id := range known {
		if _, err := t.full.DecodeErr([]uint32{id}, skipSpecial); err == nil {
			rest = append(rest, id)
		}
	}
	return t.full.Decode(rest, skipSpecial)
}

func (t *native) TokenID(token string) (int64, bool) {
	id, ok := t.ids[token]
	return id, ok
}

func (t *native) VocabSize() int { return int(t.full.VocabSize()) }

func (t *native) Close() error {
	t.full.Close()
	t.plain.Close()
	return nil
}

// file is a tokenizer.json in parts, to be changed and put together again.
type file struct {
	parts, model map[string]json.RawMessage
	added        []addedToken
	ids          map[string]int64
}

type addedToken struct {
	ID      int64
	Content string
	Special bool
}

func parse(tokenizerJSON []byte) (*file, error) {
	f := new(file)
	if err := json.Unmarshal(tokenizerJSON, &f.parts); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(f.parts["model"], &f.model); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if added, ok := f.parts["added_tokens"]; ok {
		if err := json.Unmarshal(added, &f.added); err != nil {
			return nil, fmt.Errorf("added_tokens: %w", err)
		}
	}
	f.ids = map[string]int64{}
	if f.isUnigram() {
		pieces, err := f.pieces()
		if err != nil {
			return nil, err
		}
		for id, p := range pieces {
			f.ids[p.content] = int64(id)
		}
	} else if err := json.Unmarshal(f.model["vocab"], &f.ids); err != nil {
		return nil, fmt.Errorf("model.vocab: %w", err)
	}
	for _, a := range f.added {
		f.ids[a.Content] = a.ID
	}
	// These belong to batches and would cut or stretch a text's ids.
	f.parts["truncation"], f.parts["padding"] = json.RawMessage("null"), json.RawMessage("null")
	return f, nil
}

func (f *file) load() (*tokenizers.Tokenizer, error) {
	b, err := json.Marshal(f.parts)
	if err != nil {
		return nil, err
	}
	t, err := tokenizers.FromBytes(b)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: Hugging Face's library: %w", err)
	}
	return t, nil
}

// hideAdded takes the added tokens away, but for those of white space, which
// forge nothing and are how the model reads code. It renames the special ones in
// the model's vocabulary to strings that no text matches: they start with NUL,
// which never reaches the library. The merges that make them go. The model's
// unknown token keeps its name, by which the model refers to it.
func (f *file) hideAdded() error {
	if err := f.hideAddedTokens(); err != nil {
		return err
	}
	special := map[string]bool{}
	for _, a := range f.added {
		special[a.Content] = special[a.Content] || a.Special
	}
	var unknown *string
	if err := json.Unmarshal(orNull(f.model["unk_token"]), &unknown); err != nil {
		return fmt.Errorf("model.unk_token: %w", err)
	}
	if unknown != nil {
		special[*unknown] = false
	}
	if err := f.hideMerges(special); err != nil {
		return err
	}

	var vocab any
	if f.isUnigram() {
		pieces, err := f.pieces()
		if err != nil {
			return err
		}
		for i, p := range pieces {
			if special[p.content] {
				pieces[i].content = "\x00" + p.content
			}
		}
		vocab = pieces
	} else {
		ids := map[string]json.RawMessage{}
		if err := json.Unmarshal(f.model["vocab"], &ids); err != nil {
			return fmt.Errorf("model.vocab: %w", err)
		}
		for content := range special {
			if id, ok := ids[content]; ok && special[content] {
				delete(ids, content)
				ids["\x00"+content] = id
			}
		}
		vocab = ids
	}
	var err error
	if f.model["vocab"], err = json.Marshal(vocab); err != nil {
		return err
	}
	f.parts["model"], err = json.Marshal(f.model)
	return err
}

func (f *file) hideAddedTokens() error {
	var all []json.RawMessage
	if err := json.Unmarshal(orNull(f.parts["added_tokens"]), &all); err != nil {
		return fmt.Errorf("added_tokens: %w", err)
	}
	kept := []json.RawMessage{}
	for i, a := range f.added {
		if blank := strings.TrimFunc(strings.ReplaceAll(a.Content, "▁", ""), unicode.IsSpace) == ""; blank && !a.Special {
			kept = append(kept, all[i])
		}
	}
	var err error
	f.parts["added_tokens"], err = json.Marshal(kept)
	return err
}

// hideMerges drops the merges that make, or take, a special token.
func (f *file) hideMerges(special map[string]bool) error {
	if f.model["merges"] == nil {
		return nil
	}
	var merges []json.RawMessage
	if err := json.Unmarshal(f.model["merges"], &merges); err != nil {
		return fmt.Errorf("model.merges: %w", err)
	}
	kept := []json.RawMessage{}
	for _, m := range merges {
		var pair []string
		if json.Unmarshal(m, &pair) != nil {
			var spaced string
			if err := json.Unmarshal(m, &spaced); err != nil {
				return fmt.Errorf("model.merges: %w", err)
			}
			pair = strings.Split(spaced, " ")
		}
		if !special[strings.Join(pair, "")] && !slices.ContainsFunc(pair, func(token string) bool { return special[token] }) {
			kept = append(kept, m)
		}
	}
	var err error
	f.model["merges"], err = json.Marshal(kept)
	return err
}

// isUnigram reports whether the vocabulary is a list of pieces and scores in
// the order of their ids. All other models have an object of ids by token.
func (f *file) isUnigram() bool { return bytes.HasPrefix(f.model["vocab"], []byte("[")) }

func (f *file) pieces() ([]piece, error) {
	var pieces []piece
	if err := json.Unmarshal(f.model["vocab"], &pieces); err != nil {
		return nil, fmt.Errorf("model.vocab: %w", err)
	}
	return pieces, nil
}

// piece is an entry of a Unigram vocabulary: ["content", score].
type piece struct {
	content string
	score   json.RawMessage
}

func (p *piece) UnmarshalJSON(b []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("%.40q is not a piece and its score", b)
	}
	p.score = pair[1]
	return json.Unmarshal(pair[0], &p.content)
}

func (p piece) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{p.content, p.score})
}

func orNull(b json.RawMessage) json.RawMessage {
	if b == nil {
		return json.RawMessage("null")
	}
	return b
}
