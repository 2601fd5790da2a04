package naming

import (
	"slices"

	"github.com/gloss-lsp/gloss/inference/english"
)

// noPivot are words before "to" that are not converted to what follows:
// timeToLive, pathToFile.
var noPivot = english.NewSet(`access answer back close comments distance down due equal jump link map path pointer points reference relative relation reply
	response route time up way scroll belongs bound move go how ready days seconds number next first last greater less similar subject switch redirect`)

// conversion is the rule for what makes one thing another.
func conversion(n *name) (string, bool) {
	words := n.words
	switch words[0] {
	case "to", "into":
		if len(words) == 1 {
			return "", true
		}
		return n.converted("converts "+n.subject(), words)
	case "as":
		if len(words) == 1 || !n.head.returns && n.head.seen {
			return "", true
		}
		said, ok := n.target(words[1:])
		if !ok {
			return "", true
		}
		return "returns " + n.subject() + " as " + said, true
	case "from":
		if len(words) == 1 {
			return "", true
		}
		said, ok := n.target(words[1:])
		if !ok || !n.head.returns && n.head.seen {
			return "", true
		}
		return "creates an instance from " + said, true
	}
	at := slices.IndexFunc(words, func(w string) bool { return w == "to" || w == "2" })
	if at <= 0 || at == len(words)-1 || at > 2 || len(words) > at+4 || isVerb(words[0]) && !convertible.Has(words[0]) ||
		slices.ContainsFunc(words[:at], func(w string) bool { return noPivot.Has(w) || function.Has(w) || english.IsAdjective(w) }) {
		return "", false
	}
	from, ok := n.target(words[:at])
	to, ok2 := n.target(words[at+1:])
	if !ok || !ok2 || isVerb(words[at+1]) && !convertible.Has(words[at+1]) && !things.Has(words[at+1]) {
		return "", true
	}
	return "converts " + from + " to " + to, true
}

// convertible are verbs that are more often things in conversions.
var convertible = english.NewSet(`list map hash string array object index query stream buffer format color text request page list set score file image`)

// converted says a conversion whose verb and object are said, to or from words.
func (n *name) converted(said string, words []string) (string, bool) {
	at := slices.IndexFunc(words, func(w string) bool { return w == "to" || w == "into" || w == "from" })
	if at < 0 {
		what, ok := complement(words, "the", n)
		if !ok {
			return "", true
		}
		return said + " " + what, true
	}
	if at > 0 {
		what, ok := nounPhrase(words[:at], "the")
		if !ok {
			return "", true
		}
		said += " " + what
	}
	if at == len(words)-1 {
		return "", true
	}
	to, ok := n.target(words[at+1:])
	if !ok {
		return "", true
	}
	return said + " " + words[at] + " " + to, true
}

// target is what something is converted to: a string, bytes, JSON.
func (n *name) target(words []string) (string, bool) {
	if len(words) == 1 && (isAcronym(words[0]) || primitives.Has(words[0])) {
		if primitives.Has(words[0]) {
			return english.Article(words[0]) + " " + words[0], true
		}
		return words[0], true
	}
	if len(words) == 2 && (words[1] == "case" || words[0] == "big" || words[0] == "little") {
		return words[0] + " " + words[1], true
	}
	if slices.ContainsFunc(words, function.Has) || len(words) > 3 {
		return "", false
	}
	return nounPhrase(words, "a")
}

// primitives are types that are nouns.
var primitives = english.NewSet(`int uint long short float double bool boolean int32 int64 uint32 uint64 float32 float64 byte char enum struct
	array string map list set tuple dict vector matrix buffer object hash slice iterator`)
