// Package naming says in a sentence what a function's name says: "parseHeader"
// gives "Parses the header."
//
// It knows the ways in which people name functions and no more than the start of
// their code: parameters, results, receiver. It would rather say nothing than
// something wrong: what fits no rule, or more than one reading, has no sentence.
package naming

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/inference/identity"
)

// Function is what a sentence is asked for.
type Function = identity.Function

const (
	// maxSentence bounds a sentence in characters.
	maxSentence = 120
	// maxName bounds the bytes of a name that is read at all.
	maxName = 200
	// maxWords bounds its words. Longer names are sentences of their own.
	maxWords = 10
)

// Sentence returns the sentence of f's name: one line of at most 120 characters
// with a verb in front and a period at its end. It reports false when the name
// says too little, or nothing that is certain.
func Sentence(f Function) (string, bool) {
	if f.Name == "" || len(f.Name) > maxName || !utf8.ValidString(f.Name) {
		return "", false
	}
	n := read(f)
	for _, r := range rules {
		if said, applies := r(n); applies {
			return finish(said)
		}
	}
	return "", false
}

// rule makes a predicate of a name ("parses the header"). It reports whether it
// is the one for this name; if it is and says nothing, the name is left alone.
type rule func(n *name) (said string, applies bool)

// rules in the order in which they are asked.
var rules = []rule{
	titled,
	known,
	test,
	unreadable,
	accessor,
	constructor,
	predicate,
	option,
	conversion,
	event,
	component,
	verb,
	adjective,
	noun,
}

// finish makes a sentence of a predicate. Control and invisible characters, by
// which a name could have an editor show something else, leave none.
func finish(said string) (string, bool) {
	invisible := func(r rune) bool { return !unicode.IsPrint(r) }
	if said == "" || utf8.RuneCountInString(said) >= maxSentence || strings.ContainsFunc(said, invisible) {
		return "", false
	}
	first, size := utf8.DecodeRuneInString(said)
	return string(unicode.ToUpper(first)) + said[size:] + ".", true
}

// name is a function's name, taken apart.
type name struct {
	Function
	// plain is the name without what stands before it and without marks at its
	// ends: "Queue::is_empty_" gives "is_empty".
	plain string
	// words are those of plain as a sentence has them: abbreviations written out,
	// acronyms in capitals, all others in lower case.
	words []string
	// asks is set where the name ends in a question mark.
	asks bool
	// snake is set where underscores divide the words.
	snake bool
	head  head
}

func read(f Function) *name {
	n := &name{Function: f, plain: f.Name}
	if i := strings.LastIndexAny(n.plain, ".:#"); i >= 0 && i+1 < len(n.plain) {
		n.plain = n.plain[i+1:]
	}
	n.asks = strings.HasSuffix(n.plain, "?")
	n.plain = strings.Trim(n.plain, "_$'!?@ ")
	n.snake = strings.Contains(n.plain, "_")
	n.words = without(spell(Words(n.plain), n.plain))
	n.head = readHead(f)
	return n
}

// idle are words at the end of a name that say how it is done, not what.
var idle = english.NewSet(`async impl internal helper inner sync unlocked locked unchecked aux func`)

// without drops the words that say nothing about what a function does.
func without(words []string) []string {
	for len(words) > 1 && idle.Has(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	if len(words) > 1 && words[0] == "do" && isVerb(words[1]) {
		words = words[1:]
	}
	return words
}

// mute are words at the start of a name that turn what follows into something
// else.
var mute = english.NewSet(`dont cant cannot no not non maybe pre post auto un example`)

// unreadable is the rule for names that are no words: too many, other scripts,
// single letters.
func unreadable(n *name) (string, bool) {
	unclear := len(n.words) == 0 || len(n.words) > maxWords || mute.Has(n.words[0]) ||
		slices.ContainsFunc(n.words, func(w string) bool { return len(w) == 1 && !strings.Contains("XYZax2", w) })
	return "", unclear || !readable(n.words)
}

// readable reports whether words are such that a sentence can have.
func readable(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool {
		foreign := func(r rune) bool { return r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r) }
		return len(w) > 30 || strings.ContainsFunc(w, foreign)
	})
}
