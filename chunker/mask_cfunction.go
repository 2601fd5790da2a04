package chunker

import (
	"slices"
	"strings"
)

// cAtom is a part of a head that the grammar would take for the type.
type cAtom struct {
	Range
	call bool // a macro with arguments
	word Range
}

// function makes the head of a function such as the grammar knows: one type, the
// name, the parameters, and after them nothing but words of the language. It
// leaves alone what is none. Defined says that its body follows.
func (h *cHeads) function(inside byte, defined bool) {
	head := h.head
	if i := slices.IndexFunc(head, func(t cToken) bool { return t.kind == '=' }); i >= 0 && h.operator(head) < 0 {
		head = head[:i] // = default
	}
	if head = h.apart(head); len(head) == 0 || cControl[h.word(head[0])] {
		return
	}
	if n := slices.IndexFunc(head, func(t cToken) bool { return t.kind == 's' }); n > 0 && h.word(head[n-1]) == "extern" {
		head = slices.Delete(slices.Clone(head), n-1, n+1)
	}
	for i, t := range head {
		if !cQualifier[h.word(t)] {
			if i+2 < len(head) && isMacro(h.word(t)) && !cCalled[h.word(t)] && head[i+1].kind == '(' && head[i+2].kind == '(' && defined {
				h.named(t, head[i+1])
				h.trailing(head[i+3:])
				return
			}
			break
		}
	}
	var name, list int // of the head's tokens
	operator := h.operator(head)
	if operator >= 0 {
		name, list = operator, operator+1
		if list < len(head) && head[list].kind == '(' {
			list++
		}
		for list < len(head) && head[list].kind != '(' {
			list++
		}
		if list >= len(head) {
			return
		}
	} else if list = h.parameters(head, inside); list < 0 {
		return
	} else {
		name = list - 1
		if head[name].kind == '<' {
			name--
		}
	}
	start := name
	if start > 0 && head[start-1].kind == '~' {
		start--
	}
	for start > 0 && head[start-1].kind == 'q' {
		start--
		if start > 0 && head[start-1].kind == '<' {
			start--
		}
		if start > 0 && head[start-1].kind == 'i' {
			start--
		}
	}
	atoms, stars, ok := h.atoms(head[:start])
	if !ok {
		return
	}
	h.trailing(head[list+1:])
	own := h.word(head[name])
	if operator >= 0 {
		h.operatorName(Range{head[name].start, head[list-1].end})
	} else if len(atoms) == 0 && start == name && name == list-1 && h.isTest(own, inside) {
		if defined {
			h.test(head[name], head[list])
		}
		return
	}
	if defined {
		h.parameterMacros(head[list])
	}
	typeless := operator >= 0 && operator+1 < len(head) && head[operator+1].kind == 'i' && !cOperatorWord[h.word(head[operator+1])] ||
		start < name && head[name-1].kind == '~' || h.isConstructor(head, start, name, list)
	h.prefix(head, start, name, list, atoms, stars, typeless)
}

// apart hides the macros at the start of a head that stand for themselves, on
// lines of their own: BEGIN_NAMESPACE, DEFINE(a). It returns the rest.
func (h *cHeads) apart(head []cToken) []cToken {
	for len(head) > 1 && isMacro(h.word(head[0])) {
		n := 1
		if head[1].kind == '(' {
			n++
		}
		if n == len(head) || !head[n].first || !slices.ContainsFunc(head[n:], func(t cToken) bool { return t.kind == '(' }) {
			break
		}
		lines := strings.Count(h.text[head[n-1].end:head[n].start], "\n")
		word := h.word(head[0])
		typed := n+1 < len(head) && (head[n+1].kind != '(' || isMacro(h.word(head[n]))) // it is no type of what follows
		if !typed || n == 1 && lines < 2 && !strings.Contains(word, "BEGIN") && !strings.Contains(word, "END") {
			break
		}
		h.blank(Range{head[0].start, head[n-1].end})
		head = head[n:]
	}
	return head
}

// cOperatorWord are the operators that are words.
var cOperatorWord = words("new delete co_await")

// operator returns where the word stands in a head, or -1.
func (h *cHeads) operator(head []cToken) int {
	return slices.IndexFunc(head, func(t cToken) bool { return h.word(t) == "operator" })
}

// operatorName makes a word of an operator's name, which the grammar otherwise
// takes apart, and whose type may be one of several words.
func (h *cHeads) operatorName(r Range) {
	if !strings.ContainsAny(h.text[r.Start:r.End], "\r\n") {
		for i := r.Start; i < r.End; i++ {
			if !isNameByte(h.text[i]) {
				h.fill(Range{i, i + 1}, '_')
			}
		}
	}
}

