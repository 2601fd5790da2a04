package naming

import "unicode"

// Words returns the words of all identifiers in s, in order and as they are
// written: "parseHTTPHeader2(max_len)" gives parse HTTP Header 2 max len. Digits
// before an identifier belong to none.
func Words(s string) []string {
	var words []string
	rs := []rune(s)
	for i := 0; i < len(rs); {
		if rs[i] != '_' && !unicode.IsLetter(rs[i]) {
			i++
			continue
		}
		start := i
		for i < len(rs) && (rs[i] == '_' || classOf(rs[i]) != other) {
			i++
		}
		words = appendWords(words, rs[start:i])
	}
	return words
}

// class is what decides where a word inside an identifier ends.
type class int

const (
	other    class = iota
	lower          // lower-case letters
	upper          // upper-case and title-case letters
	caseless       // letters of scripts without case
	digit
	mark // combining characters, part of the letter before them
)

func classOf(r rune) class {
	switch {
	case unicode.IsLower(r):
		return lower
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return upper
	case unicode.IsLetter(r):
		return caseless
	case unicode.IsDigit(r):
		return digit
	case unicode.IsMark(r):
		return mark
	}
	return other
}

// appendWords appends the words of one identifier. A run of capitals is a word
// of its own except for its last letter where a lower-case letter follows.
func appendWords(words []string, ident []rune) []string {
	for i := 0; i < len(ident); {
		start, c := i, classOf(ident[i])
		if c == other || c == mark {
			i++
			continue
		}
		i = skip(ident, i, c)
		if c == upper && i < len(ident) && classOf(ident[i]) == lower {
			last := i - 1
			for classOf(ident[last]) == mark {
				last--
			}
			if last > start {
				words = append(words, string(ident[start:last]))
				start = last
			}
			i = skip(ident, i, lower)
		}
		words = append(words, string(ident[start:i]))
	}
	return words
}

// skip returns the index after the run of class c, with its marks, at i.
func skip(ident []rune, i int, c class) int {
	for i < len(ident) && (classOf(ident[i]) == c || classOf(ident[i]) == mark) {
		i++
	}
	return i
}
