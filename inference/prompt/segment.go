package prompt

import (
	"fmt"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

// The special tokens of ChatML.
const (
	turnStart = "<|im_start|>"
	turnEnd   = "<|im_end|>"
)

var chatML = []string{turnStart, turnEnd}

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
}

// Cut says what stays of a text that is too long.
type Cut int

// The ways to cut.
const (
	Start Cut = iota // the first tokens
	Ends             // the first three quarters and the last, around the end of a line
	Lines            // whole lines at the start and at the end, around an ellipsis
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
		_, cut := truncate(s.Text, room, t.Encode)
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
			return fmt.Errorf("prompt form %q version %d: the model's tokenizer has no token %s; the model was made for another prompt, which its gloss.json must name", p.Form, p.Version, m)
		}
	}
	return nil
}
