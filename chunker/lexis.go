package chunker

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// lexis is where the brackets of a language are none.
type lexis struct {
	begins string       // the code, behind text of another language
	line   string       // starts a comment to the end of its line
	hash   bool         // # does so too, where it opens no attribute
	text   string       // as line, a string
	long   []delimiters // around comments and strings that may span lines
	quotes string       // around strings that end with their line
	// chars says that single quotes are around one character.
	chars bool
	// heredocs begin with <<< and the word that ends them.
	heredocs bool
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
	goLexis     = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {"`", "`"}}, quotes: `"'`, chars: true}
	scriptLexis = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {"`", "`"}}, quotes: `"'`, hole: "${", holed: '`', marked: always, regexps: true}
	zigLexis    = &lexis{line: "//", text: `\\`, quotes: `"'`, chars: true}
	javaLexis   = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {`"""`, `"""`}}, quotes: `"'`, chars: true}
	kotlinLexis = &lexis{line: "//", long: javaLexis.long, quotes: "\"'`", chars: true, hole: "${", holed: '"', marked: always}
	scalaLexis  = &lexis{line: "//", long: javaLexis.long, quotes: "\"'`", chars: true, hole: "${", holed: '"', marked: isNameByte}
	csharpLexis = &lexis{
		line: "//", long: []delimiters{{"/*", "*/"}, {`"""`, `"""`}, {`@"`, `"`}, {`@$"`, `"`}}, quotes: `"'`, chars: true,
		hole: "{", holed: '"', marked: func(before byte) bool { return before == '$' }, statements: true, braces: true,
	}
	phpLexis = &lexis{
		begins: "<?", line: "//", hash: true, heredocs: true,
		long: []delimiters{{"/*", "*/"}, {`"`, `"`}, {"'", "'"}, {"?>", "<?"}},
	}
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

// scan yields the tokens of text in one pass, until yield has enough.
func (l *lexis) scan(text string, yield func(token) bool) {
	dull := l.dull()
	line, indent, begun, leads := 0, 0, false, true // of the line
	before := byte('\n')                            // what is not blank before i
	literals := literals{lexis: l, text: text, unclosed: map[string]bool{}, patience: len(text)}
	for i := max(0, strings.Index(text, l.begins)); i < len(text); {
		c := text[i]
		if c == '\n' {
			line++
			indent, begun, leads, before = 0, false, true, c
		}
		if c <= ' ' {
			i++
			continue
		}
		if begun && dull[c] { // most of a text
			leads, before = false, c
			i++
			continue
		}
		n, isComment := literals.skip(i, len(text), before, 0)
		if !begun && !isComment {
			indent, begun = column(text[lineStart(text, i):i+1]), true
			if start := l.start(text[i:]); start != 0 {
				if !yield(token{at: i, indent: indent, char: start, line: line}) {
					return
				}
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
			leads = false
		case t.closes():
			t.edge = leads
		default:
			leads = false
		}
		if (t.opens() || t.closes()) && !yield(t) {
			return
		}
		before = c
		i++
	}
}

// dull returns which bytes are no bracket and begin nothing that is no code.
func (l *lexis) dull() (is [256]bool) {
	telling := "()[]{}" + l.quotes + l.line[:1] + string(l.holed)
	for _, d := range l.long {
		telling += d.open[:1]
	}
	if l.text != "" {
		telling += l.text[:1]
	}
	if l.hash {
		telling += "#"
	}
	if l.heredocs {
		telling += "<"
	}
	if l.regexps {
		telling += "/"
	}
	for c := range is {
		is[c] = strings.IndexByte(telling, byte(c)) < 0
	}
	return is
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
	stray    [256]int        // by a quote, to where it is none
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
	if strings.HasPrefix(text, l.line) || l.hash && text[0] == '#' && !strings.HasPrefix(text, "#[") {
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
			if end := d.end(text); end >= 0 {
				return end, d.open == "/*"
			}
			if depth > 0 || d.close == l.begins {
				return len(text), false
			}
			l.unclosed[d.open] = true
		}
		return len(d.open), false
	}
	if l.heredocs && !l.unclosed["<<<"] && strings.HasPrefix(text, "<<<") {
		if end := heredocEnd(text); end >= 0 {
			return end, false
		}
		l.unclosed["<<<"] = true
	}
	switch {
	case l.chars && text[0] == '\'':
		return max(1, char(text)), false
	case strings.IndexByte(l.quotes, text[0]) >= 0, l.regexps && text[0] == '/' && strings.IndexByte("(,=:[!&|?{};\n", before) >= 0:
		if at < l.stray[text[0]] {
			return 1, false
		}
		n, closed := quoted(text)
		if l.regexps && !closed { // text of JSX, or a division
			l.stray[text[0]] = at + n
			return 1, false
		}
		return n, false
	}
	return 0, false
}

