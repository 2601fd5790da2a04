package naming

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
)

// asking are third persons that ask at the start of a name.
var asking = english.NewSet(`accepts allows belongs contains covers depends ends equals exists expects implements includes
	intersects matches needs overlaps owns permits requires starts supports uses wants`)

// predicate is the rule for questions: isEmpty, hasChildren, canRead.
func predicate(n *name) (string, bool) {
	words := n.words
	at := slices.IndexFunc(words, func(w string) bool {
		return w == "is" || w == "has" || w == "can" || w == "should" || w == "are"
	})
	if at > 0 && at < len(words)-1 && words[0] != "set" && words[0] != "get" && !isCertain(words[0]) && words[0] != "test" && words[0] != "on" {
		subject, ok := nounPhrase(words[:at], "the")
		if !ok || len(words[:at]) > 3 || english.IsPlural(words[at-1]) {
			return "", true
		}
		return n.question(subject, words[at], words[at+1:])
	}
	switch w := words[0]; {
	case w == "is" || w == "are" || w == "has" || w == "can" || w == "should" || w == "was":
		if len(words) == 1 {
			return "", true
		}
		return n.ask(w, words[1:])
	case asking.Has(w) && n.head.returns:
		return n.tells(w, words[1:])
	case n.asks && english.IsAdjective(words[len(words)-1]):
		return n.ask("is", words)
	case n.asks && english.IsAdjective(w) && !isVerb(words[len(words)-1]):
		return n.ask("is", words)
	case n.asks && english.IsPlainVerb(w):
		return n.tells(english.ThirdPerson(w), words[1:])
	case n.asks && len(words) == 1 && (w == "exist" || w == "match" || w == "start" || w == "end"):
		return n.tells(english.ThirdPerson(w), words[1:])
	case n.asks:
		return "", true
	}
	return "", false
}

// ask finds whom the question is about: a subject in the name, the parameter,
// the receiver.
func (n *name) ask(verb string, words []string) (string, bool) {
	subject := n.subject()
	object, ok := n.object()
	if ok && n.head.arity == 1 && (verb == "is" || verb == "has") && !slices.Contains(words, object) {
		plural := english.IsPlural(object)
		if verb == "has" || plural {
			ok = false
		} else {
			subject = "the " + object
		}
	}
	if n.head.arity > 0 && !ok {
		subject = "it"
	}
	last := words[len(words)-1]
	if verb == "is" && len(words) > 1 && english.IsAdjective(last) && !prefixes.Has(words[0]) && !english.IsAdjective(words[0]) {
		at := len(words) - 1
		if prefixes.Has(words[at-1]) && at > 1 {
			at--
		}
		said, ok := nounPhrase(words[:at], "the")
		if !ok {
			return "", true
		}
		if english.IsPlural(words[at-1]) {
			verb = "are"
		}
		return "reports whether " + said + " " + verb + " " + strings.Join(words[at:], " "), true
	}
	return n.question(subject, verb, words)
}

// prefixes stand before an adjective.
var prefixes = english.NewSet(`not already still currently fully partially always never really valid well read write auto non only`)

// question says whether the subject is, has, can or should what words say.
func (n *name) question(subject, verb string, words []string) (string, bool) {
	said, ok := "", false
	last := words[len(words)-1]
	switch verb {
	case "is", "was":
		said, ok = n.state(words)
	case "are":
		if subject == "it" {
			if len(words) == 1 && english.IsAdjective(last) {
				return "reports whether they are " + last, true
			}
			return "", true
		}
		said, ok = n.state(words)
	case "has":
		if english.IsAdjective(last) || words[0] == "been" || words[0] == "no" || words[0] == "any" && len(words) == 1 {
			return "", true
		}
		said, ok = complement(words, "a", nil)
		if n.namesParameter() && len(words) == 1 {
			said, ok = "the "+words[0], true
		}
	case "can", "should":
		if words[0] == "be" && len(words) == 2 && english.IsAdjective(last) {
			said, ok = "be "+last, true
		} else if isVerb(words[0]) {
			said, ok = n.plainly(words)
		}
	}
	if !ok {
		return "", true
	}
	return "reports whether " + subject + " " + verb + " " + said, true
}

