package prompt

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

// The texts of the chat form, in ChatML, the template of SmolLM2-Instruct.
// Nothing that differs between functions stands before the code, so that all
// of chatHead is one cached prefix. The assistant's turn is begun for the
// model: the first word that it writes is the verb, and a small model does not
// spend its tokens on "Sure, here is". One line feed before the fence, not two:
// the tokenizer would merge them here and not in the text as a whole.
const (
	chatHead = "<|im_start|>system\nYou explain code in one short sentence.<|im_end|>\n" +
		"<|im_start|>user\nWhat does this function do?\n"
	chatTail = "<|im_end|>\n<|im_start|>assistant\nThis function"
)

// maxFence is the longest run of backticks that is left in code, and so bounds
// the fence around it.
const maxFence = 8

var longFence = regexp.MustCompile("`{9,}")

// chat is the form of instruction-tuned models.
type chat struct {
	answer
	tokenizer  tokenizer.Tokenizer
	head, tail []int64
	max        int
}

func newChat(d models.Description, t tokenizer.Tokenizer) (Form, error) {
	for _, token := range []string{"<|im_start|>", "<|im_end|>"} {
		if _, err := special(t, token); err != nil {
			return nil, err
		}
	}
	return &chat{
		answer:    newAnswer(d),
		tokenizer: t,
		head:      t.EncodeSpecial(chatHead),
		tail:      t.EncodeSpecial(chatTail),
		max:       d.MaxInputTokens,
	}, nil
}

// Prompt returns the head, the fenced code and the tail. The code has at most
// MaxInputTokens tokens. The pieces are encoded one by one, at places where no
// token reaches across: the head is then a prefix whatever the code is, and
// the code is bounded exactly.
func (c *chat) Prompt(f Function) Prompt {
	code, ids := c.code(f.Code)
	fence := strings.Repeat("`", max(3, longestRun(code, '`')+1))
	return Prompt{
		IDs: slices.Concat(
			c.head,
			c.tokenizer.Encode(fence+language(f.Language)+"\n"),
			ids,
			c.tokenizer.Encode("\n"+fence),
			c.tail,
		),
		PrefixLen: len(c.head),
	}
}

// Answer returns summary as it goes on after the start of the assistant's turn.
func (c *chat) Answer(summary string) string {
	first, size := utf8.DecodeRuneInString(summary)
	return " " + string(unicode.ToLower(first)) + summary[size:]
}

// code returns what is shown of a function's code, and its tokens.
func (c *chat) code(code string) (string, []int64) {
	code = window(code, c.max*windowBytes)
	code = longFence.ReplaceAllString(code, strings.Repeat("`", maxFence))
	return truncate(strings.TrimSpace(code), c.max, c.tokenizer.Encode)
}

// longestRun returns the length of the longest run of b in s.
func longestRun(s string, b byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != b {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