// parameters finds the list of parameters: the brackets after the name. Macros
// with arguments may stand before the name and after the list. It returns -1
// where there is none, or where the head is of a kind that is left to the grammar.
func (h *cHeads) parameters(head []cToken, inside byte) int {
	found, named := -1, 0
	for i, t := range head {
		word := h.word(t)
		switch {
		case t.kind == 'a' || t.kind == ':' || t.kind == '{' || word == "requires" || word == "try":
			return found // what follows is no longer the head
		case t.kind != '(' || i == 0:
			continue
		case head[i-1].kind == '(' && (i < 2 || !cCalled[h.word(head[i-2])]):
			return -1 // of a function pointer: void (*f(int))(int)
		}
		at := i - 1
		if head[at].kind == '<' && at > 0 {
			at--
		}
		word = h.word(head[at])
		switch {
		case word == "" || cCalled[word] || cTrailing[word] || cBuiltin[word]:
			continue
		case found < 0:
			found, named = i, at
			continue
		}
		// Another: which of the two has the name before it?
		before := h.word(head[named])
		own := len(h.scopes) > 0 && inside == 't' && before == h.scopes[len(h.scopes)-1].name
		leads := !slices.ContainsFunc(head[:named], func(t cToken) bool { return !cQualifier[h.word(t)] })
		if !own && !isMacro(word) && (isMacro(before) || leads) {
			found, named = i, at
		}
	}
	return found
}

// trailing hides the macros between the parameters and the body.
func (h *cHeads) trailing(tokens []cToken) {
	for i, t := range tokens {
		word := h.word(t)
		switch {
		case t.kind == ':' || t.kind == 'a' || word == "requires":
			return
		case word != "" && !cTrailing[word]:
			h.blank(Range{t.start, t.end})
			if i+1 < len(tokens) && tokens[i+1].kind == '(' {
				h.blank(Range{tokens[i+1].start, tokens[i+1].end})
			}
		}
	}
}

// atoms returns the parts of a head before the name that the grammar would take
// for a type, and where it has stars.
func (h *cHeads) atoms(head []cToken) (atoms []cAtom, stars []Range, ok bool) {
	for i := 0; i < len(head); i++ {
		t := head[i]
		word := h.word(t)
		switch {
		case t.kind == '*' || t.kind == '&':
			stars = append(stars, Range{t.start, t.end})
		case t.kind == '[' || cQualifier[word]:
		case cCalled[word] && word != "decltype" && !strings.HasPrefix(word, "__typeof") && word != "typeof":
			if i+1 < len(head) && head[i+1].kind == '(' {
				i++
			}
		case word != "" || t.kind == 'q':
			a := cAtom{Range: Range{t.start, t.end}, word: Range{t.start, t.end}}
			switch {
			case cTagged[word] && i+1 < len(head):
				i++
			case cBuiltin[word]:
				for i+1 < len(head) && cBuiltin[h.word(head[i+1])] {
					i++
				}
			}
			for i+1 < len(head) && (head[i+1].kind == 'q' || head[i+1].kind == '<' ||
				head[i+1].kind == 'i' && (head[i].kind == 'q' || h.word(head[i]) == "template")) {
				i++
			}
			a.End = head[i].end
			if i+1 < len(head) && head[i+1].kind == '(' {
				i++
				a.call, a.word, a.End = !cCalled[word], a.Range, head[i].end // decltype(a) is a type
			}
			atoms = append(atoms, a)
		default:
			return nil, nil, false
		}
	}
	return atoms, stars, true
}

// isConstructor reports whether a head is of a constructor, which has no type.
func (h *cHeads) isConstructor(head []cToken, start, name, list int) bool {
	own := h.word(head[name])
	if start < name {
		return h.word(head[qualifier(head, start, name)]) == own
	}
	return len(h.scopes) > 0 && h.scopes[len(h.scopes)-1].kind == 't' && h.scopes[len(h.scopes)-1].name == own
}

// qualifier returns the last of the qualifiers between start and the name.
func qualifier(head []cToken, start, name int) int {
	if name > start && head[name-1].kind == '~' {
		name--
	}
	if name -= 2; name > start && head[name].kind == '<' {
		name--
	}
	return max(start, name)
}

// prefix hides what stands before a function's name besides its type: macros
// that stand for attributes, and what a name's qualifiers have beyond the last.
func (h *cHeads) prefix(head []cToken, start, name, list int, atoms []cAtom, stars []Range, typeless bool) {
	if len(stars) > 1 || start < name || list > name+1 { // beyond what the query follows
		for _, s := range stars {
			h.blank(s)
		}
	}
	for i, t := range head[:start] {
		if i > 0 && h.word(t) == "friend" { // inline friend
			h.blank(Range{t.start, t.end})
		}
	}
	if last := qualifier(head, start, name); last > start { // a::b::c
		h.blank(Range{head[start].start, head[last-1].end})
	}
	for i, a := range atoms {
		switch {
		case typeless || i > 0:
			h.blank(a.Range)
			if i == 0 && a.Start == head[0].start {
				h.write(a.word, "inline")
			}
		case a.call:
			h.blank(Range{a.word.End, a.End})
		}
	}
}

