// Package reference finds the functions whose authors say in one sentence what
// they do: what a model can be measured against, and learn from.
package reference

import (
	"strings"
	"unicode"

	"github.com/gloss-lsp/gloss/inference/identity"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// otherCode matches files that are not the project's own product: tests,
// what others wrote, what a program wrote.
var otherCode = lazyregexp.New(`(?i)(?:^|/)(?:tests?|testing|testdata|test[-_]?utils?|__tests__|specs?|e2e|fixtures?|mocks?|benchmarks?|examples?|samples?|` +
	`_?vendor(?:ed)?|x-pack|third[-_]?party|node_modules|bower_components|deps|external|extern|contrib|dist|build|generated|gen|[a-z._-]*tests)/` +
	`|_test\.(?:go|py|cc|cpp|rb|rs|c)$|(?:^|/)test_[^/]*$|(?:Tests?|TestCase)\.(?:java|cs|php)$|_spec\.rb$|\.(?:test|spec|min|d)\.[cm]?[jt]sx?$` +
	`|\.pb\.|_pb2|\.g\.cs$|\.Designer\.cs$|_generated|\.gen\.|zz_generated|bindata`)

// IsProduct reports whether a file of a repository is the project's own product,
// going by its path: no test, nothing that others or a program wrote.
func IsProduct(path string) bool { return !otherCode.MatchString(path) }

const (
	minCode = 30      // bytes
	maxCode = 8 << 10 // bytes
	maxName = 60      // bytes
	// Limits of a reference in words. Shorter ones say little; ones of more than
	// maxWords do not fit on a line, and up to maxLoose still teach something.
	minWords, maxWords, maxLoose = 3, 22, 26
)

// Tier says what an author's sentence is worth.
type Tier string

// The tiers.
const (
	// Strict sentences are what gloss wants to say: a verb in front, and more
	// than the name.
	Strict Tier = "strict"
	// Loose ones are prose of other shapes: noun phrases, repeats of the name,
	// short and long ones.
	Loose Tier = "loose"
)

// A Reason says why a function is left out.
type Reason string

// The reasons. None is that of what is kept.
const (
	None        Reason = ""
	CodeLength  Reason = "code too short or too long"
	Unclean     Reason = "the sentence does not survive cleaning"
	WordCount   Reason = "the sentence is too short or too long"
	NotProse    Reason = "the sentence is not plain English prose"
	Boilerplate Reason = "boilerplate, a note or a reference"
	NoVerb      Reason = "a very short or a long sentence without a verb in front"
)

// CheckCode says whether f has a name and code of a size that a model is asked
// about.
func CheckCode(f identity.Function) Reason {
	if len(f.Code) < minCode || len(f.Code) > maxCode || len(f.Name) > maxName || f.Name == "" {
		return CodeLength
	}
	return None
}

// Of makes the reference of f out of doc, the first sentence of its doc
// comment: cleaned as a model's output is. Otherwise it says why there is none.
func Of(f identity.Function, doc string) (string, Tier, Reason) {
	if why := CheckCode(f); why != None {
		return "", "", why
	}
	sentence, err := prompt.Clean(withoutOwnName(f.Language, doc, f.Name), f)
	if err != nil || strings.HasSuffix(sentence, "…") {
		return "", "", Unclean
	}
	tier, why := judge(sentence, f.Name)
	if why != None {
		return "", "", why
	}
	return sentence, tier, None
}

// withoutOwnName removes the function's name from the head of the sentence
// where the language's convention puts it, so that a verb that Clean does not
// know comes first too: "Splice joins", "curl_splice() - joins".
func withoutOwnName(language, doc, name string) string {
	rest, ok := strings.CutPrefix(doc, name)
	if !ok {
		return doc
	}
	rest = strings.TrimPrefix(rest, "()")
	said := strings.TrimLeft(rest, " :-–")
	word, _, _ := strings.Cut(said, " ")
	if said == rest || !beginsWithVerb(said) {
		return doc
	}
	if language == "go" || language == "c" || strings.ContainsAny(rest[:len(rest)-len(said)], ":-–") || strings.HasSuffix(word, "s") && strings.ContainsAny(name, "_ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return said
	}
	return doc
}

// judge says which tier a cleaned sentence belongs to, or what is wrong with
// it as a reference.
func judge(sentence, name string) (Tier, Reason) {
	words := len(strings.Fields(sentence))
	verb := beginsWithVerb(sentence)
	switch {
	case words < minWords || words > maxLoose:
		return "", WordCount
	case !isProse(sentence):
		return "", NotProse
	case unwanted.MatchString(sentence):
		return "", Boilerplate
	case !verb && (words == minWords || words > maxWords):
		return "", NoVerb
	case !verb || words > maxWords || onlyName(sentence, name):
		return Loose, None
	}
	return Strict, None
}

// minLetters is the least share of letters and blanks in prose, in percent.
const minLetters = 82

// isProse reports whether s is ASCII, mostly letters, and free of what only
// code and markup have.
func isProse(s string) bool {
	letters := 0
	for _, b := range []byte(s) {
		if b < ' ' || b > '~' {
			return false
		}
		if b == ' ' || unicode.IsLetter(rune(b)) {
			letters++
		}
	}
	if letters*100 < len(s)*minLetters || !unicode.IsLetter(rune(s[0])) {
		return false
	}
	if strings.ContainsAny(s, "{}|$\\~^") || strings.Count(s, "(") != strings.Count(s, ")") || strings.Count(s, `"`)%2 != 0 {
		return false
	}
	for _, mark := range []string{"==", "->", "=>", "::", "...", "--", "@", "//"} {
		if strings.Contains(s, mark) {
			return false
		}
	}
	return true
}

// unwanted matches sentences that say something about the code's history or
// its readers, and those that a template wrote. The first words are spelled so
// that a search for open tasks does not find this line.
var unwanted = lazyregexp.New(`(?i)\bto-?do\b|\bfix-?me\b|\bx{3}\b|\bhack\b|https?:|www\.|copyright|licen[cs]e[ds]?\b|auto-?\s?generated|generated by|do not edit|inherit\s?doc|` +
	`deprecat|nolint|eslint|pylint|coverity|clang-format|\bSPDX\b|non-javadoc|\bbug #?\d|\bgh-\d|#\d{2,}|see also|:nodoc|` +
	`^initializes a new instance of|^constructs an? (?:new )?\w+(?: object| instance)?\.$|^tests? (?:that|whether|if|for|case)\b|^handles the \w+ event of\b`)

// notVerbs end in s and begin sentences, but are no verbs.
var notVerbs = func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(`
		always args arguments candidates class comes configs contents details does has headers implementers instances
		its keys less locals methods metrics minus modules needs news options params parameters perhaps plus
		properties repositories results settings sometimes statistics status strings templates tests this thus
		towards types values was whereas whose windows works yes`) {
		set[w] = true
	}
	return set
}()

