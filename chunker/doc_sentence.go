package chunker

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// firstSaying returns the first sentence of a paragraph that says something,
// tidied, or "" and whether the next paragraph may say it.
func firstSaying(paragraph string) (said string, next bool) {
	paragraph = strings.Join(strings.Fields(paragraph), " ")
	if note.MatchString(paragraph) {
		return "", false
	}
	for paragraph != "" {
		first := firstSentence(paragraph)
		paragraph = strings.TrimLeft(paragraph[len(first):], " ")
		first = tidy(leftover.ReplaceAllString(withoutCost(first), ""))
		switch {
		case !strings.ContainsFunc(first, unicode.IsLetter) || reference.MatchString(first) || pointer.MatchString(first) || usageAlone.MatchString(first):
		case half.MatchString(first), announcement.MatchString(first):
			return "", false
		default:
			return first, false
		}
	}
	return "", true
}

// withoutCost strips what an operation costs, "O(n)", from before what it does.
// A sentence about the cost alone is left with nothing.
func withoutCost(sentence string) string {
	if !cost.MatchString(sentence) {
		return sentence
	}
	rest := strings.TrimLeft(sentence[balanced(sentence, strings.IndexByte(sentence, '(')):], string(codeEnd))
	if costGoesOn.MatchString(rest) {
		_, rest, _ = strings.Cut(rest, ". ")
	}
	return strings.TrimLeft(rest, " .:,;-–—")
}

var (
	// cost matches how an operation's cost is given before what it does.
	cost = lazyregexp.New(`^(?:[Aa]morti[sz]ed )?[OΘΩθω][\s` + string(hardBlank) + `]?(?:big[lg]?)?\(`)
	// costGoesOn matches what says more about the cost.
	costGoesOn = lazyregexp.New(`^,|^[\s` + string(hardBlank) + `]+(?:[Oo0-9<]|(?:where|time|amorti[sz]ed|worst|average|expected|in|for|on|construction|conversion|if|when|and|or|but|space|memory|complexity|operations?|with|to|per|bytes?)\b)`)
)

// tidy drops what can steer a terminal or turn the direction of a text around,
// and leaves one blank where there are several.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == hardBlank:
			return ' '
		case r == utf8.RuneError || !unicode.IsSpace(r) && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// abbreviations end in a period that ends no sentence.
var abbreviations = map[string]bool{
	"e.g": true, "i.e": true, "etc": true, "vs": true, "cf": true, "viz": true, "approx": true, "resp": true,
	"incl": true, "excl": true, "esp": true, "no": true, "fig": true, "eq": true, "sec": true, "ch": true,
	"dr": true, "mr": true, "mrs": true, "ms": true, "prof": true, "st": true, "inc": true, "ltd": true, "al": true, "ed": true,
}

// firstSentence cuts a paragraph after its first sentence: at a period, a
// question mark or an exclamation mark before a blank, unless the period ends
// an abbreviation, an initial or the number of a list's item, or the next word
// goes on in lower case.
func firstSentence(paragraph string) string {
	for i, r := range paragraph {
		if r == '。' {
			return paragraph[:i+utf8.RuneLen(r)]
		}
		if r != '.' && r != '!' && r != '?' {
			continue
		}
		end := i + 1
		for end < len(paragraph) && strings.IndexByte(`)"'`, paragraph[end]) >= 0 {
			end++
		}
		if end == len(paragraph) || paragraph[end] == ' ' && (r != '.' || endsSentence(paragraph[:i], paragraph[end+1:])) {
			return paragraph[:end]
		}
	}
	return paragraph
}

// endsSentence reports whether a period between before and after does.
func endsSentence(before, after string) bool {
	start := strings.LastIndexByte(before, ' ') + 1
	word := strings.TrimLeft(before[start:], `("'`)
	isInitial := len(word) == 1 && unicode.IsUpper(rune(word[0]))
	next, _ := utf8.DecodeRuneInString(after)
	return !isInitial && !abbreviations[strings.ToLower(word)] && !unicode.IsLower(next) && !numbersItem(before[:start], word)
}

// numbersItem reports whether word, which a period follows, is the number of an
// item in a list within a sentence: the first after a colon, or the next.
func numbersItem(before, word string) bool {
	n, err := strconv.Atoi(word)
	if err != nil || len(word) > 2 {
		return false
	}
	before = trimRight(before)
	return before == "" || strings.HasSuffix(before, ":") || n > 1 && strings.Contains(before, " "+strconv.Itoa(n-1)+". ")
}
