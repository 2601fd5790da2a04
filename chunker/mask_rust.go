package chunker

import (
	"strings"
	"unicode/utf8"
)

// maxMacroDepth bounds macros around items within such macros, each of which is
// looked at once more for every one around it. maxModuleDepth bounds calls of items
// by itself.
const (
	maxMacroDepth  = 4
	maxModuleDepth = 500
)

// maskItemMacros hides the calls of macros around items from tree-sitter-rust
// v0.24.2, to which everything between a macro's braces is tokens. Of
//
//	cfg_net! { fn connect() {} }
//
// it is shown the function. So it is of what has a syntax of its own around
// braces with items in them: cfg_if! { if #[cfg(unix)] { fn f() {} } }.
func maskItemMacros(text string) string {
	if !hasItemMacro(text) {
		return text
	}
	s := itemScanner{tokens: tokens{text: text}, masker: masker{text: text}}
	for s.at < len(text) {
		s.items()
	}
	return s.masker.String()
}

// hasItemMacro reports whether a macro is called that may be around items: with
// braces, or with other brackets at the start of a line.
func hasItemMacro(text string) bool {
	for at := 0; ; at++ {
		i := strings.IndexByte(text[at:], '!')
		if i < 0 {
			return false
		}
		at += i
		switch rest := strings.TrimLeft(text[at+1:], " "); {
		case strings.HasPrefix(rest, "{"):
			return true
		case strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "["):
			name := strings.TrimRightFunc(text[:at], func(r rune) bool { return r == ':' || r < utf8.RuneSelf && isRustWord(byte(r)) })
			if strings.HasSuffix(name, "\n") || name == "" {
				return true
			}
		}
	}
}

// itemScanner reads items. It hides macros, or tells whether all are items.
type itemScanner struct {
	tokens
	strict   bool // do not hide, and stop at what is no item
	function bool // one was read, or a macro that may hold some
	depth    int  // of macros
	modules  int  // and other definitions around items
	masker   masker
}

// items reads items up to the bracket that closes them, or to the end.
func (s *itemScanner) items() bool {
	for {
		start, kind := s.next()
		ok := true
		switch kind {
		case end, '}', ')', ']':
			return true
		case word:
			ok = s.item(start)
		case '#':
			s.accept('!')
			ok = s.accept('[')
			if ok {
				s.group()
			}
		case '{': // of extern "C"
			s.group()
		case ';', literal:
		default:
			ok = false
		}
		if !ok && s.strict {
			return false
		}
	}
}

// item reads an item, or one of the words before it, and reports whether it is
// one. Its first word has been read.
func (s *itemScanner) item(start int) bool {
	switch first := s.text[start:s.at]; first {
	case "pub":
		if s.accept('(') {
			s.group()
		}
		return true
	case "unsafe", "async", "default", "safe", "auto", "extern":
		return true
	case "fn":
		return s.fn()
	case "mod", "impl", "trait":
		switch {
		case s.until("{;") != '{':
			return true
		case s.modules == maxModuleDepth:
			s.group()
			return true
		}
		s.modules++
		defer func() { s.modules-- }()
		return s.items()
	case "struct", "enum", "union":
		if !s.accept(word) {
			return false
		}
		if next := s.peek(); next != word && !strings.ContainsRune("<{(;", rune(next)) {
			return false
		}
		before := s.at
		if s.until("{;") == '{' {
			s.group()
		}
		return !strings.Contains(s.text[before:s.at], "fn ")
	case "const", "static":
		if name := s.word(); name == "fn" || name == "unsafe" || name == "async" || name == "extern" {
			return s.item(s.at - len(name))
		} else if name == "mut" {
			s.accept(word)
		}
		if s.peek() != ':' {
			return false
		}
		s.until(";")
		return true
	case "type", "use":
		s.until(";")
		return true
	case "crate": // of extern crate, or of a path
		if s.peek() == word {
			s.until(";")
			return true
		}
	case "macro", "macro_rules":
		odd := s.odd
		if s.until("{;(") != ';' {
			s.group()
		}
		s.odd = odd
		return true
	}
	for s.accept(':') {
		s.accept(':')
		s.accept(word)
	}
	if !s.accept('!') {
		if !s.strict && s.until("{;") == '{' {
			s.group()
		}
		return false
	}
	s.accept(word)
	if !s.accept('{') && !s.accept('(') && !s.accept('[') {
		return false
	}
	s.macro(start)
	return true
}

// fn reads a function from its name on.
func (s *itemScanner) fn() bool {
	if !s.accept(word) {
		return false
	}
	if s.until("(;{") != '(' {
		return false
	}
	parameters := s.at
	s.group()
	if strings.Contains(s.text[parameters:s.at], " in ") { // those of proptest!
		return false
	}
	if s.until("{;") == '{' {
		s.group()
		s.function = true
	}
	return true
}

// macro reads the call of a macro, whose name starts at start and whose bracket
// has been opened. It hides the call if there are items in it.
func (s *itemScanner) macro(start int) {
	body := s.at
	closing := s.group()
	after := s.at
	functions := strings.Contains(s.text[body:closing], "fn ")
	if s.strict {
		s.function = s.function || functions
		return
	}
	if s.depth == maxMacroDepth || !functions {
		return
	}
	parts := []Range{{body, closing}}
	if function, ok := s.check(parts[0]); !ok || !function {
		if parts = s.braces(body, closing); parts == nil {
			return
		}
	}
	s.depth++
	hidden := start
	for _, part := range parts {
		s.masker.blank(Range{hidden, part.Start})
		hidden = part.End
		s.at = part.Start
		s.items()
	}
	s.masker.blank(Range{hidden, min(closing+1, len(s.text))})
	s.depth--
	s.at = after
}

