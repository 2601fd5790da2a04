package prompt

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// The tokens around a text that CodeT5 reads, which are RoBERTa's.
const (
	textStart = "<s>"
	textEnd   = "</s>"
)

// codeToText is the form of CodeT5: the tokens of the code with a blank between
// two, without comments and without an instruction, as its data for the task has
// them (CodeXGLUE's code-to-text). What is too long loses its end, as there.
type codeToText struct {
	answer
	max int
}

func newCodeToText(d models.Description) Form {
	return &codeToText{answer: newAnswer(d), max: d.MaxInputTokens}
}

// Prompt implements Form.
func (c *codeToText) Prompt(f Function) Prompt {
	return Prompt{Segments: []Segment{
		{Text: textStart, Markers: true},
		{Text: codeTokens(window(f.Code, c.max*windowBytes), f.Language), Max: c.max, Cut: Start},
		{Text: textEnd, Markers: true},
	}}
}

// Done implements Form.
func (c *codeToText) Done(output string) bool { return c.answer.Done(joined(output)) }

// Answer returns summary in the tokens of CodeT5's data.
func (c *codeToText) Answer(summary string) string {
	return strings.Join(textToken.FindAllString(summary, -1), " ")
}

// Summary implements Form.
func (c *codeToText) Summary(output string, f Function) (string, error) {
	return c.answer.Summary(joined(output), f)
}

// textToken is a token of a doc comment in CodeSearchNet. What it does not match
// is not in its texts.
var textToken = lazyregexp.New("[^\\s,'\"`.():\\[\\]=*;>{}+\\-/\\\\]+|\\.+|[()]+|:+|[\\[\\]]+|[{}]+|=+|\\*+|;+|>+|\\++|-+|/+|\\\\+")

// joints turn tokens with blanks between them into text.
var joints = []rewrite{
	{lazyregexp.New(`([\p{L}\p{N}]) ([-/]) ([\p{L}\p{N}])`), "$1$2$3"},
	{lazyregexp.New(`([\p{L}\p{N}]) \. ([\p{Ll}\p{N}])`), "$1.$2"},
	{lazyregexp.New(` (n?['’](?:s|t|re|ve|ll|d|m))\b`), "$1"},
	{lazyregexp.New(` +([.,;:!?)\]}])`), "$1"},
	{lazyregexp.New(`([(\[{]) +`), "$1"},
}

func joined(output string) string {
	for _, j := range joints {
		output = j.pattern.ReplaceAllString(output, j.with)
	}
	return output
}

// marks are what a language's comments and strings begin with.
type marks struct {
	line          []string // a comment to the end of the line
	open, closing string   // of a comment
	quotes        string
	sigil         bool // $ stands before a name and is none of its letters
}

var (
	slashes = marks{line: []string{"//"}, open: "/*", closing: "*/", quotes: "\"'`"}
	hashes  = marks{line: []string{"#"}, quotes: "\"'`"}
	dashes  = marks{line: []string{"--"}, quotes: `"`}
	ofCode  = map[string]marks{
		"php":         {line: []string{"//", "#"}, open: "/*", closing: "*/", quotes: "\"'`", sigil: true},
		"python":      hashes,
		"ruby":        {line: []string{"#"}, open: "\n=begin", closing: "\n=end", quotes: "\"'`"},
		"elixir":      hashes,
		"shellscript": hashes,
		"rust":        {line: []string{"//"}, open: "/*", closing: "*/", quotes: `"`}, // ' is a lifetime's too
		"lua":         {line: []string{"--"}, open: "--[[", closing: "]]", quotes: `"'`},
		"haskell":     {line: dashes.line, open: "{-", closing: "-}", quotes: `"`},
		"ocaml":       {open: "(*", closing: "*)", quotes: `"`},
	}
	operators = func() []string {
		list := strings.Fields(`
			>>>= <<= >>= >>> === !== **= ... ..= <=> ??= &&= ||= <<~ == != <= >= -> => :: := += -= *= /= %= &= |= ^=
			&& || ++ -- << >> ** ?. ?: ?? <- .. |> ~> =~ !~`)
		slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
		return list
	}()
)

// codeTokens returns the tokens of code, each but the first with a blank before
// it, without comments.
func codeTokens(code, language string) string {
	m, known := ofCode[language]
	if !known {
		m = slashes
	}
	var b strings.Builder
	first := true // nothing but white space stands before in the line
	for rest := code; rest != ""; {
		n, shown := m.token(rest, first)
		if shown {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(strings.Join(strings.Fields(rest[:n]), " "))
			first = false
		} else if strings.Contains(rest[:n], "\n") {
			first = true
		}
		rest = rest[n:]
	}
	return b.String()
}

// token returns the length of what code begins with, and whether it is shown.
func (m marks) token(code string, first bool) (n int, shown bool) {
	if m.open != "" && strings.HasPrefix(code, m.open) {
		return until(code, len(m.open), m.closing), false
	}
	for _, mark := range m.line {
		if strings.HasPrefix(code, mark) {
			return until(code, 0, "\n"), false
		}
	}
	r, size := utf8.DecodeRuneInString(code)
	switch {
	case unicode.IsSpace(r):
		return size, false
	case strings.HasPrefix(code, `"""`), strings.HasPrefix(code, "'''"):
		return until(code, 3, code[:3]), !first // alone it is a comment
	case strings.ContainsRune(m.quotes, r):
		return quoted(code), true
	case m.isName(r):
		for n < len(code) {
			next, size := utf8.DecodeRuneInString(code[n:])
			fraction := next == '.' && isDigit(code[0]) && n+1 < len(code) && isDigit(code[n+1])
			if !m.isName(next) && !fraction {
				break
			}
			n += size
		}
		if rest := code[n:]; n <= 2 && rest != "" && strings.ContainsRune(`"'`, rune(rest[0])) && strings.ContainsRune(m.quotes, rune(rest[0])) {
			n += quoted(rest) // r"..."
		}
		return n, true
	}
	for _, o := range operators {
		if strings.HasPrefix(code, o) {
			return len(o), true
		}
	}
	return size, true
}

func (m marks) isName(r rune) bool {
	return r == '_' || r == '$' && !m.sigil || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// until returns the length of code up to and with the end that follows its first
// bytes, or all of it.
func until(code string, first int, end string) int {
	if i := strings.Index(code[first:], end); i >= 0 {
		return first + i + len(end)
	}
	return len(code)
}

// quoted returns the length of the string that code begins with. A quote without
// another in its line is a mark like others.
func quoted(code string) int {
	for i := 1; i < len(code); i++ {
		switch {
		case code[i] == '\\':
			i++
		case code[i] == code[0]:
			return i + 1
		case code[i] == '\n' && code[0] != '`':
			return 1
		}
	}
	return 1
}
