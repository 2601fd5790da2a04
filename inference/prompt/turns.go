package prompt

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// Turn is one side's part of a conversation.
type Turn struct {
	Role string // "system", "user" or "assistant"
	Text string
}

// Turns returns p as a conversation, for a server that spells its turns as the
// model there was taught to, or nil where p is none. The last turn is the
// assistant's, which the model is to go on with; it may be empty. What is too
// long is cut by an estimate of its tokens.
func (p Prompt) Turns() []Turn {
	var turns []Turn
	write := func(text string) bool {
		if len(turns) > 0 {
			turns[len(turns)-1].Text += text
		}
		return len(turns) > 0 || text == ""
	}
	for _, s := range p.estimated() {
		if !s.Markers {
			if !write(harmless(s.Text) + s.Close) {
				return nil
			}
			continue
		}
		for i, part := range strings.Split(s.Text, turnStart) {
			text, _, _ := strings.Cut(part, turnEnd)
			if i == 0 {
				if !write(text) {
					return nil
				}
				continue
			}
			role, text, ok := strings.Cut(text, "\n")
			if !ok || !slices.Contains([]string{"system", "user", "assistant"}, role) {
				return nil
			}
			turns = append(turns, Turn{role, text})
		}
	}
	if len(turns) == 0 || turns[len(turns)-1].Role != "assistant" {
		return nil
	}
	return turns
}

// Text returns p as one text, with its special tokens spelled out, for a server
// that makes tokens of it by itself. What is too long is cut as for Turns.
func (p Prompt) Text() string {
	var b strings.Builder
	for _, s := range p.estimated() {
		if s.Markers {
			b.WriteString(s.Text)
		} else {
			b.WriteString(harmless(s.Text) + s.Close)
		}
	}
	return b.String()
}

// specialToken matches the beginnings of what tokenizers of chat models take for
// a special token, in two parts.
var specialToken = lazyregexp.New(`(<)([|｜][\p{L}_]|/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think)>)|(\[)(/?INST\])`)

// harmless returns s with a blank within each special token that is spelled out
// in it. A server that is sent text looks for them everywhere, in the code too,
// which could end the user's turn by one and speak for another.
func harmless(s string) string { return specialToken.ReplaceAllString(s, "$1$3 $2$4") }

// estimated returns the segments of p, cut to their bounds where only a guess
// says how many tokens they have.
func (p Prompt) estimated() []Segment {
	segments := slices.Clone(p.Segments)
	bounded := 0
	for i, s := range segments {
		if s.Max > 0 {
			segments[i].Text = s.estimatedCut(max(0, s.Max-bounded))
			bounded += estimate(segments[i].Text)
		}
	}
	return segments
}

// estimatedCut returns what stays of s where there is room for so many tokens.
func (s Segment) estimatedCut(room int) string {
	if s.Cut == Lines {
		text, _ := truncate(s.Text, room, func(text string) []int64 { return make([]int64, estimate(text)) })
		return text
	}
	tokens := estimate(s.Text)
	if tokens <= room {
		return s.Text
	}
	size := len(s.Text) * room / tokens
	if s.Cut == Start || size == 0 {
		return s.Text[:runeStart(s.Text, size)]
	}
	head := runeStart(s.Text, size*3/4)
	return s.Text[:head] + "\n" + s.Text[runeStart(s.Text, len(s.Text)-max(0, size-head-1)):]
}

// runeStart returns i, or where the character begins that i lies in.
func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

// estimate returns about how many tokens text has, more rather than fewer: code
// has three to four bytes a token, and other scripts have up to a token for each
// two bytes.
func estimate(text string) int {
	wide := 0
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			wide++
		}
	}
	return (2*(len(text)-wide) + 3*wide + 5) / 6
}
