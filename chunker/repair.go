package chunker

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// lexis is where the brackets of a language are none.
type lexis struct {
	line   string       // starts a comment to the end of its line
	long   []delimiters // around comments and strings that may span lines
	quotes string       // around strings that end with their line
	// regexps says that slashes may stand around a regular expression.
	regexps bool
	// definitions start lines that no bracket is around.
	definitions []string
}

var (
	goLexis     = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {"`", "`"}}, quotes: `"'`}
	scriptLexis = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {"`", "`"}}, quotes: `"'`, regexps: true}
	pythonLexis = &lexis{line: "#", long: []delimiters{{`"""`, `"""`}, {"'''", "'''"}}, quotes: `"'`, definitions: []string{"def ", "class ", "async def ", "@"}}
)

// token is a bracket, or the start of a line of code that starts with something
// else than a closing bracket.
type token struct {
	at, indent int
	char       byte // the bracket, or one of the below
	edge       bool // of a bracket: it leads its line, or trails it, but for others that close
}

// The starts of lines.
const (
	otherStart      = '.'
	wordStart       = 'a'
	definitionStart = 'd'
)

func (t token) opens() bool  { return strings.IndexByte("([{", t.char) >= 0 }
func (t token) closes() bool { return strings.IndexByte(")]}", t.char) >= 0 }

// partner is the bracket that one closes.
var partner = map[byte]byte{')': '(', ']': '[', '}': '{'}

// repaired blanks the brackets without a partner, which indentation tells from
// the others. A grammar looks for the partner to the end of the file, while a
// person sees which function the error is in. Text whose brackets pair stays as
// it is.
func (l *lexis) repaired(text string) string {
	tokens := l.scan(text)
	if paired(tokens) {
		return text
	}
	masked := []byte(text)
	for len(tokens) > 0 {
		// What stands between two words at the margin is repaired by itself.
		n := 1 + slices.IndexFunc(tokens[1:], func(t token) bool { return t.indent == 0 && (t.char == wordStart || t.char == definitionStart) })
		if n == 0 {
			n = len(tokens)
		}
		if !paired(tokens[:n]) {
			blank(masked, tokens[0], single(tokens[:n]))
		}
		tokens = tokens[n:]
	}
	return string(masked)
}

// blank overwrites the brackets at the places. The head of a function that leaves
// both its parameters and its body open goes altogether: the next function would
// be taken for a parameter.
func blank(text []byte, first token, places []int) {
	inHead := 0
	head := bytes.IndexByte(text[first.at:], '\n') // the length of its line, or -1
	for _, at := range places {
		text[at] = ' '
		if at < first.at+head {
			inHead++
		}
	}
	if inHead > 1 && first.char == wordStart {
		for i := range head {
			text[first.at+i] = ' '
		}
	}
}

// paired reports whether each bracket has its partner, whatever the indentation.
func paired(tokens []token) bool {
	var open []token
	for _, t := range tokens {
		switch {
		case t.opens():
			open = append(open, t)
		case !t.closes():
		case len(open) == 0 || open[len(open)-1].char != partner[t.char]:
			return false
		default:
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

// single returns where the brackets without a partner are. An open one has its
// partner on its line, or on lines that are indented as its own or deeper.
func single(tokens []token) []int {
	var marked []int
	var open []token
	count := map[byte]int{} // of the brackets in open
	drop := func(until func(t token) bool) {
		for len(open) > 0 && !until(open[len(open)-1]) {
			marked = append(marked, open[len(open)-1].at)
			count[open[len(open)-1].char]--
			open = open[:len(open)-1]
		}
	}
	for _, t := range tokens {
		switch {
		case t.opens():
			open = append(open, t)
			count[t.char]++
		case t.closes():
			if t.edge {
				drop(func(o token) bool { return o.indent <= t.indent })
			}
			if count[partner[t.char]] == 0 {
				marked = append(marked, t.at)
				break
			}
			drop(func(o token) bool { return o.char == partner[t.char] })
			open = open[:len(open)-1]
			count[partner[t.char]]--
		case t.char == definitionStart:
			drop(func(token) bool { return false })
		default:
			drop(func(o token) bool {
				inBlock := o.char == '{' && o.edge && o.indent == t.indent && t.char == wordStart
				return o.indent <= t.indent && !inBlock
			})
		}
	}
	drop(func(token) bool { return false })
	return marked
}

// scan finds the tokens of text in one pass.
func (l *lexis) scan(text string) []token {
	var tokens []token
	indent, begun, leads := 0, false, true // of the line
	before := byte('\n')                   // what is not blank before i
	unclosed := map[string]bool{}          // of lexis.long, from i on
	for i := 0; i < len(text); {
		c := text[i]
		if c == '\n' {
			indent, begun, leads, before = 0, false, true, c
		}
		if c <= ' ' {
			i++
			continue
		}
		if begun && ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') { // most of a text
			leads, before = false, c
			i++
			continue
		}
		n, isComment := l.skip(text[i:], before, unclosed)
		if !begun && !isComment {
			indent, begun = column(text[lineStart(text, i):i+1]), true
			if start := l.start(text[i:]); start != 0 {
				tokens = append(tokens, token{at: i, indent: indent, char: start})
			}
		}
		if n > 0 {
			leads = leads && isComment
			if !isComment {
				before = '"'
			}
			i += n
			continue
		}
		t := token{at: i, indent: indent, char: c}
		switch {
		case t.opens():
			rest := strings.TrimLeft(text[i+1:], " \t\r")
			t.edge = rest == "" || rest[0] == '\n'
			tokens = append(tokens, t)
			leads = false
		case t.closes():
			t.edge = leads
			tokens = append(tokens, t)
		default:
			leads = false
		}
		before = c
		i++
	}
	return tokens
}

// start says what a line starts with, 0 for a bracket that closes.
func (l *lexis) start(line string) byte {
	switch c := rune(line[0]); {
	case strings.ContainsRune(")]}", c):
		return 0
	case slices.ContainsFunc(l.definitions, func(d string) bool { return strings.HasPrefix(line, d) }):
		return definitionStart
	case unicode.IsLetter(c) && !strings.HasPrefix(line, "case") && !strings.HasPrefix(line, "default"), c == '_', c == '@':
		return wordStart
	}
	return otherStart
}

// skip returns the length of the comment, the string or the regular expression
// that text starts with, which stands behind the byte before. It notes which
// delimiters are not closed any more, to look for them but once.
func (l *lexis) skip(text string, before byte, unclosed map[string]bool) (length int, isComment bool) {
	if strings.HasPrefix(text, l.line) {
		comment, _, _ := strings.Cut(text, "\n")
		return len(comment), true
	}
	for _, d := range l.long {
		if !strings.HasPrefix(text, d.open) {
			continue
		}
		if !unclosed[d.open] {
			if end := strings.Index(text[len(d.open):], d.close); end >= 0 {
				return len(d.open) + end + len(d.close), d.open == "/*"
			}
			unclosed[d.open] = true
		}
		return len(d.open), false
	}
	if strings.IndexByte(l.quotes, text[0]) >= 0 || l.regexps && text[0] == '/' && strings.IndexByte("(,=:[!&|?{};\n", before) >= 0 {
		return quoted(text), false
	}
	return 0, false
}

// quoted returns the length of what text starts with, up to the next of its first
// byte or to the end of the line.
func quoted(text string) int {
	inClass := false // of a regular expression
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			return i
		case c == '\\':
			i++
		case text[0] == '/' && (c == '[' || c == ']'):
			inClass = c == '['
		case c == text[0] && !inClass:
			return i + 1
		}
	}
	return len(text)
}
