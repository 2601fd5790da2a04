package bpe

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// splitting says how text is cut into the pieces that are merged on their own:
// first at numbers (Digits), then by a pattern (ByteLevel or Split).
type splitting struct {
	digits      digits
	prefixSpace bool    // ByteLevel's add_prefix_space
	pattern     pattern // nil for none
}

type digits uint8

const (
	digitsWithin digits = iota // no Digits pre-tokenizer
	digitsApart                // a number is a piece of its own
	digitsEach                 // each digit is a piece of its own
)

// pieces yields the pieces of text, in order.
func (s splitting) pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text := text; text != ""; {
			n := len(text)
			if s.digits != digitsWithin {
				n = s.digitsEnd(text)
			}
			part := text[:n]
			text = text[n:]
			if s.prefixSpace && part[0] != ' ' {
				part = " " + part
			}
			for part != "" {
				n := len(part)
				if s.pattern != nil {
					n = s.pattern(part)
				}
				if !yield(part[:n]) {
					return
				}
				part = part[n:]
			}
		}
	}
}

// digitsEnd returns the length of the part before the next number or, at a
// number, of the number or its first digit. A digit is what Rust's
// char::is_numeric accepts: the categories Nd, Nl and No.
func (s splitting) digitsEnd(text string) int {
	for i := 0; i < len(text); {
		if b := text[i]; b < utf8.RuneSelf && ascii[b] != number { // spares most of the calls
			i++
			continue
		}
		c, n := classAt(text, i)
		switch {
		case c != number:
			i += n
		case i > 0:
			return i
		case s.digits == digitsEach:
			return n
		default:
			return run(text, 0, number)
		}
	}
	return len(text)
}

// run returns the end of the characters of class c that start at text[i].
func run(text string, i int, c class) int {
	for i < len(text) {
		if b := text[i]; b < utf8.RuneSelf && ascii[b] == c { // spares most of the calls
			i++
			continue
		}
		d, n := classAt(text, i)
		if d != c {
			break
		}
		i += n
	}
	return i
}

// class is what the patterns distinguish: \p{L}, \p{N}, \s and the rest.
type class uint8

const (
	other class = iota
	letter
	number
	space
)

var ascii = func() (table [utf8.RuneSelf]class) {
	for r := range table {
		table[r] = classify(rune(r))
	}
	return table
}()

// classify relies on unicode.IsSpace being the property White_Space, which is
// what \s means to the Rust and Oniguruma engines in Unicode mode.
func classify(r rune) class {
	switch {
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return number
	case unicode.IsSpace(r):
		return space
	}
	return other
}

// classAt returns the class and the length of the character at text[i].
func classAt(text string, i int) (class, int) {
	if b := text[i]; b < utf8.RuneSelf {
		return ascii[b], 1
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	return classify(r), n
}
