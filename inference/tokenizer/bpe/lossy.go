package bpe

import (
	"strings"
	"unicode/utf8"
)

// lossy returns text with U+FFFD in place of each maximal invalid part, as
// Rust's String::from_utf8_lossy and the Unicode Standard (3.9, "U+FFFD
// Substitution of Maximal Subparts") have it: a truncated character is one
// U+FFFD. strings.ToValidUTF8 joins neighbours, and a range loop yields one for
// each byte.
func lossy(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + utf8.UTFMax)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			for i+n < len(text) && !utf8.FullRuneInString(text[i:i+n+1]) {
				n++
			}
		}
		b.WriteRune(r)
		i += n
	}
	return b.String()
}
