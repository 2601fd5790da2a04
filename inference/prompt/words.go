package prompt

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/naming"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

const (
	// wordsRunes bounds the code that is looked at.
	wordsRunes = 4000
	// wordsBody bounds the words taken from the code.
	wordsBody = 110
	// wordsTwice is how often a word may occur among them.
	wordsTwice = 2
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

// words is the form of the model that ships with gloss: no code, only the
// language, the words of the name and the words of the identifiers, in order.
// models/default/README.md describes it.
type words struct {
	answer
	tokenizer  tokenizer.Tokenizer
	start, end int64
	max        int
}

func newWords(d models.Description, t tokenizer.Tokenizer) (Form, error) {
	start, err := special(t, "<|im_start|>")
	if err != nil {
		return nil, err
	}
	end, err := special(t, "<|im_end|>")
	if err != nil {
		return nil, err
	}
	return &words{answer: newAnswer(d), tokenizer: t, start: start, end: end, max: d.MaxInputTokens}, nil
}

// Prompt returns <|im_start|>, at most MaxInputTokens tokens of text and
// <|im_end|>.
func (w *words) Prompt(f Function) Prompt {
	text := w.tokenizer.Encode(wordsText(f))
	ids := make([]int64, 0, min(len(text), w.max)+2)
	ids = append(ids, w.start)
	ids = append(ids, text[:min(len(text), w.max)]...)
	return Prompt{IDs: append(ids, w.end), PrefixLen: 1}
}

// wordsText returns the text between the two markers.
//
// The model has seen no letters beyond ASCII. In the name they stay, for they
// are what tells functions apart. In the code, where most of them stand in
// comments and strings, words with such letters are left out: their many
// byte-sized tokens would push out the words that the model knows.
func wordsText(f Function) string {
	var body []string
	seen := map[string]int{}
	for _, w := range naming.Words(firstRunes(f.Code, wordsRunes)) {
		w = strings.ToLower(w)
		if modifiers[w] || seen[w] == wordsTwice || !isASCII(w) {
			continue
		}
		seen[w]++
		body = append(body, w)
		if len(body) == wordsBody {
			break
		}
	}
	name := strings.ToLower(strings.Join(naming.Words(firstRunes(f.Name, wordsRunes)), " "))
	return language(f.Language) + "\n" + name + "\n" + strings.Join(body, " ")
}

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

func isASCII(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(b byte) bool { return b >= 0x80 })
}
