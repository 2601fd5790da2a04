package naming

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
)

// prepositions divide a name into phrases.
var prepositions = english.NewSet(`
	about across after against around as at before behind below between by during for from
	in inside into of on onto outside over per since through to under until using via with within
	without`)

// function are words that are no nouns.
var function = english.NewSet(`
	about across after again against all already also always an and any are around as at
	be because been before below between both but by can cannot could did does done during each
	else every everything false do away for from had has have if in inside into is it its just like many may maybe more most
	must never no not of off on once only onto or other otherwise out over own per same
	should since so some such than that the their them then there these they this those
	through to true under unless until up using via was were what when where whether which while
	who why will with within without would yet nothing much too via vs`)

// determiners stand where an article would.
var determiners = english.NewSet(`all any another both each every many multiple no several some that these this those two three`)

// definite are adjectives of which there is one, indefinite those of any.
var (
	definite   = english.NewSet(`first last next previous current default same total main maximum minimum`)
	indefinite = english.NewSet(`new random empty fresh single temporary dummy fake mock sample`)
)

// formats need no article where they stand alone.
var formats = english.NewSet(`JSON XML HTML YAML CSV CSS TOML SQL PDF SVG PNG JPEG ASCII NaN UTC UTF-8 UTF-16 base64 hex binary
	markdown unicode HTTP HTTPS TCP UDP TLS SSL DNS SSH stdin stdout stderr lowercase uppercase null undefined math
	I18N IO RGB RGBA HSL HSV GC JavaScript TypeScript Python Java Ruby Rust Linux macOS iOS Docker GitHub GraphQL SQLite MySQL PostgreSQL OAuth Bluetooth Unicode Unix Google`)

// isNoun reports whether w can be the last word of a noun phrase.
func isNoun(w string) bool {
	switch {
	case function.Has(w), adverbs.Has(w), english.IsAdjective(w), english.IsParticiple(w), bareVerbs.Has(w):
		return false
	}
	if isVerb(w) && !things.Has(w) && nameVerbs.Has(w) && strings.HasSuffix(w, "ify") {
		return false
	}
	return !strings.HasSuffix(w, "ly") || slices.Contains([]string{"assembly", "family", "reply", "supply", "anomaly", "poly"}, w)
}

// bareVerbs are verbs that hardly anybody takes for nouns.
var bareVerbs = english.NewSet(`
	accept acquire add apply append assert assign calculate choose compute configure connect convert create
	define delete deserialize destroy encode decode ensure evaluate execute exists extract fetch find generate get
	has initialize insert invoke is make marshal normalize obtain parse perform prepare provide receive
	remove resolve retrieve send serialize unmarshal read validate leave enter become see die verify write`)

// nounPhrase puts an article before words: "the", "a", or none before plurals
// and where the article is "".
func nounPhrase(words []string, article string) (string, bool) {
	if len(words) == 0 || len(words) > 6 {
		return "", false
	}
	last := words[len(words)-1]
	for i, w := range words {
		inner := function.Has(w) && !(determiners.Has(w) && i == 0) && w != "and" && w != "or"
		acts := i > 0 && (bareVerbs.Has(w) || english.IsPlainVerb(w) && !nominal.Has(w) && !things.Has(w))
		if inner || acts {
			return "", false
		}
	}
	said := strings.Join(words, " ")
	first := words[0]
	switch {
	case said == "all":
		return "everything", true
	case determiners.Has(first):
		if len(words) == 1 || !isNoun(last) {
			return "", false
		}
		return said, true
	case !isNoun(last), first == "and" || first == "or" || last == "and" || last == "or":
		return "", false
	case len(words) == 1 && (len(last) == 1 || formats.Has(last) && article != "its"):
		return said, true
	case english.IsPlural(last):
		if definite.Has(first) || article == "its" {
			return "the " + said, true
		}
		return said, true
	case definite.Has(first) || article == "its":
		return "the " + said, true
	case indefinite.Has(first), article == "a":
		if english.IsMass(last) {
			return said, true
		}
		return english.Article(first) + " " + said, true
	case article == "":
		return said, true
	}
	return article + " " + said, true
}

// complement is what follows a verb: a noun phrase and phrases with
// prepositions. The article is that of the first noun; "its" puts "the" before
// plurals too.
func complement(words []string, article string, n *name) (string, bool) {
	var out []string
	words, tail := cutTail(words)
	for i := 0; i < len(words); {
		prep := ""
		if prepositions.Has(words[i]) {
			prep = words[i]
			i++
		}
		end := i
		for end < len(words) && !prepositions.Has(words[end]) {
			end++
		}
		phrase, ok := "", false
		switch {
		case end > i:
			phrase, ok = nounPhrase(words[i:end], articleAfter(prep, article, words[i:end]))
		case n != nil:
			phrase, ok = n.object()
			phrase = "the " + phrase
		}
		if !ok {
			return "", false
		}
		if prep != "" {
			out = append(out, prep)
		}
		out = append(out, phrase)
		i = end
	}
	return strings.Join(append(out, tail...), " "), len(out) > 0
}

func articleAfter(prep, article string, words []string) string {
	switch prep {
	case "":
		return article
	case "by", "per", "via", "using":
		return ""
	case "as":
		return "a"
	case "in":
		if english.IsPlural(words[len(words)-1]) || len(words) == 1 && (words[0] == "memory" || words[0] == "place" || words[0] == "order" || words[0] == "use" || words[0] == "range") {
			return ""
		}
	}
	return "the"
}

// adverbs may end a name.
var adverbs = english.NewSet(`again asynchronously atomically automatically concurrently exactly immediately lazily manually now once
	randomly recursive recursively safe safely sequentially silently synchronously twice`)

// conditions are ends of names that say when.
var conditions = map[string]string{
	"if needed": "if needed", "if necessary": "if necessary", "if required": "if required", "if possible": "if possible",
	"if exists": "if it exists", "if present": "if it is present", "if absent": "if it is absent", "if missing": "if it is missing",
	"if not exists": "if it does not exist", "if empty": "if it is empty", "if not present": "if it is not present",
	"if changed": "if it has changed", "if open": "if it is open", "if valid": "if it is valid", "as needed": "as needed", "when ready": "when it is ready",
	"when done": "when it is done", "on demand": "on demand", "in place": "in place", "at once": "at once", "if not exist": "if it does not exist",
	"if not empty": "if it is not empty", "if enabled": "if it is enabled", "if null": "if it is null", "in background": "in the background",
	"in parallel": "in parallel", "by default": "by default", "by name": "by name", "by key": "by key",
}

// cutTail takes adverbs and conditions off the end of words.
func cutTail(words []string) (rest, tail []string) {
	for size := min(3, len(words)-1); size >= 2; size-- {
		if said, ok := conditions[strings.Join(words[len(words)-size:], " ")]; ok {
			return words[:len(words)-size], []string{said}
		}
	}
	if last := len(words) - 1; last > 0 && adverbs.Has(words[last]) && strings.HasSuffix(words[last], "ly") || last > 0 && (words[last] == "again" || words[last] == "once" || words[last] == "now") {
		return words[:last], []string{words[last]}
	}
	return words, nil
}
