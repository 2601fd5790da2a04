package main

import (
	"bytes"
	"cmp"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decode returns the text of a file, and the encoding that it had where that is
// not UTF-8. A byte order mark counts most, then what the text says of itself,
// then what the locale says; the last is what most old files are in. What no
// encoding fits stays as it is, and is binary.
func decode(b []byte) (text, name string) {
	for _, m := range marked {
		if !bytes.HasPrefix(b, []byte(m.mark)) {
			continue
		}
		if text, ok := decoded(m.encoding, b[len(m.mark):]); ok {
			return text, m.name
		}
	}
	if bytes.IndexByte(b, 0) >= 0 {
		order, name := unmarkedUTF16(b)
		if name != "" {
			if text, ok := decoded(unicode.UTF16(order, unicode.IgnoreBOM), b); ok && !strings.Contains(text, "\x00") {
				return text, name
			}
		}
		return string(b), ""
	}
	if utf8.Valid(b) {
		return string(b), ""
	}
	for _, charset := range []string{declaredCharset(b), localeCharset()} {
		e, err := htmlindex.Get(charset)
		if err != nil {
			continue
		}
		if text, ok := decoded(e, b); ok {
			name, _ := htmlindex.Name(e) // it has one: it was found by one
			return text, name
		}
	}
	text, _ = decoded(charmap.Windows1252, b)
	return text, "windows-1252 (Latin-1)"
}

// marked are the encodings that a byte order mark tells. UTF-32's begins like
// that of UTF-16.
var marked = []struct {
	mark, name string
	encoding   encoding.Encoding
}{
	{"\xef\xbb\xbf", "", encoding.Nop},
	{"\xff\xfe\x00\x00", "UTF-32LE", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	{"\x00\x00\xfe\xff", "UTF-32BE", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	{"\xff\xfe", "UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"\xfe\xff", "UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
}

// decoded fails for bytes that mean nothing in an encoding.
func decoded(e encoding.Encoding, b []byte) (string, bool) {
	text, err := e.NewDecoder().Bytes(b)
	return string(text), err == nil && utf8.Valid(text) && !bytes.ContainsRune(text, utf8.RuneError)
}

// unmarkedUTF16 tells UTF-16 without a mark as editors do: source code has the
// zeros of its ASCII in every other byte, and there alone.
func unmarkedUTF16(b []byte) (order unicode.Endianness, name string) {
	var zeros [2]int
	head := b[:min(len(b), 1024)]
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch enough := len(head) / 4; {
	case len(b)%2 != 0:
	case zeros[0] == 0 && zeros[1] > enough:
		return unicode.LittleEndian, "UTF-16LE"
	case zeros[1] == 0 && zeros[0] > enough:
		return unicode.BigEndian, "UTF-16BE"
	}
	return unicode.LittleEndian, ""
}

// declaration matches how Python, Emacs and Vim have a file name its encoding,
// in one of its first two lines. https://peps.python.org/pep-0263/
var declaration = regexp.MustCompile(`^(?:[^\n]*\n)?[^\n]*?coding[:=][ \t]*([-\w.]+)`)

func declaredCharset(b []byte) string {
	m := declaration.FindSubmatch(b[:min(len(b), 1024)])
	if m == nil {
		return ""
	}
	name := strings.ToLower(strings.ReplaceAll(string(m[1]), "_", "-"))
	for _, suffix := range []string{"-unix", "-dos", "-mac"} { // Emacs has the line endings there
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}

// localeCharset returns what the user's locale says that texts are in.
func localeCharset() string {
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG"))
	_, charset, _ := strings.Cut(locale, ".")
	charset, _, _ = strings.Cut(charset, "@")
	return charset
}
