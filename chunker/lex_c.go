package chunker

import "strings"

// cToken is a token of C or C++, or a whole group in brackets.
type cToken struct {
	// kind is the token's first byte, but
	//
	//	i  a word       n  a number
	//	s  a string     c  a character
	//	q  ::           a  ->
	//	(  [  {  <      with their partner, once they are a group
	kind       byte
	start, end int
	first      bool // of its line
}

// cLexer reads the tokens of C or C++ and passes over comments. Nothing stops
// it: what is no token is one of one byte.
type cLexer struct {
	text string
	at   int
	cpp  bool
}

// next returns the next token, of kind 0 at the end.
func (l *cLexer) next() cToken {
	first := l.blanks()
	start := l.at
	if start == len(l.text) {
		return cToken{0, start, start, first}
	}
	kind := l.text[start]
	rest := l.text[start:]
	switch {
	case isNameByte(kind) && (kind < '0' || kind > '9'):
		l.at += wordLength(rest)
		if l.at == len(l.text) || l.text[l.at] != '"' && l.text[l.at] != '\'' || !isLiteralPrefix(l.text[start:l.at]) {
			kind = 'i'
			break
		}
		kind = l.literal(l.cpp && l.text[l.at-1] == 'R')
	case kind >= '0' && kind <= '9':
		l.number()
		kind = 'n'
	case kind == '"' || kind == '\'':
		kind = l.literal(false)
	case strings.HasPrefix(rest, "::"):
		l.at += 2
		kind = 'q'
	case strings.HasPrefix(rest, "->"):
		l.at += 2
		kind = 'a'
	default:
		l.at++
	}
	return cToken{kind, start, l.at, first}
}

// blanks passes over white space, continued lines and comments. It reports
// whether a line has begun.
func (l *cLexer) blanks() (first bool) {
	first = l.at == 0
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case rest[0] == '\n':
			first = true
			l.at++
		case rest[0] == ' ' || rest[0] >= '\t' && rest[0] <= '\r':
			l.at++
		case strings.HasPrefix(rest, "\\\n") || strings.HasPrefix(rest, "\\\r\n"):
			l.at += 2
		case strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*"):
			length := cCommentLength(rest)
			first = first || strings.IndexByte(rest[:length], '\n') >= 0
			l.at += length
		default:
			return first
		}
	}
	return first
}

// literal passes over a string or a character, whose first quote is at l.at. An
// ordinary one ends with its line at the latest.
func (l *cLexer) literal(raw bool) (kind byte) {
	quote := l.text[l.at]
	kind = 's'
	if quote == '\'' {
		kind = 'c'
	}
	l.at++
	const longestDelimiter = 16
	if open := strings.IndexByte(l.text[l.at:min(len(l.text), l.at+longestDelimiter+1)], '('); raw && kind == 's' && open >= 0 {
		end := strings.Index(l.text[l.at:], ")"+l.text[l.at:l.at+open]+`"`)
		if end < 0 {
			l.at = len(l.text)
		} else {
			l.at += end + open + 2
		}
		return kind
	}
	for ; l.at < len(l.text) && l.text[l.at] != '\n'; l.at++ {
		switch l.text[l.at] {
		case '\\':
			if strings.HasPrefix(l.text[l.at+1:], "\r\n") {
				l.at++
			}
			if l.at+1 < len(l.text) {
				l.at++
			}
		case quote:
			l.at++
			return kind
		}
	}
	return kind
}

// number passes over a number with its suffixes and separators: 1'000, 0x1p-3.
func (l *cLexer) number() {
	for l.at < len(l.text) {
		b := l.text[l.at]
		switch {
		case isNameByte(b) || b == '.':
			l.at++
		case b == '\'' && l.at+1 < len(l.text) && isNameByte(l.text[l.at+1]) && l.cpp:
			l.at += 2
		case (b == '+' || b == '-') && strings.IndexByte("eEpP", l.text[l.at-1]) >= 0:
			l.at++
		default:
			return
		}
	}
}

// cCommentLength returns the length of the comment that text begins with.
func cCommentLength(text string) int {
	if text[1] == '*' {
		if end := strings.Index(text[2:], "*/"); end >= 0 {
			return end + 4
		}
		return len(text)
	}
	for at := 0; ; {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			return len(text)
		}
		at += end
		if !strings.HasSuffix(strings.TrimSuffix(text[:at], "\r"), `\`) {
			return at
		}
		at++
	}
}

// isLiteralPrefix reports whether a word right before a quote belongs to it.
func isLiteralPrefix(word string) bool {
	switch word {
	case "L", "u", "U", "u8", "R", "LR", "uR", "UR", "u8R":
		return true
	}
	return false
}

// isNameByte reports whether b can be part of a name. Letters beyond ASCII can.
func isNameByte(b byte) bool { return wordBytes[b] }

var wordBytes = func() (is [256]bool) {
	for b := range is {
		is[b] = b == '_' || b == '$' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= 0x80
	}
	return is
}()

func wordLength(text string) int {
	n := 0
	for n < len(text) && isNameByte(text[n]) {
		n++
	}
	return n
}
