package chunker

import (
	"slices"
	"strings"
	"unicode"
)

// lexis is where the brackets of a language are none.
type lexis struct {
	line   string       // starts a comment to the end of its line
	text   string       // the same, a string
	long   []delimiters // around comments and strings that may span lines
	quotes string       // around strings that end with their line
	// hole opens code in a string whose opening ends with holed, if marked says so
	// of the byte before it. A brace closes the hole, some lines below or not.
	hole   string
	holed  byte
	marked func(before byte) bool
	// regexps says that slashes may stand around a regular expression.
	regexps bool
	// definitions start lines that no bracket is around.
	definitions []string
	// head is that of a block, but for its colon, where indentation makes blocks.
	head string
	// statements says that what is left of a statement hides the functions around
	// it all the same.
	statements bool
	// braces may stand on lines of their own, and go on with the line before.
	braces bool
}

var (
	goLexis     = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {"`", "`"}}, quotes: `"'`}
	scriptLexis = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {"`", "`"}}, quotes: `"'`, hole: "${", holed: '`', marked: always, regexps: true}
	zigLexis    = &lexis{line: "//", text: `\\`, quotes: `"'`}
	javaLexis   = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {`"""`, `"""`}}, quotes: `"'`}
	kotlinLexis = &lexis{line: "//", long: javaLexis.long, quotes: `"'`, hole: "${", holed: '"', marked: always}
	scalaLexis  = &lexis{line: "//", long: javaLexis.long, quotes: `"'`, hole: "${", holed: '"', marked: isNameByte}
	csharpLexis = &lexis{
		line: "//", long: []delimiters{{"/*", "*/"}, {`"""`, `"""`}, {`@"`, `"`}}, quotes: `"'`,
		hole: "{", holed: '"', marked: func(before byte) bool { return before == '$' }, statements: true, braces: true,
	}
	phpLexis    = &lexis{line: "//", long: []delimiters{{"/*", "*/"}}, quotes: `"'`}
	pythonLexis = &lexis{line: "#", long: []delimiters{{`"""`, `"""`}, {"'''", "'''"}}, quotes: `"'`, definitions: []string{"def ", "class ", "async def ", "@"}, head: "if 1"}
)

func always(byte) bool { return true }

// token is a bracket, or the start of a line of code that starts with something
// else than a closing bracket.
type token struct {
	at, indent int
	char       byte // the bracket, or one of the below
	line       int
	edge       bool // of a bracket: it leads its line, or trails it, but for others that close
}

// The starts of lines.
const (
	otherStart      = '.'
	wordStart       = 'a'
	definitionStart = 'd'
)

func (t token) opens() bool  { return t.char == '(' || t.char == '[' || t.char == '{' }
func (t token) closes() bool { return t.partner() != 0 }

// partner is the bracket that t closes, or 0.
func (t token) partner() byte {
	switch t.char {
	case ')':
		return '('
	case ']':
		return '['
	case '}':
		return '{'
	}
	return 0
}

