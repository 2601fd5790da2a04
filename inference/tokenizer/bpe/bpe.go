// Package bpe is the BPE tokenizer of language models as Hugging Face's
// tokenizers library runs it: byte-level as of GPT-2 and its heirs, or of
// characters with bytes for those that the vocabulary lacks, as Gemma's. It
// gives the same ids.
package bpe

import (
	"fmt"
	"iter"
	"strings"
	"sync"
	"unicode/utf8"
)

// Tokenizer implements tokenizer.Tokenizer.
type Tokenizer struct {
	vocab   vocabulary
	text    string   // what the tokens spell, one after the other; not always UTF-8
	starts  []uint32 // where each id's text starts, and the end of the last
	special idSet

	seeds [256]int64 // the ids of single bytes, -1 for none
	unk   int64      // stands for a byte that has no id, -1 for none
	rules map[pair]rule

	// characters says that the tokens are spelled in characters, not in an
	// alphabet of bytes. A byte that is a token has a name then, as <0x0A> has.
	characters   bool
	named        map[uint32]byte // bytes by the ids of their names
	fuseUnk      bool
	ignoreMerges bool
	normalizer   normalizer
	splitting    splitting

	marked rounds // what EncodeSpecial finds: all added tokens
	blanks rounds // what Encode finds: those of white space, which forge nothing

	cache   *cache
	mergers sync.Pool // of *merger
}

// idSet is a set of ids.
type idSet []bool

func (s *idSet) add(id uint32) {
	if int(id) >= len(*s) {
		*s = append(*s, make(idSet, int(id)+1-len(*s))...)
	}
	(*s)[id] = true
}

func (s idSet) has(id uint32) bool { return int(id) < len(s) && s[id] }

// build fills t from what was read, with the model's vocabulary in place.
func (t *Tokenizer) build(pairs merges, unk *string, added []addedToken) error {
	t.mergers.New = func() any { return new(merger) }
	for _, a := range added {
		if a.Special && a.Content != "" {
			t.special.add(uint32(a.ID))
		}
	}
	if err := t.seed(); err != nil {
		return err
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

// seed finds the tokens of single bytes.
func (t *Tokenizer) seed() error {
	for b, r := range letters {
		spelling := string(r)
		if t.characters {
			spelling = fmt.Sprintf("<0x%02X>", b)
		}
		id, ok := t.vocab.ids[spelling]
		t.seeds[b] = int64(id)
		if !ok {
			t.seeds[b] = -1
		}
		if _, character := t.vocab.ids[string(rune(b))]; !ok && t.characters && (b >= utf8.RuneSelf || !character) {
			return fmt.Errorf("model.byte_fallback is true, but %s is not in model.vocab", spelling)
		}
	}
	return nil
}

// learn makes the rules of pairs, without those that would make a special token
// of plain text: Hugging Face's library has found its string before.
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
		if t.special.has(id) {
			continue
		}
		t.rules[join(left, right)] = rule{rank: uint32(rank), id: id}
	}
	return nil
}

// add defines the added tokens and prepares the search for them.
func (t *Tokenizer) add(added []addedToken) error {
	var marked, blanks [2][]addedToken
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
		blank := !a.Special && isBlank(a.Content)
		round := 0
		if a.Normalized {
			round = 1
			if a.Content = t.normalizer.apply(a.Content); a.Content == "" {
				continue
			}
		}
		marked[round] = append(marked[round], a)
		if blank {
			blanks[round] = append(blanks[round], a)
		}
	}
	t.marked, t.blanks = newRounds(marked), newRounds(blanks)
	return nil
}

// spell writes down what each id stands for.
func (t *Tokenizer) spell() {
	var text []byte
	t.starts = make([]uint32, 1, len(t.vocab.tokens)+1)
	if t.characters {
		t.named = map[uint32]byte{}
	}
	for id, content := range t.vocab.tokens {
		if t.characters {
			text = append(text, strings.ReplaceAll(content, blank, " ")...)
			if b, ok := namedByte(content); ok {
				t.named[uint32(id)] = b
			}
		} else {
			text = appendBytes(text, content)
		}
		t.starts = append(t.starts, uint32(len(text)))
	}
	t.text, t.vocab.tokens = string(text), nil
}

// Pieces yields the parts of text that are encoded on their own: no token
// reaches over their ends.
func (t *Tokenizer) Pieces(text string) iter.Seq[string] {
	return t.splitting.pieces(lossy(text))
}

// Encode returns the ids of text. The strings of added tokens are plain text,
// but for white space.
func (t *Tokenizer) Encode(text string) []int64 { return t.encode(text, &t.blanks) }

// EncodeSpecial is Encode, but the strings of added tokens become their ids.
func (t *Tokenizer) EncodeSpecial(text string) []int64 { return t.encode(text, &t.marked) }

func (t *Tokenizer) encode(text string, added *rounds) []int64 {
	text = lossy(text)
	e := t.encoder(len(text))
	added.verbatim.split(text, func(text string) {
		added.normalized.split(t.normalizer.apply(text), e.plain, e.token)
	}, e.token)
	return e.finish()
}

// Decode returns the text of ids. Ids without a token are dropped, special
// tokens too if skipSpecial is set, and bytes that are not UTF-8 become U+FFFD.
func (t *Tokenizer) Decode(ids []int64, skipSpecial bool) string {
	var text, run []byte
	for _, id := range ids {
		if id < 0 || id >= int64(len(t.starts)-1) || skipSpecial && t.special.has(uint32(id)) {
			continue
		}
		if b, ok := t.named[uint32(id)]; ok {
			run = append(run, b)
			continue
		}
		text, run = appendRun(text, run), run[:0]
		text = append(text, t.text[t.starts[id]:t.starts[id+1]]...)
	}
	return lossy(string(appendRun(text, run)))
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
