// Package bpe is the byte-level BPE tokenizer of GPT-2 and its heirs, as
// Hugging Face's tokenizers library runs it. It gives the same ids.
package bpe

import (
	"fmt"
	"iter"
	"sync"
)

// Tokenizer implements tokenizer.Tokenizer.
type Tokenizer struct {
	vocab   vocabulary
	text    string   // what the tokens spell, one after the other; not always UTF-8
	starts  []uint32 // where each id's text starts, and the end of the last
	special map[uint32]bool

	seeds [256]int64 // the ids of single bytes, -1 for none
	unk   int64      // stands for a byte that has no id, -1 for none
	rules map[pair]rule

	fuseUnk      bool
	ignoreMerges bool
	splitting    splitting

	// Hugging Face looks for the tokens of verbatim first, and for those of
	// normalized in the text between them.
	verbatim, normalized *matcher

	cache   *cache
	mergers sync.Pool // of *merger
}

// build fills t from what was read, with the model's vocabulary in place.
func (t *Tokenizer) build(pairs merges, unk *string, added []addedToken) error {
	t.mergers.New = func() any { return new(merger) }
	for b, r := range letters {
		t.seeds[b] = -1
		if id, ok := t.vocab.ids[string(r)]; ok {
			t.seeds[b] = int64(id)
		}
	}
	t.unk = -1
	if unk != nil && *unk != "" {
		id, ok := t.vocab.ids[*unk]
		if !ok {
			return fmt.Errorf("model.unk_token %.40q is not in model.vocab", *unk)
		}
		t.unk = int64(id)
	}
	if err := t.learn(pairs); err != nil {
		return fmt.Errorf("model.merges: %w", err)
	}
	if err := t.add(added); err != nil {
		return fmt.Errorf("added_tokens: %w", err)
	}
	t.spell()
	return nil
}

// learn makes the rules of pairs.
func (t *Tokenizer) learn(pairs merges) error {
	t.rules = make(map[pair]rule, len(pairs))
	var (
		merged []byte
		next   uint32 // nearly always the id of the next merged token
	)
	for rank, p := range pairs {
		left, ok := t.vocab.ids[p[0]]
		if !ok {
			return fmt.Errorf("entry %d names %.40q, which is not in model.vocab", rank, p[0])
		}
		right, ok := t.vocab.ids[p[1]]
		if !ok {
			return fmt.Errorf("entry %d names %.40q, which is not in model.vocab", rank, p[1])
		}
		merged = append(append(merged[:0], p[0]...), p[1]...)
		id := next
		if int(id) >= len(t.vocab.tokens) || t.vocab.tokens[id] != string(merged) {
			if id, ok = t.vocab.ids[string(merged)]; !ok {
				return fmt.Errorf("entry %d makes %.40q, which is not in model.vocab", rank, merged)
			}
		}
		next = id + 1
		t.rules[join(left, right)] = rule{rank: uint32(rank), id: id}
	}
	return nil
}

// add defines the added tokens and prepares the search for them.
func (t *Tokenizer) add(added []addedToken) error {
	t.special = map[uint32]bool{}
	var rounds [2][]addedToken
	for _, a := range added {
		switch {
		case a.Content == "":
			continue
		case len(a.Content) > maxAdded:
			return fmt.Errorf("%.40q is longer than %d bytes", a.Content, maxAdded)
		}
		id := uint32(a.ID)
		if known, ok := t.vocab.ids[a.Content]; !ok || known != id {
			if err := t.vocab.define(a.Content, id); err != nil {
				return err
			}
		}
		if a.Special {
			t.special[id] = true
		}
		round := 0
		if a.Normalized {
			round = 1
		}
		rounds[round] = append(rounds[round], a)
	}
	t.verbatim, t.normalized = newMatcher(rounds[0]), newMatcher(rounds[1])
	return nil
}

// spell writes down what each id stands for.
func (t *Tokenizer) spell() {
	var text []byte
	t.starts = make([]uint32, 1, len(t.vocab.tokens)+1)
	for _, content := range t.vocab.tokens {
		text = appendBytes(text, content)
		t.starts = append(t.starts, uint32(len(text)))
	}
	t.text, t.vocab.tokens = string(text), nil
}

// Pieces yields the parts of text that are encoded on their own: no token
// reaches over their ends.
func (t *Tokenizer) Pieces(text string) iter.Seq[string] {
	return t.splitting.pieces(lossy(text))
}

// Encode returns the ids of text. The strings of added tokens are plain text.
func (t *Tokenizer) Encode(text string) []int64 {
	text = lossy(text)
	e := t.encoder(len(text))
	e.plain(text)
	return e.finish()
}

// EncodeSpecial is Encode, but the strings of added tokens become their ids.
func (t *Tokenizer) EncodeSpecial(text string) []int64 {
	text = lossy(text)
	e := t.encoder(len(text))
	t.verbatim.split(text, func(text string) {
		t.normalized.split(text, e.plain, e.token)
	}, e.token)
	return e.finish()
}

// Decode returns the text of ids. Ids without a token are dropped, special
// tokens too if skipSpecial is set, and bytes that are not UTF-8 become U+FFFD.
func (t *Tokenizer) Decode(ids []int64, skipSpecial bool) string {
	var text []byte
	for _, id := range ids {
		if id < 0 || id >= int64(len(t.starts)-1) || skipSpecial && t.special[uint32(id)] {
			continue
		}
		text = append(text, t.text[t.starts[id]:t.starts[id+1]]...)
	}
	return lossy(string(text))
}

// TokenID returns the id of a token by its content as tokenizer.json has it.
func (t *Tokenizer) TokenID(content string) (int64, bool) {
	id, ok := t.vocab.ids[content]
	return int64(id), ok
}

// VocabSize returns the number of tokens, added ones included.
func (t *Tokenizer) VocabSize() int { return len(t.vocab.ids) }

// Close does nothing: all memory is Go's.
func (t *Tokenizer) Close() error { return nil }
