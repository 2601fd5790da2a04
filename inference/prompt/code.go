package prompt

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/inference/naming"
	"github.com/gloss-lsp/gloss/models"
)

// The bounds of the form "code", with which its model was trained.
const (
	// firstCode and lastCode are how many characters of longer code are looked
	// at, at its start and at its end.
	firstCode, lastCode = 6000, 2000
	// The most words of a file's, a container's and a function's name.
	stemWords, containerWords, nameWords = 6, 8, 16
	// headerTokens bounds the tokens of the header.
	headerTokens = 56
	// nameRunes bounds the characters of each of the header's names.
	nameRunes = 200
	// longestMarks is how often one mark stands in a row.
	longestMarks = 3
	// longestNumber is the length of the numbers that are told apart.
	longestNumber = 4
)

// modifiers lists the words of declarations that say nothing about what a
// function does. The model was trained without them.
var modifiers = func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(`
		public private protected static final const inline extern void override
		virtual async unsafe def func fn function var let self this end begin then
		do pub mut ref internal readonly sealed abstract export template typename`) {
		set[w] = true
	}
	return set
}()

// code is the form of the model that ships with gloss: a header of names, and
// the code as lower-case words and marks. models/default/README.md describes
// it.
type code struct {
	answer
	max int
}

func newCode(d models.Description) Form { return &code{answer: newAnswer(d), max: d.MaxInputTokens} }

// CodeTexts returns what the form "code" makes of f before there are ids: the
// header and the code. Programs that train a model carry such texts.
func CodeTexts(f Function) (header, text string) { return codeHeader(f), codeText(f.Code) }

// FromTexts is a form that can make a prompt of what CodeTexts returned.
type FromTexts interface {
	FromTexts(header, text string) Prompt
}

// Prompt implements Form.
func (c *code) Prompt(f Function) Prompt { return c.FromTexts(CodeTexts(f)) }

// FromTexts returns <|im_start|>, at most MaxInputTokens tokens of header and
// code, and <|im_end|>. Code that is too long loses its middle.
func (c *code) FromTexts(header, text string) Prompt {
	return Prompt{
		Segments: []Segment{
			{Text: turnStart, Markers: true},
			{Text: header, Max: min(headerTokens, c.max)},
			{Text: text, Max: c.max, Cut: Ends},
			{Text: turnEnd, Markers: true},
		},
		Prefix: 1,
	}
}

// codeHeader returns four lines: the language, and the words of the file's
// name, the container's and the function's.
func codeHeader(f Function) string {
	b := append([]byte(language(f.Language)), '\n')
	b = append(appendCodePlace(b, f), '\n')
	return string(append(appendSpaced(b, f.Name, nameWords), '\n'))
}

// appendCodePlace appends the two lines of the header that say where f stands.
func appendCodePlace(b []byte, f Function) []byte {
	b = append(appendSpaced(b, stem(f.Path), stemWords), '\n')
	return appendSpaced(b, f.Container, containerWords)
}

// stem returns the name of a file up to its first dot: "http" for
// "net/http.test.ts".
func stem(file string) string {
	file = strings.TrimRight(file, `/\`)
	base := file[strings.LastIndexAny(file, `/\`)+1:]
	stem, _, _ := strings.Cut(strings.TrimLeft(base, "."), ".")
	return stem
}

// appendSpaced appends the first words of the identifiers in s, in lower case.
func appendSpaced(b []byte, s string, most int) []byte {
	for w := range naming.EachWord(firstRunes(s, nameRunes)) {
		if most == 0 {
			break
		}
		most--
		if !isDigit(w[0]) {
			b = append(b, ' ')
		}
		for _, r := range w {
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return b
}

// codeText returns code as lower-case words, numbers and marks. A blank stands
// before each word and nowhere else, for that is how the vocabulary spells
// words; what it lacks, and what only closes or ends a statement, is left out.
func codeText(code string) string {
	w := codeWriter{text: make([]byte, 0, min(len(code)+len(code)/4, 5*(firstCode+lastCode)))}
	if head, tail, cut := ends(code); cut {
		w.write(head)
		w.text = append(w.text, ' ')
		w.write(tail)
	} else {
		w.write(code)
	}
	return string(w.text)
}

// ends returns the first and the last characters of code that is longer than
// what is looked at.
func ends(code string) (head, tail string, cut bool) {
	head = firstRunes(code, firstCode)
	if rest := code[len(head):]; len(firstRunes(rest, lastCode)) == len(rest) {
		return code, "", false
	}
	start := len(code)
	for range lastCode {
		_, size := utf8.DecodeLastRuneInString(code[:start])
		start -= size
	}
	return head, code[start:], true
}

// codeWriter writes code as the model reads it.
type codeWriter struct{ text []byte }

func (w *codeWriter) write(code string) {
	var last byte // the mark before, and how often it has come in a row
	run := 0
	for i := 0; i < len(code); {
		if n := naming.Identifier(code[i:], w.word); n > 0 {
			i += n
			last = 0
			continue
		}
		b := code[i]
		switch {
		case b >= utf8.RuneSelf:
			_, size := utf8.DecodeRuneInString(code[i:])
			i += size
		case isDigit(b):
			n := numberLen(code[i:])
			w.number(code[i : i+n])
			i += n
			last = 0
		case b > ' ' && b < 0x7f && b != ';' && b != '}':
			if b != last {
				last, run = b, 0
			}
			if run++; run <= longestMarks {
				w.text = append(w.text, b)
			}
			i++
		default:
			i++
		}
	}
}

// word writes a word of an identifier, unless it is a modifier. The model has
// seen no letters beyond ASCII: the many tokens of words that have some would
// push out those that it knows.
func (w *codeWriter) word(word string) {
	before := len(w.text)
	if !isDigit(word[0]) {
		w.text = append(w.text, ' ')
	}
	start := len(w.text)
	for _, r := range word {
		if r = unicode.ToLower(r); r >= utf8.RuneSelf {
			w.text = w.text[:before]
			return
		}
		w.text = append(w.text, byte(r))
	}
	if modifiers[string(w.text[start:])] {
		w.text = w.text[:before]
	}
}

// number writes a number, or 0 for a long one.
func (w *codeWriter) number(n string) {
	n = strings.TrimRight(n, ".")
	if len(n) > longestNumber {
		n = "0"
	}
	w.text = append(w.text, strings.ToLower(n)...)
}

// numberLen returns the length of the number that s begins with.
func numberLen(s string) int {
	for i := range len(s) {
		if b := s[i] | 0x20; !isDigit(s[i]) && (b < 'a' || b > 'z') && s[i] != '.' && s[i] != '_' {
			return i
		}
	}
	return len(s)
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// firstRunes returns the first n characters of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
