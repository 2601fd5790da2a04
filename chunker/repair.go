package chunker

import (
	"bytes"
	"iter"
	"regexp"
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
	scriptLexis = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {"`", "`"}}, quotes: `"'`, regexps: true}
	zigLexis    = &lexis{line: "//", text: `\\`, quotes: `"'`}
	javaLexis   = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {`"""`, `"""`}}, quotes: `"'`} // and of Kotlin and Scala
	csharpLexis = &lexis{line: "//", long: []delimiters{{"/*", "*/"}, {`"""`, `"""`}, {`@"`, `"`}}, quotes: `"'`, statements: true, braces: true}
	phpLexis    = &lexis{line: "//", long: []delimiters{{"/*", "*/"}}, quotes: `"'`}
	pythonLexis = &lexis{line: "#", long: []delimiters{{`"""`, `"""`}, {"'''", "'''"}}, quotes: `"'`, definitions: []string{"def ", "class ", "async def ", "@"}, head: "if 1"}
)

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

// repaired blanks the brackets without a partner, which indentation tells from
// the others, and what would make no sense without them. A grammar looks for the
// partner to the end of the file, while a person sees which function the error is
// in. Text whose brackets pair stays as it is.
func (l *lexis) repaired(text string) string {
	tokens := l.scan(text)
	if paired(tokens) {
		return text
	}
	r := repair{l, []byte(text)}
	for unit := range pieces(tokens, 0) {
		r.piece(unit, 0)
	}
	return string(r.text)
}

type repair struct {
	*lexis
	text []byte
}

// maxRepair bounds the blocks within blocks that are looked into.
const maxRepair = 100

// piece repairs a statement or a definition: what is around its body, and each
// line of the body by itself. It reports whether nothing is left of it.
func (r *repair) piece(tokens []token, depth int) (gone bool) {
	if paired(tokens) {
		return false
	}
	first, last := len(tokens), len(tokens) // of the body, and of what closes it
	var open []byte                         // before the body
	for i, t := range tokens {
		switch {
		case first == len(tokens) && t.opens():
			open = append(open, t.char)
		case first == len(tokens) && t.closes():
			if n := len(open) - 1; n >= 0 && open[n] == t.partner() {
				open = open[:n]
			}
		case first == len(tokens):
			if t.indent > tokens[0].indent && (len(open) == 0 || open[len(open)-1] == '{') {
				first = i
			}
		case t.closes() && t.edge && t.indent <= tokens[0].indent:
			last = min(last, i)
		}
	}
	if first == len(tokens) || depth == maxRepair {
		if depth > 0 && r.statements {
			r.wipe(tokens[0].at, r.lineEnd(tokens[len(tokens)-1].at))
			return true
		}
		r.blank(tokens)
		return false
	}
	if around := slices.Concat(tokens[:first], tokens[last:]); !paired(around) {
		if depth > 0 && r.head == "" {
			// A method without a head or an end would take the others along.
			r.wipe(tokens[0].at, r.lineEnd(tokens[len(tokens)-1].at))
			return true
		}
		if whole := r.blank(around); whole {
			return false
		}
	}
	annotations := -1 // where those begin that stand right before
	for statement := range pieces(tokens[first:last], tokens[first].indent) {
		at := statement[0].at
		switch {
		case r.piece(statement, depth+1):
			if annotations >= 0 { // they would be taken for the next one's
				r.wipe(annotations, at)
			}
			annotations = -1
		case !annotation.Match(r.text[at:r.lineEnd(statement[len(statement)-1].at)]):
			annotations = -1
		case annotations < 0:
			annotations = at
		}
	}
	return false
}

// annotation matches a line that holds annotations only.
var annotation = regexp.MustCompile(`^(?:@[\w.:]+(?:\(.*\))?|\[.*\])\s*$`)

