package bpe

import "unicode/utf8"

// A byte-level vocabulary spells every byte as one printable character:
// printable Latin-1 stands for itself, the other 68 bytes are U+0100 and up in
// their order. Source: bytes_to_unicode in OpenAI's GPT-2 encoder.py.
var (
	letters [256]rune // byte to character
	bytesOf = func() (table [0x144]int16) {
		for r := range table {
			table[r] = -1
		}
		next := rune(0x100)
		for b := range letters {
			r := rune(b)
			if b <= ' ' || b > '~' && b < 0xA1 || b == 0xAD {
				r = next
				next++
			}
			letters[b], table[r] = r, int16(b)
		}
		return table
	}() // character to byte, -1 for none
)

// Spell returns the characters by which a byte-level vocabulary writes the bytes
// of text.
func Spell(text string) string { return string(appendSpelling(nil, text)) }

// appendBytes appends the bytes that token spells. A token with a character
// outside the alphabet, such as an added token with a space in it, spells
// itself.
func appendBytes(dst []byte, token string) []byte {
	n := len(dst)
	for _, r := range token {
		if int(r) >= len(bytesOf) || bytesOf[r] < 0 {
			return append(dst[:n], token...)
		}
		dst = append(dst, byte(bytesOf[r]))
	}
	return dst
}

// appendSpelling appends the characters that spell text's bytes.
func appendSpelling(dst []byte, text string) []byte {
	for i := range len(text) {
		dst = utf8.AppendRune(dst, letters[text[i]])
	}
	return dst
}
