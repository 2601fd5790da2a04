package wire

import "slices"

// PositionEncoding says what Position.Character counts.
type PositionEncoding string

const (
	Utf8Encoding  PositionEncoding = "utf-8"
	Utf16Encoding PositionEncoding = "utf-16"
	Utf32Encoding PositionEncoding = "utf-32"
)

// NegotiateEncoding picks what is cheapest for a server whose text is UTF-8.
// UTF-16 is what a client speaks that offers nothing that we know.
func NegotiateEncoding(offered []string) PositionEncoding {
	for _, e := range []PositionEncoding{Utf8Encoding, Utf16Encoding, Utf32Encoding} {
		if slices.Contains(offered, string(e)) {
			return e
		}
	}
	return Utf16Encoding
}

// Units is the number of units that one rune of size bytes takes.
func (e PositionEncoding) Units(r rune, size int) int {
	switch e {
	case Utf8Encoding:
		return size
	case Utf32Encoding:
		return 1
	}
	if r >= 0x10000 {
		return 2
	}
	return 1
}