// pieces divides tokens where lines start with an indentation, or with less.
func pieces(tokens []token, indent int) iter.Seq[[]token] {
	return func(yield func([]token) bool) {
		for len(tokens) > 0 {
			n := 1 + slices.IndexFunc(tokens[1:], func(t token) bool {
				return t.indent <= indent && (t.char == wordStart || t.char == definitionStart || t.char == otherStart && indent > 0)
			})
			if n == 0 {
				n = len(tokens)
			}
			if !yield(tokens[:n]) {
				return
			}
			tokens = tokens[n:]
		}
	}
}

// blank overwrites the brackets without a partner. The first line of a function
// that leaves both its parameters and its body open goes altogether: what comes
// next would be taken for a part of them. Where indentation makes blocks, what
// is left must be the head of a block, or a statement: that is gone as a whole.
func (r *repair) blank(tokens []token) (whole bool) {
	first := tokens[0]
	head := r.lineEnd(first.at)
	if r.head != "" {
		line := r.text[first.at:head]
		if compound.Match(line) && len(line) > len(r.head) {
			r.wipe(first.at, head)
			copy(line, r.head)
			line[len(line)-1] = ':'
			return false
		}
		r.wipe(first.at, r.lineEnd(tokens[len(tokens)-1].at))
		if first.char != definitionStart { // which is a decorator
			line[0] = '0'
		}
		return true
	}
	inHead := 0
	for _, at := range single(tokens) {
		r.text[at] = ' '
		if at < head {
			inHead++
		}
	}
	if inHead > 1 && first.char == wordStart {
		r.wipe(first.at, head)
	}
	return false
}

// compound matches the statements of Python that have a block.
var compound = regexp.MustCompile(`^(?:async|class|def|for|if|while|with)\b`)

// lineEnd returns where the line ends that at is on.
func (r *repair) lineEnd(at int) int {
	if n := bytes.IndexByte(r.text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(r.text)
}

// wipe blanks all but the line breaks.
func (r *repair) wipe(from, to int) {
	for i := from; i < to; i++ {
		if r.text[i] != '\n' {
			r.text[i] = ' '
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
		case len(open) == 0 || open[len(open)-1].char != t.partner():
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
	var count [256]int // of the brackets in open
	drop := func(until func(t token) bool) {
		for len(open) > 0 && !until(open[len(open)-1]) {
			marked = append(marked, open[len(open)-1].at)
			count[open[len(open)-1].char]--
			open = open[:len(open)-1]
		}
	}
	var began token // what the line goes on with: "if (a &&\n    b) {" is indented as its "if"
	for _, t := range tokens {
		switch {
		case t.opens():
			if began.line == t.line && began.char != 0 {
				t.indent = began.indent
			}
			open = append(open, t)
			count[t.char]++
		case t.closes():
			if t.edge {
				drop(func(o token) bool { return o.indent <= t.indent })
			}
			if count[t.partner()] == 0 {
				marked = append(marked, t.at)
				break
			}
			drop(func(o token) bool { return o.char == t.partner() })
			began = open[len(open)-1]
			began.line = t.line
			open = open[:len(open)-1]
			count[t.partner()]--
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
	line, indent, begun, leads := 0, 0, false, true // of the line
	before := byte('\n')                            // what is not blank before i
	unclosed := map[string]bool{}                   // of lexis.long, from i on
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
		n, isComment := l.skip(text[i:], before, unclosed)
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

// skip returns the length of the comment, the string or the regular expression
// that text starts with, which stands behind the byte before. It notes which
// delimiters are not closed any more, to look for them but once.
func (l *lexis) skip(text string, before byte, unclosed map[string]bool) (length int, isComment bool) {
	if strings.HasPrefix(text, l.line) {
		comment, _, _ := strings.Cut(text, "\n")
		return len(comment), true
	}
	if l.text != "" && strings.HasPrefix(text, l.text) {
		line, _, _ := strings.Cut(text, "\n")
		return len(line), false
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
