package chunker

import (
	"slices"
	"strings"
)

// cScope is a brace that is open.
type cScope struct {
	// kind is d around declarations, t around those of a type, b around
	// anything else.
	kind       byte
	name       string // of a type
	at, indent int    // of the brace, and of its line
	outermost  int    // the index of the first scope of kind b that this is in
	function   bool
}

// cHeads walks over the declarations of a text and makes the heads of functions
// and types such as the grammar knows.
type cHeads struct {
	masker
	lexer  cLexer
	scopes []cScope
	head   []cToken // of the declaration at hand, with its groups folded
	opened []byte   // brackets of the group at hand
	loose  bool     // a brace has no partner
	// mend says that braces have no partner, so that a line's indentation tells
	// what they belong to.
	mend     bool
	boundary cToken // the last brace or semicolon
	bodies   []Range
	closed   int   // the partner of the last closing brace
	call     cCall // that the statement at hand begins with
}

// cCall is a word at the start of a statement and the brackets behind it.
type cCall struct {
	name  cToken
	depth int // of brackets
	end   int // 0 until they are closed
}

func maskMacros(text string, cpp bool) string {
	h := cHeads{masker: masker{text: text}, lexer: cLexer{text: text, cpp: cpp}}
	if h.walk(); h.loose {
		h = cHeads{masker: masker{text: text}, lexer: cLexer{text: text, cpp: cpp}, mend: true}
		h.walk()
	}
	return h.String()
}

func bodiesC(text string) []Range { return cBodies(text, false) }

func bodiesCPP(text string) []Range { return cBodies(text, true) }

// cBodies returns the bodies of the functions in a text that is masked already.
func cBodies(text string, cpp bool) []Range {
	h := cHeads{masker: masker{text: text}, lexer: cLexer{text: text, cpp: cpp}}
	h.walk()
	return h.bodies
}

func (h *cHeads) walk() {
	var t cToken
	for {
		before := t
		t = h.lexer.next()
		inside := byte('d')
		if len(h.scopes) > 0 {
			inside = h.scopes[len(h.scopes)-1].kind
		}
		if inside == 'b' && h.lexer.cpp && h.local(t, before) {
			inside = 'l'
		}
		switch t.kind {
		case 0:
			if h.loose = h.loose || len(h.scopes) > 0; h.mend && inside == 'b' {
				h.endFunction(h.scopes[len(h.scopes)-1].outermost)
			}
			return
		case '{':
			if inside == 'b' && h.mend && h.reopen(t) {
				continue
			}
			scope := cScope{kind: 'b'}
			if inside == 'b' && h.call.end > 0 && h.call.end == before.end { // a loop that a macro makes
				h.blank(Range{h.call.name.start, h.call.end})
			}
			if inside != 'b' {
				if h.head = h.folded(); h.isValue() {
					h.group(t)
					continue
				}
				scope.kind, scope.name = h.block(inside)
				scope.function = inside != 'l' && scope.kind == 'b' && slices.ContainsFunc(h.head, func(t cToken) bool { return t.kind == '(' })
			}
			scope.at, scope.outermost = t.start, len(h.scopes)
			if h.mend {
				scope.indent = h.indent(t.start)
			}
			if inside == 'b' {
				scope.outermost = h.scopes[len(h.scopes)-1].outermost
			}
			h.scopes = append(h.scopes, scope)
			h.end(t)
		case '}':
			if h.close(t) {
				h.end(t)
			}
		case ';':
			if inside == 't' || inside == 'd' {
				h.declaration(t, inside)
			}
			h.end(t)
		case '(', '[':
			if inside != 'b' {
				h.group(t)
			} else if h.call.depth > 0 || before.kind == 'i' && before == h.call.name {
				h.call.depth++
			}
		case ')', ']':
			if h.call.depth > 0 {
				if h.call.depth--; h.call.depth == 0 {
					h.call.end = t.end
				}
			}
		case ':':
			if inside == 't' && h.label(t) {
				h.end(t)
			} else if inside != 'b' {
				h.push(t)
			}
		default:
			if inside != 'b' {
				h.push(t)
			} else if t.kind == 'i' {
				h.statement(t, before)
			} else if t.kind == 'a' && strings.HasPrefix(h.text[t.end:], "*") {
				h.blank(Range{t.end, t.end + 1}) // a->*b
			}
		}
	}
}