// plainly says a verb in its plain form; it may stand alone.
func (n *name) plainly(words []string) (string, bool) {
	if len(words) == 1 {
		return words[0], true
	}
	return n.action(words, func(v string) string { return v })
}

// state says what something is: empty, not empty, in range, a directory.
func (n *name) state(words []string) (string, bool) {
	first, last := words[0], words[len(words)-1]
	switch {
	case len(words) == 1 && (english.IsAdjective(last) || english.IsParticiple(last)):
		return last, true
	case len(words) == 2 && (prefixes.Has(first) || strings.HasSuffix(first, "ly")) && (english.IsAdjective(last) || english.IsParticiple(last)):
		return first + " " + last, true
	case len(words) == 2 && english.IsAdjective(first) && particles.Has(last):
		return first + " " + last, true // logged in
	case prepositions.Has(first) && len(words) > 1:
		return complement(words, "the", nil)
	case len(words) > 2 && english.IsAdjective(first) && prepositions.Has(words[1]), len(words) > 2 && english.IsParticiple(first) && prepositions.Has(words[1]):
		said, ok := complement(words[1:], "the", nil)
		return first + " " + said, ok
	case function.Has(last), first == "not" || first == "same", english.IsAdjective(last), english.IsPlural(last):
		return "", false
	case len(words) == 1 && isVerb(last) && !things.Has(last) && !isAcronym(last):
		return "", false
	case len(words) == 1 && (strings.HasSuffix(last, "ic") || strings.HasSuffix(last, "al") || strings.HasSuffix(last, "ive") || strings.HasSuffix(last, "ous") || strings.HasSuffix(last, "ent") || strings.HasSuffix(last, "ant")) && !maybeNoun.Has(last):
		return last, true // most likely an adjective
	case definite.Has(first):
		return complement(words, "the", nil)
	}
	return complement(words, "a", nil)
}

// maybeNoun end like adjectives.
var maybeNoun = english.NewSet(`agent client component content constant descendant element environment event fragment argument document
	interval literal metric music parent topic traffic variant segment statement integral signal terminal portal journal modal tenant
	assignment comment comparant comic directive archive drive primitive animal hospital identifier increment instant restaurant merchant participant student
	department deployment endpoint experiment payment placement procedural tournament ident accident incident patient token transient`)

// tells says whether a verb in the third person is true.
func (n *name) tells(verb string, words []string) (string, bool) {
	subject := n.subject()
	if n.head.arity > 1 {
		subject = "it"
	}
	said := "reports whether " + subject + " " + verb
	if verb == "equals" && len(words) == 0 {
		return operators["=="], true
	}
	if len(words) == 0 {
		object, ok := n.object()
		switch {
		case verb == "exists":
			if ok {
				return "reports whether the " + object + " exists", true
			}
			return said, true
		case !ok || verb == "starts" || verb == "ends" || verb == "depends" || verb == "belongs":
			return "", true
		}
		return said + " the " + object, true
	}
	what, ok := complement(words, "the", n)
	if !ok && len(words) == 1 && prepositions.Has(words[0]) && n.head.arity == 1 {
		for suffix, phrase := range map[string]string{"starts with": "a prefix", "ends with": "a suffix"} {
			if verb+" "+words[0] == suffix {
				return said + " " + words[0] + " " + phrase, true
			}
		}
	}
	if !ok {
		return "", true
	}
	return said + " " + what, true
}

// adjective is the rule for questions without a verb: enabled() bool.
func adjective(n *name) (string, bool) {
	if !n.head.yes || len(n.words) > 2 {
		return "", false
	}
	last := n.words[len(n.words)-1]
	if !english.IsAdjective(last) || len(n.words) == 2 && !prefixes.Has(n.words[0]) {
		return "", false
	}
	subject := n.subject()
	if object, ok := n.object(); ok {
		subject = "the " + object
	}
	return "reports whether " + subject + " is " + strings.Join(n.words, " "), true
}