// braces returns what the braces of a macro's body hold, if those are items with
// a function among them, and nil otherwise.
func (s *itemScanner) braces(body, closing int) []Range {
	var parts []Range
	inside := tokens{text: s.text[:closing], at: body}
	any := false
	for {
		_, kind := inside.next()
		if kind == end {
			break
		}
		if kind != '{' {
			continue
		}
		part := Range{Start: inside.at}
		part.End = inside.group()
		function, ok := s.check(part)
		if !ok {
			return nil
		}
		any = any || function
		parts = append(parts, part)
	}
	if !any || inside.odd {
		return nil
	}
	return parts
}

// check reports whether there are only items in a part of the text, and whether
// one of them is a function.
func (s *itemScanner) check(part Range) (function, ok bool) {
	inside := itemScanner{tokens: tokens{text: s.text[:part.End], at: part.Start}, strict: true}
	ok = inside.items() && inside.at >= part.End && !inside.odd
	return inside.function, ok
}

// tokens reads the tokens of a text in Rust, as far as brackets can be told from
// what only looks like one.
type tokens struct {
	text string
	at   int
	odd  bool // something was read that only a macro can take
}

// The kinds of tokens that are not their own first byte.
const (
	end     = 0
	word    = 'w'
	literal = '"'
)

// next reads a token.
func (t *tokens) next() (start int, kind byte) {
	t.blank()
	start = t.at
	if start >= len(t.text) {
		return start, end
	}
	switch c := t.text[start]; {
	case c == '"':
		t.at++
		t.quoted('"')
		return start, literal
	case c == '\'':
		t.at++
		t.character()
		return start, literal
	case isRustWord(c):
		for t.at < len(t.text) && isRustWord(t.text[t.at]) {
			t.at++
		}
		if t.rawOrPrefixed(t.text[start:t.at]) {
			return start, literal
		}
		return start, word
	default:
		t.at++
		if c == '$' || c == '#' && !strings.HasPrefix(t.text[t.at:], "[") && !strings.HasPrefix(t.text[t.at:], "!") {
			t.odd = true
		}
		return start, c
	}
}

func isRustWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf
}

// blank passes over blanks and comments.
func (t *tokens) blank() {
	for t.at < len(t.text) {
		rest := t.text[t.at:]
		switch {
		case strings.IndexByte(blanks, rest[0]) >= 0:
			t.at++
		case strings.HasPrefix(rest, "//"):
			t.to("\n")
		case strings.HasPrefix(rest, "/*"):
			t.comment()
		default:
			return
		}
	}
}

// to passes over the next place of s, or over all.
func (t *tokens) to(s string) {
	if i := strings.Index(t.text[t.at:], s); i >= 0 {
		t.at += i + len(s)
	} else {
		t.at = len(t.text)
	}
}

// comment passes over a block comment and those in it.
func (t *tokens) comment() {
	for depth := 0; t.at < len(t.text); {
		switch rest := t.text[t.at:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			t.at += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			t.at += 2
			if depth == 0 {
				return
			}
		default:
			t.at++
		}
	}
}

// quoted passes over the rest of a literal.
func (t *tokens) quoted(quote byte) {
	for ; t.at < len(t.text); t.at++ {
		switch t.text[t.at] {
		case '\\':
			t.at++
		case quote:
			t.at++
			return
		}
	}
	t.at = len(t.text)
}

// character passes over the rest of a character or a lifetime.
func (t *tokens) character() {
	rest := t.text[t.at:]
	_, size := utf8.DecodeRuneInString(rest)
	switch {
	case strings.HasPrefix(rest, `\`):
		t.quoted('\'')
	case strings.HasPrefix(rest[size:], "'"):
		t.at += size + 1
	}
}

// rawOrPrefixed passes over the literal that a word such as r, b or br starts, if
// it does. A raw identifier is a word.
func (t *tokens) rawOrPrefixed(prefix string) bool {
	switch prefix {
	case "r", "br", "cr":
		rest := t.text[t.at:]
		hashes := len(rest) - len(strings.TrimLeft(rest, "#"))
		if strings.HasPrefix(rest[hashes:], `"`) {
			t.at += hashes + 1
			t.to(`"` + rest[:hashes])
			return true
		}
		if hashes == 1 {
			t.at++ // and the identifier is the next token
		}
	case "b", "c":
		if rest := t.text[t.at:]; strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "'") {
			t.at++
			t.quoted(rest[0])
			return true
		}
	}
	return false
}

// peek returns the kind of the next token.
func (t *tokens) peek() byte {
	ahead := *t
	_, kind := ahead.next()
	return kind
}

// accept reads the next token if it is of that kind.
func (t *tokens) accept(kind byte) bool {
	ahead := *t
	if _, got := ahead.next(); got != kind {
		return false
	}
	*t = ahead
	return true
}

// word reads a word, "" if there is none.
func (t *tokens) word() string {
	if !t.accept(word) {
		return ""
	}
	start := t.at
	for start > 0 && isRustWord(t.text[start-1]) {
		start--
	}
	return t.text[start:t.at]
}

// until reads up to a token of one of these kinds, over brackets, and returns its
// kind. It stops before a bracket that closes what is around.
func (t *tokens) until(kinds string) byte {
	for {
		before := *t
		_, kind := t.next()
		switch {
		case kind == end || strings.IndexByte(kinds, kind) >= 0:
			return kind
		case kind == '(' || kind == '[' || kind == '{':
			t.group()
		case kind == ')' || kind == ']' || kind == '}':
			*t = before
			return end
		}
	}
}

// group reads up to the bracket that closes the one that was read, and returns
// where that stands.
func (t *tokens) group() int {
	for depth := 1; ; {
		start, kind := t.next()
		switch kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return start
			}
		case end:
			return len(t.text)
		}
	}
}
