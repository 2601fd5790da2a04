package bpe

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// blank is how a vocabulary of characters writes a space, as SentencePiece does.
const blank = "▁"

// namedByte returns the byte that a token such as <0x0A> stands for.
func namedByte(token string) (byte, bool) {
	if len(token) != len("<0x0A>") || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return 0, false
	}
	b, err := strconv.ParseUint(token[3:5], 16, 8)
	return byte(b), err == nil
}

// appendRun appends the bytes that tokens named one after the other: their
// text, or U+FFFD for each where they are none. Source: ByteFallback in Hugging
// Face's tokenizers, decoders/byte_fallback.rs.
func appendRun(text, run []byte) []byte {
	if utf8.Valid(run) {
		return append(text, run...)
	}
	return append(text, bytes.Repeat([]byte("\uFFFD"), len(run))...)
}
