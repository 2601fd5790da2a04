package prompt

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// chatTexts are the texts of a chat form. Nothing that differs between functions
// stands before the code, so that all before it is one cached prefix.
type chatTexts struct {
	// system is the system's turn; without one the template's own stands in.
	system string
	// before and after stand around the code in the user's turn. before ends
	// in one line feed, not two, and after begins with one: the tokenizer would
	// merge two here and not in the text as a whole.
	before, after string
	// fence puts the code between backticks, with its language.
	fence bool
	// begun is the start of the assistant's turn, for the model to go on.
	begun string
}

// The chat forms.
var (
	// chatShort suits the smallest models. The assistant's turn is begun for
	// them: the first word that they write is the verb, and no tokens go into
	// "Sure, here is".
	chatShort = chatTexts{
		system: "You explain code in one short sentence.",
		before: "What does this function do?\n",
		fence:  true,
		begun:  "This function",
	}
	// chatDirect is an instruction and nothing else.
	chatDirect = chatTexts{
		before: "Summarize what the following code does in one sentence:\n",
	}
	// chatRole says who answers.
	chatRole = chatTexts{
		system: "You are an experienced software engineer who explains code to colleagues clearly and concisely.",
		before: "Explain in one sentence what this function does.\n",
		fence:  true,
	}
	// chatTask describes the task, the answer's form and what must not be in
	// it.
	chatTask = chatTexts{
		system: "You write documentation comments for functions.",
		before: "Write one sentence in plain English that says what the function below does and what it returns. " +
			"Begin with a verb in the third person. Do not repeat the code and do not write a list.\nCode:\n",
		after: "\nSummary:",
		fence: true,
	}
)

// around returns what stands directly before and after a function's code.
func (c chatTexts) around(languageID, code string) (open, end string) {
	if !c.fence {
		return "", ""
	}
	fence := strings.Repeat("`", max(3, longestRun(code, '`')+1))
	return fence + language(languageID) + "\n", "\n" + fence
}

// maxFence is the longest run of backticks that is left in code, and so bounds
// the fence around it.
const maxFence = 8

var longFence = lazyregexp.New("`{9,}")

// chat is a form of instruction-tuned models.
type chat struct {
	answer
	texts    chatTexts
	template template
	max      int
}

// newChat returns the kind of the form with the given texts, in a template.
func newChat(texts chatTexts, t template) kind {
	return kind{
		form: func(d models.Description) Form {
			return &chat{answer: newAnswer(d, texts.system, texts.before, texts.after), texts: texts, template: t, max: d.MaxInputTokens}
		},
		markers: t.markers,
		end:     t.end,
	}
}

// Prompt returns the head, the code and the tail. The code has at most
// MaxInputTokens tokens. The segments end at places where no token reaches
// across: the head is then a prefix whatever the code is, and the code is bounded
// exactly.
func (c *chat) Prompt(f Function) Prompt {
	code := c.code(f.Code)
	open, end := c.texts.around(f.Language, code)
	fence := strings.TrimPrefix(end, "\n")
	return Prompt{
		Segments: []Segment{
			{Text: c.template.head(c.texts), Markers: true},
			{Text: open},
			{Text: code, Max: c.max, Cut: Lines, Close: end[:len(end)-len(fence)]},
			{Text: fence},
			{Text: c.template.tail(c.texts), Markers: true},
		},
		Prefix: 1,
	}
}

// Answer returns summary as it goes on after the start of the assistant's turn.
func (c *chat) Answer(summary string) string {
	if c.texts.begun == "" {
		return summary
	}
	first, size := utf8.DecodeRuneInString(summary)
	return " " + string(unicode.ToLower(first)) + summary[size:]
}

// code returns what can be shown of a function's code.
func (c *chat) code(code string) string {
	code = window(code, c.max*windowBytes)
	return strings.TrimSpace(longFence.ReplaceAllString(code, strings.Repeat("`", maxFence)))
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
