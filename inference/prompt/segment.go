package prompt

import (
	"fmt"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

// Prompt is what a model is asked, in segments. Each is encoded by itself: they
// end where no token may reach across.
type Prompt struct {
	Segments []Segment
	// Prefix counts the leading segments that are the same for every function.
	// What the model makes of them can be kept.
	Prefix int
}

// Segment is a piece of a prompt.
type Segment struct {
	Text string
	// Markers says that special tokens may be spelled out in Text, as only the
	// program itself may. Otherwise their names are plain text.
	Markers bool
	// Max, unless it is 0, bounds the tokens of this segment and of those before
	// it that are bounded, together. Where that is too few, Cut says what stays.
	Max int
	Cut Cut
	// Close is encoded together with what stays of Text, and not counted in Max: some
	// tokenizers join a line's end with the mark before it.
	Close string
}

// Cut says what stays of a text that is too long.
type Cut int

// The ways to cut.
const (
	Start Cut = iota // the first tokens
	Ends             // the first three quarters and the last, around the end of a line
	Lines            // whole lines at the start and at the end, around an ellipsis; then Close
)

// Encode returns the token ids of p and how many of them are its prefix's.
func (p Prompt) Encode(t tokenizer.Tokenizer) (ids []int64, prefix int) {
	bounded := 0
	for i, s := range p.Segments {
		if i == p.Prefix {
			prefix = len(ids)
		}
		switch {
		case s.Markers:
			ids = append(ids, t.EncodeSpecial(s.Text)...)
		case s.Max == 0:
			ids = append(ids, t.Encode(s.Text)...)
		default:
			before := len(ids)
			ids = s.appendCut(ids, max(0, s.Max-bounded), t)
			bounded += len(ids) - before
		}
	}
	return ids, prefix
}

// appendCut appends the tokens of s, at most room of them.
func (s Segment) appendCut(ids []int64, room int, t tokenizer.Tokenizer) []int64 {
	if s.Cut == Lines {
		text, cut := truncate(s.Text, room, t.Encode)
		if s.Close != "" {
			cut = t.Encode(text + s.Close)
		}
		return append(ids, cut...)
	}
	all := t.Encode(s.Text)
	switch {
	case len(all) <= room:
		return append(ids, all...)
	case s.Cut == Start || room == 0:
		return append(ids, all[:room]...)
	}
	gap := t.Encode("\n")
	head := room * 3 / 4
	ids = append(append(ids, all[:head]...), gap...)
	return append(ids, all[len(all)-max(0, room-head-len(gap)):]...)
}

// CheckTokenizer returns an error where t lacks a special token that prompts of
// the kind p cannot do without.
func CheckTokenizer(t tokenizer.Tokenizer, p models.Prompt) error {
	for _, m := range kinds[p].markers {
		if _, ok := t.TokenID(m); !ok {
			return fmt.Errorf("prompt form %q version %d: the model's tokenizer has no token %s; the model was made for another prompt, which its gloss.json must name, or for none (docs/models.md has the forms)", p.Form, p.Version, m)
		}
	}
	return nil
}

// End returns the token that ends a model's answer to prompts of the kind p, and
// whether there is one: some configurations leave it out.
func End(t tokenizer.Tokenizer, p models.Prompt) (int64, bool) {
	if end := kinds[p].end; end != "" {
		return t.TokenID(end)
	}
	return 0, false
}