// char returns the length of the quoted character that text starts with, or 0.
func char(text string) int {
	const longest = len(`'\U0010FFFF'`)
	if strings.HasPrefix(text, `'\`) {
		escaped, _, _ := strings.Cut(text[:min(len(text), longest)], "\n")
		if len(escaped) > 3 {
			if end := strings.IndexByte(escaped[3:], '\''); end >= 0 {
				return 3 + end + 1
			}
		}
		return 0
	}
	_, size := utf8.DecodeRuneInString(text[1:])
	if size > 0 && text[1] != '\n' && strings.HasPrefix(text[1+size:], "'") {
		return 1 + size + 1
	}
	return 0
}

var heredoc = lazyregexp.New(`^<<<[ \t]*(?:"(\w+)"|'(\w+)'|(\w+))\r?\n`)

// heredocEnd returns where the heredoc that text starts with ends, or -1.
func heredocEnd(text string) int {
	head := heredoc.FindStringSubmatch(text)
	if head == nil {
		return -1
	}
	word := head[1] + head[2] + head[3]
	at := len(head[0])
	for line := range strings.Lines(text[at:]) {
		rest, ended := strings.CutPrefix(strings.TrimLeft(line, " \t"), word)
		if ended && (rest == "" || !isNameByte(rest[0])) {
			return at + len(line) - len(rest)
		}
		at += len(line)
	}
	return -1
}

// end returns where the comment or the string ends that text starts with, or -1.
func (d delimiters) end(text string) int {
	for at, end := len(d.open), -1; at <= len(text); {
		if end < at {
			next := strings.Index(text[at:], d.close)
			if next < 0 {
				return -1
			}
			end = at + next
		}
		if d.escapes() {
			if i := strings.IndexByte(text[at:end], '\\'); i >= 0 {
				at += i + 2
				continue
			}
		}
		if !d.doubles() || !strings.HasPrefix(text[end+1:], d.close) {
			return d.behind(text, end)
		}
		at = end + 2
	}
	return -1
}

// escapes reports whether a backslash takes the meaning from a closing delimiter.
func (d delimiters) escapes() bool { return d.open == `"` || d.open == "'" }

// doubles reports whether the closing delimiter stands for itself if it is doubled.
func (d delimiters) doubles() bool { return d.open[0] == '@' }

// behind returns where the closing delimiter at an offset ends. Three quotes may
// have some before them that are in the string.
func (d delimiters) behind(text string, at int) int {
	at += len(d.close)
	for d.close == `"""` && at < len(text) && text[at] == '"' {
		at++
	}
	return at
}

// opening returns the delimiters of the string with holes at an offset.
func (l *literals) opening(at int) (delimiters, bool) {
	if l.holed == 0 || at == 0 || !l.marked(l.text[at-1]) && !strings.HasPrefix(l.text[at:], `@$"`) {
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
		case d.doubles() && strings.HasPrefix(rest, d.close+d.close):
			i += 2
		case strings.HasPrefix(rest, d.close):
			return d.behind(l.text, i), true
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
// byte or, unclosed, to the end of the line.
func quoted(text string) (length int, closed bool) {
	inClass := false // of a regular expression
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			return i, false
		case c == '\\':
			i++
		case text[0] == '/' && (c == '[' || c == ']'):
			inClass = c == '['
		case c == text[0] && !inClass:
			return i + 1, true
		}
	}
	return len(text), false
}
