package chunker

import (
	"slices"
	"strings"
)

// Words of C and C++ by what they are in a head.
var (
	// cBuiltin make a type together.
	cBuiltin = words("void int char short long float double signed unsigned bool auto wchar_t char8_t char16_t char32_t _Bool _Complex __int128 __signed__")
	// cQualifier stand beside a type.
	cQualifier = words("static extern inline const volatile register restrict mutable virtual friend typedef constexpr consteval constinit export thread_local " +
		"typename __inline __inline__ __restrict __restrict__ __const __volatile__ __extension__ __thread _Noreturn _Thread_local _Atomic __forceinline")
	// cTagged begin the name of a type.
	cTagged = words("struct class union enum")
	// cCalled have an argument and are no function's name.
	cCalled = words("__attribute__ __attribute __declspec alignas _Alignas decltype typeof __typeof__ __typeof explicit noexcept throw requires asm __asm__ __asm static_assert _Static_assert")
	// cTrailing may stand between the parameters and the body.
	cTrailing = words("const volatile noexcept override final throw try mutable restrict __restrict requires constexpr consteval static asm __asm__ __asm __attribute__ __attribute " +
		"int char short long float double signed unsigned struct union enum register")
	// cControl begin a statement.
	cControl = words("if else for while do switch case default return goto break continue catch try throw sizeof using co_return co_await new delete")
)

// word returns the word that t is, or "".
func (h *cHeads) word(t cToken) string {
	if t.kind != 'i' {
		return ""
	}
	return h.text[t.start:t.end]
}

// isMacro reports whether a word looks like the name of a macro.
func isMacro(word string) bool {
	if strings.HasPrefix(word, "__") {
		return true
	}
	for i := range len(word) {
		if word[i] >= 'a' && word[i] <= 'z' || word[i] >= 0x80 {
			return false
		}
	}
	return len(word) > 1
}

// isValue reports whether the brace after the head opens a value: of a variable,
// or of a member in a constructor's list.
func (h *cHeads) isValue() bool {
	operator, called := false, false
	for i, t := range h.head {
		switch {
		case h.word(t) == "operator":
			operator = true
		case t.kind == '(':
			called = true
		case t.kind == '=' && !operator:
			return true
		case t.kind == ':' && called && i > 0:
			last := h.head[len(h.head)-1]
			return (last.kind == 'i' || last.kind == '<') && !cTagged[h.word(h.head[0])]
		}
	}
	return false
}

// label hides what is no label of the language, as slots in "public slots:", and
// the macros before it. It reports false where the colon after the head ends none.
func (h *cHeads) label(colon cToken) bool {
	head := h.head
	for len(head) > 1 && isMacro(h.word(head[0])) && head[1].first {
		h.blank(Range{head[0].start, head[0].end}) // Q_OBJECT
		head = head[1:]
	}
	switch {
	case len(head) == 0 || len(head) > 2 || head[len(head)-1].kind != 'i':
		return false
	case slices.Contains([]string{"public", "protected", "private"}, h.word(head[0])):
		if len(head) == 2 {
			h.blank(Range{head[1].start, head[1].end})
		}
		return true
	case len(head) == 1 && !cBuiltin[h.word(head[0])]:
		h.blank(Range{head[0].start, colon.end})
		return true
	}
	return false
}

// block makes the head of what a brace opens such as the grammar knows. It
// returns the kind of the scope, and its name where it is a type.
func (h *cHeads) block(inside byte) (kind byte, name string) {
	head := h.head
	if len(head) == 0 {
		return 'b', ""
	}
	if i := slices.IndexFunc(head, func(t cToken) bool { return h.word(t) == "namespace" }); i >= 0 {
		h.blankWords(head[:i], "inline")
		return 'd', ""
	}
	if n := len(head); n >= 2 && head[n-1].kind == 's' && h.word(head[n-2]) == "extern" {
		h.blankWords(head[:n-2], "")
		return 'd', ""
	}
	if name, ok := h.typeHead(); ok {
		return 't', name
	}
	if inside != 'l' {
		h.function(inside, true)
	}
	return 'b', ""
}

// blankWords hides words other than one, and macros that are called.
func (h *cHeads) blankWords(tokens []cToken, but string) {
	for _, t := range tokens {
		if word := h.word(t); word != "" && word != but || t.kind == '(' {
			h.blank(Range{t.start, t.end})
		}
	}
}

// folded returns the head with its angle brackets folded, without the template
// heads in front, what stands before which is hidden.
func (h *cHeads) folded() []cToken {
	all := h.head[:0]
	var open []int
	for _, t := range h.head {
		switch {
		case t.kind == '<' && len(all) > 0 && all[len(all)-1].kind == 'i' && h.word(all[len(all)-1]) != "operator":
			open = append(open, len(all))
		case t.kind == '>' && len(open) > 0:
			start := open[len(open)-1]
			open = open[:len(open)-1]
			all[start].end = t.end
			all = all[:start+1]
			if len(open) == 0 && start > 0 && h.word(all[start-1]) == "template" {
				h.blankPrefix(all[:start-1])
				all = all[:0]
			}
			continue
		}
		all = append(all, t)
	}
	return all
}

// blankPrefix hides the macros before a template.
func (h *cHeads) blankPrefix(tokens []cToken) {
	for _, t := range tokens {
		if word := h.word(t); word != "" && !cQualifier[word] && !cCalled[word] || t.kind == '(' {
			h.blank(Range{t.start, t.end})
		}
	}
}

// typeHead looks at the head of a class, struct, union or enum, and hides the
// macros in it. It reports false for any other head.
func (h *cHeads) typeHead() (name string, ok bool) {
	key := slices.IndexFunc(h.head, func(t cToken) bool { return cTagged[h.word(t)] })
	if key < 0 {
		return "", false
	}
	var names []cToken
	i := key + 1
	for ; i < len(h.head); i++ {
		t := h.head[i]
		word := h.word(t)
		switch {
		case cTagged[word] && word != "enum": // enum class
			continue
		case cCalled[word] && i+1 < len(h.head) && h.head[i+1].kind == '(':
			i++
			continue
		case t.kind == '[' || t.kind == '<' || t.kind == 'q':
			continue
		case t.kind == '(' && len(names) == 1 && i+1 < len(h.head): // class EXPORT(1) A
			names[0].end = t.end
			continue
		case t.kind == ':' || word == "final":
		case word != "" && len(names) > 0 && h.head[i-1].kind == 'q':
			names[len(names)-1].end = t.end
			continue
		case word != "":
			names = append(names, t)
			continue
		default:
			return "", false
		}
		break
	}
	if len(names) > 0 && names[len(names)-1].kind == 'i' {
		name = h.text[names[len(names)-1].start:names[len(names)-1].end]
	}
	own := len(names) - 1
	for own > 0 && isMacro(h.text[names[own].start:names[own].end]) && !isMacro(h.text[names[own-1].start:names[own-1].end]) {
		own--
	}
	for i, t := range names {
		if i != own {
			h.blank(Range{t.start, t.end})
		}
	}
	if own >= 0 {
		name = h.text[names[own].start:names[own].end]
	}
	h.blankPrefix(h.head[:key])
	return name, true
}