// scan finds the tokens of text in one pass.
func (l *lexis) scan(text string) []token {
	var tokens []token
	line, indent, begun, leads := 0, 0, false, true // of the line
	before := byte('\n')                            // what is not blank before i
	literals := literals{l, text, map[string]bool{}, len(text)}
	for i := 0; i < len(text); {
		c := text[i]
		if c == '\n' {
			line++
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
		n, isComment := literals.skip(i, len(text), before, 0)
		if !begun && !isComment {
			indent, begun = column(text[lineStart(text, i):i+1]), true
			if start := l.start(text[i:]); start != 0 {
				tokens = append(tokens, token{at: i, indent: indent, char: start, line: line})
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
		t := token{at: i, indent: indent, char: c, line: line}
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

// start says what a line starts with, 0 for what goes on with the line before.
func (l *lexis) start(line string) byte {
	switch c := rune(line[0]); {
	case strings.ContainsRune(")]}", c), l.braces && c == '{':
		return 0
	case slices.ContainsFunc(l.definitions, func(d string) bool { return strings.HasPrefix(line, d) }):
		return definitionStart
	case unicode.IsLetter(c) && !strings.HasPrefix(line, "case") && !strings.HasPrefix(line, "default"), c == '_', c == '@':
		return wordStart
	}
	return otherStart
}

// literals skips what is no code in a text.
type literals struct {
	*lexis
	text     string
	unclosed map[string]bool // of lexis.long, from the last offset on
	patience int             // the bytes that may yet be read twice
}

// Bounds on strings that are read with their holes.
const (
	maxHoled = 32 << 10
	maxHoles = 8 // within each other
)

// skip returns the length of the comment, the string or the regular expression at
// an offset, behind the byte before, blanks left out. It notes which delimiters
// are not closed any more, to look for them but once. In a hole what is not closed
// goes on to the limit.
func (l *literals) skip(at, limit int, before byte, depth int) (length int, isComment bool) {
	text := l.text[at:limit]
	if strings.HasPrefix(text, l.line) {
		comment, _, _ := strings.Cut(text, "\n")
		return len(comment), true
	}
	if l.lexis.text != "" && strings.HasPrefix(text, l.lexis.text) {
		line, _, _ := strings.Cut(text, "\n")
		return len(line), false
	}
	if d, ok := l.opening(at); ok && l.patience > 0 {
		if depth == 0 {
			limit = min(limit, at+maxHoled)
		}
		end, ok := l.withHoles(d, at, limit, depth)
		switch {
		case ok:
			return end - at, false
		case depth > 0:
			return limit - at, false
		}
		l.patience -= end - at
	}
	for _, d := range l.long {
		if !strings.HasPrefix(text, d.open) {
			continue
		}
		if !l.unclosed[d.open] {
			if end := strings.Index(text[len(d.open):], d.close); end >= 0 {
				return l.behind(d, at+len(d.open)+end) - at, d.open == "/*"
			}
			if depth > 0 {
				return len(text), false
			}
			l.unclosed[d.open] = true
		}
		return len(d.open), false
	}
	if strings.IndexByte(l.quotes, text[0]) >= 0 || l.regexps && text[0] == '/' && strings.IndexByte("(,=:[!&|?{};\n", before) >= 0 {
		return quoted(text), false
	}
	return 0, false
}

// behind returns where the closing delimiter at an offset ends. Three quotes may
// have some before them that are in the string.
func (l *literals) behind(d delimiters, at int) int {
	at += len(d.close)
	for len(d.close) == 3 && at < len(l.text) && l.text[at] == d.close[0] {
		at++
	}
	return at
}

// opening returns the delimiters of the string with holes at an offset.
func (l *literals) opening(at int) (delimiters, bool) {
	if l.holed == 0 || at == 0 || !l.marked(l.text[at-1]) {
		return delimiters{}, false
	}
	for _, d := range l.long {
		if d.open[len(d.open)-1] == l.holed && strings.HasPrefix(l.text[at:], d.open) {
			return d, true
		}
	}
	quote := string(l.holed)
	return delimiters{quote, quote}, l.text[at] == l.holed
}

// withHoles returns where the string at an offset ends, or how far it can be read.
func (l *literals) withHoles(d delimiters, at, limit, depth int) (end int, ok bool) {
	for i := at + len(d.open); i < limit; {
		switch rest := l.text[i:limit]; {
		case strings.HasPrefix(rest, d.close):
			return l.behind(d, i), true
		case rest[0] == '\\' && len(d.open) == 1:
			i += 2
		case rest[0] == '\n' && len(d.open) == 1 && strings.IndexByte(l.quotes, l.holed) >= 0:
			return i, false
		case strings.HasPrefix(rest, l.hole+l.hole): // no hole, in C#
			i += 2 * len(l.hole)
		case strings.HasPrefix(rest, l.hole):
			if i, ok = l.holeEnd(i+len(l.hole), limit, depth+1); !ok {
				return i, false
			}
		default:
			i++
		}
	}
	return limit, false
}

// holeEnd returns where the code in a hole ends, or how far it can be read.
func (l *literals) holeEnd(at, limit, depth int) (end int, ok bool) {
	var open []token
	before := byte('{')
	for i := at; i < limit && depth <= maxHoles; {
		c := l.text[i]
		if c <= ' ' {
			if c == '\n' {
				before = c
			}
			i++
			continue
		}
		if n, isComment := l.skip(i, limit, before, depth); n > 0 {
			if !isComment {
				before = '"'
			}
			i += n
			continue
		}
		i++
		before = c
		switch t := (token{char: c}); {
		case t.opens():
			open = append(open, t)
		case c == '}' && len(open) == 0:
			return i, true
		case !t.closes():
		case len(open) == 0 || open[len(open)-1].char != t.partner():
			return i, false
		default:
			open = open[:len(open)-1]
		}
	}
	return limit, false
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
