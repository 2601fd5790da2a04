package bpe

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// addedToken is an entry of added_tokens: a string that becomes an id before
// the text is cut into pieces.
type addedToken struct {
	ID         tokenID `json:"id"`
	Content    string  `json:"content"`
	SingleWord bool    `json:"single_word"` // only between non-word characters
	LStrip     bool    `json:"lstrip"`      // takes the white space on its left
	RStrip     bool    `json:"rstrip"`      // takes the white space on its right
	Normalized bool    `json:"normalized"`  // looked for in a second round
	Special    bool    `json:"special"`
}

// maxAdded bounds the bytes of an added token, and with them the time that
// matcher takes for each byte of text.
const maxAdded = 512

// rounds finds added tokens as Hugging Face does: those of verbatim first, and
// those of normalized in the text between them, once that is normalized.
type rounds struct{ verbatim, normalized *matcher }

func newRounds(tokens [2][]addedToken) rounds {
	return rounds{newMatcher(tokens[0]), newMatcher(tokens[1])}
}

// isBlank reports whether s is white space, which some vocabularies write as a
// character of its own.
func isBlank(s string) bool {
	return strings.TrimFunc(strings.ReplaceAll(s, blank, ""), unicode.IsSpace) == ""
}

// matcher finds added tokens in text: the leftmost, and of these the longest.
type matcher struct {
	tokens map[string]addedToken
	// lengths holds, for each first byte, the lengths of the tokens that start
	// with it, the longest first.
	lengths [256][]int
}

func newMatcher(tokens []addedToken) *matcher {
	m := &matcher{tokens: make(map[string]addedToken, len(tokens))}
	for _, t := range tokens {
		m.tokens[t.Content] = t
		first := &m.lengths[t.Content[0]]
		*first = append(*first, len(t.Content))
	}
	for i, l := range m.lengths {
		slices.Sort(l)
		l = slices.Compact(l)
		slices.Reverse(l)
		m.lengths[i] = l
	}
	return m
}

// split calls plain with the text between added tokens and token with the id
// of each token, in order.
func (m *matcher) split(text string, plain func(string), token func(id uint32)) {
	done := 0
	if len(m.tokens) == 0 {
		done = len(text)
		if text != "" {
			plain(text)
		}
	}
	for i := done; i < len(text); {
		t, ok := m.at(text[i:])
		if !ok {
			i++
			continue
		}
		start, end := i, i+len(t.Content)
		i = end
		if t.SingleWord && (endsWithWord(text[:start]) || startsWithWord(text[end:])) {
			continue
		}
		if t.LStrip {
			start = len(strings.TrimRightFunc(text[:start], unicode.IsSpace))
		}
		if t.RStrip {
			end = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
		}
		if done < start {
			plain(text[done:start])
		}
		token(uint32(t.ID))
		done = end
	}
	if done < len(text) {
		plain(text[done:])
	}
}

// at returns the longest token that starts text.
func (m *matcher) at(text string) (addedToken, bool) {
	for _, n := range m.lengths[text[0]] {
		if n <= len(text) {
			if t, ok := m.tokens[text[:n]]; ok {
				return t, true
			}
		}
	}
	return addedToken{}, false
}

func startsWithWord(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && isWord(r)
}

func endsWithWord(s string) bool {
	r, n := utf8.DecodeLastRuneInString(s)
	return n > 0 && isWord(r)
}

// isWord is \w of Unicode Technical Standard 18, annex C, which Rust's regex
// follows: Alphabetic, Mark, Decimal_Number, Connector_Punctuation and
// Join_Control.
func isWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control)
}