// declaration makes the declaration that a semicolon ends such as the grammar
// knows: it may lose the functions after it otherwise.
func (h *cHeads) declaration(semicolon cToken, inside byte) {
	head := h.head
	called := 0
	for i, t := range head {
		if t.kind == '(' && i > 0 && head[i-1].kind == 'i' {
			called++
		}
	}
	made := len(head) == 2 && called == 1 && isMacro(h.word(head[0]))
	i := slices.IndexFunc(head, func(t cToken) bool { return h.word(t) == "template" })
	instance := i >= 0 && i+1 < len(head) && head[i+1].kind == 'i' // template class A<int>;
	switch {
	case made || instance:
		h.blank(Range{head[0].start, semicolon.end})
	case h.lexer.cpp || called > 1: // lists of parameters in C, declared one by one, are left alone
		start := semicolon.start
		if len(head) > 0 {
			start = head[0].start
		}
		if h.head = h.folded(); len(h.head) > 0 && h.word(h.head[0]) == "using" { // which may hold any expression
			h.blank(Range{start, semicolon.end})
			return
		}
		h.function(inside, false)
	}
}

// longestHead bounds a head, which is looked at again for every brace in it.
const longestHead = 1000

func (h *cHeads) push(t cToken) {
	if len(h.head) == longestHead {
		h.head = h.head[:0]
	}
	h.head = append(h.head, t)
}

// end ends a declaration at t.
func (h *cHeads) end(t cToken) {
	h.head = h.head[:0]
	h.boundary = t
}

// farthestIndent bounds how far the start of a line is looked for.
const farthestIndent = 256

// indent is how far the line of an offset is indented.
func (h *cHeads) indent(at int) int {
	from := max(0, at-farthestIndent)
	start := from + strings.LastIndexByte(h.text[from:at], '\n') + 1
	return len(h.text[start:at]) - len(strings.TrimLeft(h.text[start:at], " \t"))
}

// isBeside reports whether a word right after another is no operator.
func isBeside(word string) bool {
	switch word {
	case "", "and", "or", "xor", "bitand", "bitor", "and_eq", "or_eq", "xor_eq", "not_eq":
		return false
	}
	return true
}

// statement hides a macro in a function's body that the grammar takes amiss: one
// that is a statement without a semicolon, one before a block, assembly.
func (h *cHeads) statement(macro, before cToken) {
	word := h.word(macro)
	if isStart(before) {
		if h.call = (cCall{}); !cControl[word] {
			h.call.name = macro
		}
	}
	switch {
	case (word == "throw" || word == "return" || word == "typename") && (before.kind == '(' || before.kind == ','):
		h.blank(Range{macro.start, macro.end})
		return
	case h.word(before) == "if" && word != "constexpr" && word != "consteval" && word != "not":
		h.blank(Range{macro.start, macro.end})
		return
	case (before.kind == '*' || before.kind == '&') && !cQualifier[word]:
		if ahead := h.lexer; isBeside(h.word(ahead.next())) { // char* nonnull a
			h.blank(Range{macro.start, macro.end})
		}
		return
	case !isMacro(word):
		return
	}
	starts := isStart(before)
	ahead := h.lexer
	t := ahead.next()
	switch {
	case starts && (t.kind == '{' || t.first && (t.kind == 'i' || t.kind == '}')):
		h.blank(Range{macro.start, macro.end})
		return
	case h.word(t) == "volatile" || h.word(t) == "__volatile__":
		t = ahead.next()
	}
	if t.kind != '(' {
		return
	}
	const longest = 200 // tokens that are read twice
	depth, assembly, chooses, declares := 1, false, false, false
	template := ahead
	words := template.next().kind == 's' // of assembly
	for range longest {
		last := t.kind
		switch t = ahead.next(); t.kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ':', 'q':
			assembly = assembly || words && depth == 1 && (last == 's' || last == ')' || last == ':' || last == 'q')
		case '?':
			chooses = true
		case 'i':
			declares = declares || depth == 1 && last == 'i' && isBeside(h.word(t))
		}
		if depth == 0 || t.kind == 0 || t.kind == ';' {
			break
		}
	}
	if depth > 0 || t.kind != ')' {
		return
	}
	end := t.end
	assembly = assembly && !chooses
	t = ahead.next()
	if starts && (t.kind == '{' || t.first && t.kind == 'i' || declares) || assembly {
		h.blank(Range{macro.start, end})
	}
}

