package eval

import (
	"strings"
	"unicode"
)

// tokens cuts a sentence as CodeXGLUE's evaluator of the code-to-text task
// does: lower case; runs of letters, digits and underscores, and every other
// visible character by itself; then the underscores split off by the rules of
// mteval-v11a, which change nothing else that is left.
func tokens(s string) []string {
	var all []string
	start := -1 // of the run of word characters
	s = strings.ToLower(s)
	for i, r := range s {
		if r != '_' && (unicode.IsLetter(r) || unicode.IsNumber(r)) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			all = append(all, s[start:i])
			start = -1
		}
		if !isSpace(r) {
			all = append(all, string(r))
		}
	}
	if start >= 0 {
		all = append(all, s[start:])
	}
	return all
}

// isSpace is white space as Python's regular expressions see it.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// Words returns the words of the identifiers in s, in lower case:
// "parseHTTPHeader2(max_len)" gives parse http header 2 max len.
func Words(s string) []string {
	var words []string
	rs := []rune(s)
	for start := 0; start < len(rs); {
		end := wordEnd(rs, start)
		if end == start {
			start++
			continue
		}
		words = append(words, strings.ToLower(string(rs[start:end])))
		start = end
	}
	return words
}

// wordEnd returns the end of the word that starts at start, or start where
// none does. A word is a run of digits, a run of letters in lower case, the
// same after one capital, or a run of capitals less the last one before a
// small letter.
func wordEnd(rs []rune, start int) int {
	run := func(i int, is func(rune) bool) int {
		for i < len(rs) && (is(rs[i]) || i > start && unicode.IsMark(rs[i])) {
			i++
		}
		return i
	}
	isSmall := func(r rune) bool { return unicode.IsLetter(r) && !unicode.IsUpper(r) }
	switch first := rs[start]; {
	case unicode.IsDigit(first):
		return run(start, unicode.IsDigit)
	case isSmall(first):
		return run(start, isSmall)
	case unicode.IsUpper(first):
		capitals := run(start, unicode.IsUpper)
		switch {
		case capitals == len(rs) || !isSmall(rs[capitals]):
			return capitals
		case capitals == start+1:
			return run(capitals, isSmall)
		}
		return capitals - 1
	}
	return start
}
