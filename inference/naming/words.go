package naming

import (
	"iter"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Words returns the words of all identifiers in s, in order and as they are
// written: "parseHTTPHeader2(max_len)" gives parse HTTP Header 2 max len. Digits
// before an identifier belong to none.
func Words(s string) []string { return slices.Collect(EachWord(s)) }

// EachWord yields what Words returns.
func EachWord(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		more := true
		for i := 0; i < len(s) && more; {
			n := Identifier(s[i:], func(word string) { more = more && yield(word) })
			if n == 0 {
				_, n = utf8.DecodeRuneInString(s[i:])
			}
			i += n
		}
	}
}

// Identifier calls word with each word of the identifier that s begins with,
// and returns its length in bytes: 0 if s begins with something else. A run of
// capitals is a word of its own except for its last letter where a lower-case
// letter follows.
func Identifier(s string, word func(string)) int {
	if c, _ := classAt(s, 0); c == other && s[:min(1, len(s))] != "_" || c == digit || c == mark {
		return 0
	}
	for i := 0; i < len(s); {
		start := i
		c, size := classAt(s, i)
		if c == other || c == mark {
			if c == other && s[i] != '_' {
				return i
			}
			i += size
			continue
		}
		last := i // letter of the run
		i, last = skip(s, i, c)
		if next, _ := classAt(s, i); c == upper && next == lower {
			if last > start {
				word(s[start:last])
				start = last
			}
			i, _ = skip(s, i, lower)
		}
		word(s[start:i])
	}
	return len(s)
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

// classAt returns the class of the character at i and its size in bytes; at the
// end of s that is other.
func classAt(s string, i int) (c class, size int) {
	if i >= len(s) {
		return other, 0
	}
	if b := s[i]; b < utf8.RuneSelf {
		switch {
		case 'a' <= b && b <= 'z':
			return lower, 1
		case 'A' <= b && b <= 'Z':
			return upper, 1
		case '0' <= b && b <= '9':
			return digit, 1
		}
		return other, 1
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	switch {
	case unicode.IsLower(r):
		return lower, size
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return upper, size
	case unicode.IsLetter(r):
		return caseless, size
	case unicode.IsDigit(r):
		return digit, size
	case unicode.IsMark(r):
		return mark, size
	}
	return other, size
}

// skip returns the end of the run of class c, with its marks, at i, and where
// its last character before any marks stands.
func skip(s string, i int, c class) (end, last int) {
	for {
		switch k, size := classAt(s, i); k {
		case c:
			last = i
			i += size
		case mark:
			i += size
		default:
			return i, last
		}
	}
}
