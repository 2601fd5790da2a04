package bpe

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// tail ends the patterns of most models: of the white space before a word, the
// last character goes with the word. It is all of a pattern that Go's regexp,
// which runs in linear time whatever the pattern, cannot express.
const tail = `|\s+(?!\S)|\s+`

// whiteSpace is the property White_Space, which is \s to Hugging Face's library
// and ASCII to regexp.
const whiteSpace = `\t-\r\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`

// maxRegex bounds a pattern. Those in use have some hundred characters.
const maxRegex = 1024

// compiled returns the pattern of a regular expression. What it does not match
// is a piece up to where it does.
func compiled(regex string) (pattern, error) {
	body, ok := strings.CutSuffix(regex, tail)
	if !ok || len(regex) > maxRegex {
		return nil, errors.New("a pattern that does not end as those of language models do")
	}
	translated, err := translate(body)
	if err != nil {
		return nil, err
	}
	bad := errors.New("a pattern that Go's regular expressions do not have") // not quoted: the file may be a link to a secret
	if alone, err := regexp.Compile(translated); err != nil || alone.MatchString("") {
		return nil, bad
	}
	re, err := regexp.Compile(`(?:` + translated + `)|([` + whiteSpace + `]+)`)
	if err != nil {
		return nil, bad
	}
	tailed := 2 * re.NumSubexp() // the last group's place: the pattern may have others
	return func(text string) int {
		switch m := re.FindStringSubmatchIndex(text); {
		case m == nil:
			return len(text)
		case m[0] > 0:
			return m[0]
		case m[tailed] == 0:
			return beforeWord(text, m[1])
		default:
			return m[1]
		}
	}, nil
}

// translate writes \s and \S as the property White_Space. It refuses what means
// something else to Go's regexp: other classes that are ASCII there, classes
// within classes, and whatever looks around in the text.
func translate(body string) (string, error) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '\\' && i+1 < len(body):
			i++
			switch next := body[i]; {
			case next == 's' && inClass:
				b.WriteString(whiteSpace)
			case next == 's':
				b.WriteString("[" + whiteSpace + "]")
			case next == 'S' && !inClass:
				b.WriteString("[^" + whiteSpace + "]")
			case next == 'p', next == 'P', strings.IndexByte("rnt", next) >= 0, !isWord(rune(next)):
				b.WriteByte(c)
				b.WriteByte(next)
			default:
				return "", fmt.Errorf("a pattern with \\%c", next)
			}
			continue
		case inClass && (c == '[' || strings.HasPrefix(body[i:], "&&")),
			strings.HasPrefix(body[i:], "[]"), strings.HasPrefix(body[i:], "[^]"):
			return "", errors.New("a pattern with a class that is written in another way than those of language models")
		case !inClass && (c == '^' || c == '$' || strings.HasPrefix(body[i:], "(?") && !strings.HasPrefix(body[i:], "(?:") && !strings.HasPrefix(body[i:], "(?i:")):
			return "", errors.New("a pattern that looks around in the text")
		case c == '[':
			inClass = true
		case c == ']':
			inClass = false
		}
		b.WriteByte(body[i])
	}
	return b.String(), nil
}