// local reports whether t belongs to a declaration of a type in a function's
// body, whose members are functions.
func (h *cHeads) local(t, before cToken) bool {
	if len(h.head) == 0 {
		word := h.word(t)
		return (word == "struct" || word == "class" || word == "template") && isStart(before)
	}
	return true
}

// isStart reports whether a statement or a declaration starts after t.
func isStart(t cToken) bool { return t.kind == 0 || strings.IndexByte(";{}:", t.kind) >= 0 }

// close ends the scope that a closing brace ends. It reports false for one that
// ends nothing.
func (h *cHeads) close(t cToken) bool {
	if len(h.scopes) == 0 {
		h.loose = true
		if h.mend {
			h.blank(Range{t.start, t.end})
		}
		return false
	}
	last := h.scopes[len(h.scopes)-1]
	if h.closed = last.at; last.function {
		h.bodies = append(h.bodies, Range{last.at, t.end})
	}
	h.scopes = h.scopes[:len(h.scopes)-1]
	return true
}

// reopen looks at a brace in a function's body. One that stands no deeper than
// the function itself opens the next function: the one before then ends at the
// last statement, and the next is read again from its start.
func (h *cHeads) reopen(t cToken) bool {
	i := h.scopes[len(h.scopes)-1].outermost
	start := cLexer{text: h.text, at: h.boundary.end, cpp: h.lexer.cpp}
	first := start.next()
	if !first.first || h.indent(t.start) > h.scopes[i].indent || h.indent(first.start) != h.scopes[i].indent || cControl[h.word(first)] {
		return false
	}
	h.endFunction(i)
	h.lexer.at = h.boundary.end
	h.head = h.head[:0]
	return true
}

// endFunction ends the function that scope i is the body of at the last statement
// before.
func (h *cHeads) endFunction(i int) {
	for _, open := range h.scopes[i+1:] {
		h.blank(Range{open.at, open.at + 1})
	}
	switch h.boundary.kind {
	case '}':
		h.blank(Range{h.closed, h.closed + 1})
	case ';':
		h.write(Range{h.boundary.start, h.boundary.end}, "}")
	default:
		h.write(Range{h.scopes[i].at, h.scopes[i].at + 1}, ";")
	}
	h.scopes = h.scopes[:i]
}

// group folds the brackets that t opens into one token of the head. A bracket
// that is left open ends at the end of the declaration that it stands in, which
// is left to the grammar.
func (h *cHeads) group(open cToken) {
	indent := 0
	if h.mend && len(h.head) > 0 {
		indent = h.indent(h.head[0].start)
	}
	h.opened = append(h.opened[:0], open.kind)
	braces := 0
	if open.kind == '{' {
		braces++
	}
	for len(h.opened) > 0 {
		t := h.lexer.next()
		last := h.opened[len(h.opened)-1]
		switch t.kind {
		case 0:
			h.loose = h.loose || braces > 0
			h.end(t)
			return
		case '(', '[', '{':
			h.opened = append(h.opened, t.kind)
			if t.kind == '{' {
				braces++
			}
		case ')', ']':
			if last != '{' {
				h.opened = h.opened[:len(h.opened)-1]
			}
		case '}':
			if braces == 0 {
				if h.close(t) {
					h.end(t)
				}
				return
			}
			i := len(h.opened) - 1
			for h.opened[i] != '{' {
				i--
			}
			h.opened = h.opened[:i]
			braces--
			if h.mend && i > 0 && t.first && h.indent(t.start) <= indent {
				h.end(t) // of another function
				return
			}
		case ';':
			if braces == 0 {
				h.end(t)
				return
			}
		}
	}
	open.end = h.lexer.at
	h.push(open)
}