// beginsWithVerb reports whether s begins with what looks like a verb in the
// third person, an adverb before it aside. It goes by the ending: the verbs of
// all programs make no list.
func beginsWithVerb(s string) bool {
	first, rest, _ := strings.Cut(s, " ")
	if strings.HasSuffix(first, "ly") {
		first, _, _ = strings.Cut(rest, " ")
	}
	word := strings.ToLower(first)
	switch {
	case len(word) < 3 || notVerbs[word] || strings.ContainsFunc(word, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) }):
		return false
	case first != word && first[1:] != word[1:]: // an abbreviation
		return false
	}
	for _, ending := range []string{"ss", "us", "is", "ions"} {
		if strings.HasSuffix(word, ending) {
			return false
		}
	}
	return strings.HasSuffix(word, "s")
}

// fillers are words that add nothing to a name.
var fillers = func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(`
		a an and by class current field for from get gets given if in instance is it its new object of on or property
		return returns set sets specified that the this to value whether with`) {
		set[w] = true
	}
	return set
}()

var (
	wordPattern     = lazyregexp.New(`[A-Za-z]+`)
	nameWordPattern = lazyregexp.New(`[A-Z]+[a-z]*|[a-z]+`)
)

// onlyName reports whether every word of the sentence, fillers aside, is one
// of the name's.
func onlyName(sentence, name string) bool {
	inName := map[string]bool{}
	for _, w := range nameWordPattern.FindAllString(name, -1) {
		inName[stem(strings.ToLower(w))] = true
	}
	for _, w := range wordPattern.FindAllString(sentence, -1) {
		if w = strings.ToLower(w); !fillers[w] && !inName[stem(w)] {
			return false
		}
	}
	return true
}

// stem cuts the endings that a verb or a noun takes in a sentence.
func stem(w string) string {
	const shortest = 3
	for _, ending := range []string{"ies", "ing", "ed", "es", "s", "e", "y"} {
		if s, ok := strings.CutSuffix(w, ending); ok && len(s) >= shortest {
			return s
		}
	}
	return w
}