// parameterMacros hides the macros beside the parameters of a list: before the
// type, after a star and after the name.
func (h *cHeads) parameterMacros(list cToken) {
	l := cLexer{text: h.text[:list.end-1], at: list.start + 1, cpp: h.lexer.cpp}
	var words []cToken // of one parameter, a type of several words as one
	depth, starred, last := 0, -1, cToken{}
	arguments := Range{} // of a macro that stands for a type: Que(a, b) *c
	parameter := func() {
		for i, t := range words {
			leads := i == 0 && starred != 1 && len(words) > 2
			follows := i+1 == len(words) && i > 1
			beside := i > 0 && i == starred && i+1 < len(words) // a star
			if beside || (leads || follows) && isMacro(h.word(t)) {
				h.blank(Range{t.start, t.end})
			}
		}
		words, starred = words[:0], -1
	}
	for t := l.next(); t.kind != 0; t = l.next() {
		word := h.word(t)
		if depth == 0 && arguments.End > 0 && arguments.End == last.end && (word != "" || t.kind == '*' || t.kind == '&') {
			h.blank(arguments)
		}
		switch {
		case t.kind == '(' || t.kind == '[' || t.kind == '{' || t.kind == '<' && last.kind == 'i':
			if arguments = (Range{}); depth == 0 && t.kind == '(' && last.kind == 'i' && len(words) == 1 {
				arguments.Start = t.start
			}
			depth++
		case t.kind == ')' || t.kind == ']' || t.kind == '}' || t.kind == '>' && depth > 0:
			if depth--; depth == 0 && t.kind == ')' && arguments.Start > 0 {
				arguments.End = t.end
			}
		case depth != 0:
		case t.kind == ',':
			parameter()
		case t.kind == '=':
			depth = -1 << 30 // the value is no concern, nor is what follows
		case t.kind == '*' || t.kind == '&':
			starred = len(words)
		case word == "" || cQualifier[word] || cTagged[word] || last.kind == 'q' || cBuiltin[word] && cBuiltin[h.word(last)]:
		default:
			words = append(words, t)
		}
		last = t
	}
	parameter()
}

// isTest reports whether a head without a type is a macro, which makes a
// function of its body.
func (h *cHeads) isTest(name string, inside byte) bool {
	const shortest = len("int")
	if len(name) < shortest || cControl[name] {
		return false
	}
	if inside == 't' {
		return isMacro(name) && (len(h.scopes) == 0 || h.scopes[len(h.scopes)-1].name != name)
	}
	return h.lexer.cpp || strings.ContainsFunc(name, isUpper) && strings.Contains(name, "_") || isMacro(name)
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' }

// named makes TEST(a)(int b) into int a (int b).
func (h *cHeads) named(macro, list cToken) {
	l := cLexer{text: h.text[:list.end-1], at: list.start + 1, cpp: h.lexer.cpp}
	if name := l.next(); name.kind == 'i' {
		h.write(Range{macro.start, name.start}, "int")
		h.blank(Range{name.end, list.end})
	}
}

// test makes TEST(A, b) and TEST_CASE("b") into int (b), which the grammar takes
// for a function b: nothing else makes it, and it needs no more bytes.
func (h *cHeads) test(macro, list cToken) {
	var names []cToken
	words, called := 0, false // before a bracket
	l := cLexer{text: h.text[:list.end-1], at: list.start + 1, cpp: h.lexer.cpp}
	depth, alone := 0, true // alone: the argument is a word
	for t := l.next(); t.kind != 0; t = l.next() {
		switch {
		case t.kind == '(' || t.kind == '[' || t.kind == '{':
			called = called || depth == 0 && t.kind == '(' && words > 1
			depth++
		case t.kind == ')' || t.kind == ']' || t.kind == '}':
			depth--
		case depth > 0:
		case t.kind == ',':
			alone, words = true, 0
			continue
		case t.kind == 's' && (len(names) == 0 || names[0].kind == 'i'):
			names = []cToken{t}
		case t.kind == 'i' && alone && (len(names) == 0 || names[0].kind == 'i'):
			if after := l; strings.IndexByte(",\x00", after.next().kind) < 0 {
				break // not of one word
			}
			names = append(names, t)
		}
		if alone = false; t.kind == 'i' && depth == 0 {
			words++
		}
	}
	if called && len(names) == 0 { // UNUSED(static int f(int a))
		h.write(Range{macro.start, list.start + 1}, "inline")
		h.blank(Range{list.end - 1, list.end})
		return
	}
	if len(names) == 0 {
		return
	}
	name := names[0]
	word := h.word(macro)
	if name.kind == 's' {
		open := strings.IndexByte(h.text[name.start:name.end], '"')
		name.start, name.end = name.start+open+1, name.end-1
		if name.start >= name.end || strings.ContainsAny(h.text[name.start:name.end], "\r\n") {
			return
		}
	} else if len(names) == 2 && !strings.Contains(word, "CASE") && (strings.Contains(word, "TEST") || strings.Contains(word, "METHOD") || strings.HasSuffix(word, "_F")) {
		name = names[1]
	}
	h.write(Range{macro.start, macro.end}, "int")
	h.blank(Range{list.start + 1, name.start})
	h.blank(Range{name.end, list.end - 1})
	h.fill(Range{name.start, name.end}, '_') // no word of the language
}
