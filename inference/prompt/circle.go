package prompt

import (
	"slices"
	"strings"
	"unicode"

	"github.com/gloss-lsp/gloss/inference/english"
)

var (
	// circleLinks stand between a thing and what is said of it.
	circleLinks = english.NewSet(`against as at by for from in into of on onto over to with within`)
	// circleJoins do too, and join different numbers of a thing: "a row or rows".
	circleJoins = english.NewSet(`and or`)
	// determiners say nothing of a thing that has been named before.
	determiners = english.NewSet(`a all an any current each every given her his its our provided specified that the their these this those your`)
	// contrasts make a thing another one: "pushes another list into this list".
	contrasts = english.NewSet(`another both copied first last left new next old other previous right same second source two`)
	// continuations go on after a thing. Any other word makes it a part of a
	// longer name: "the file of the file list".
	continuations = english.NewSet(`are before after be by during has have if is returning so than that then until was when where which while who whose without`)
	// doubles may come twice in a row.
	doubles = english.NewSet(`had long that`)
)

// maxCircle is the longest name of a thing, in words.
const maxCircle = 5

// cutCircle takes out of s what only says again what stands before it: "the
// index of the index" and "the index index" are "the index". Small models write
// such things when they have nothing left to say.
func cutCircle(s string) string {
	words := strings.Fields(s)
	cut := false
	for {
		from, to := findCircle(words)
		if from == to {
			break
		}
		cut = true
		last := words[to-1]
		words[from-1] = strings.TrimRightFunc(words[from-1], unicode.IsPunct) + last[len(strings.TrimRightFunc(last, unicode.IsPunct)):]
		words = slices.Delete(words, from, to)
	}
	if !cut {
		return s
	}
	return strings.Join(words, " ")
}

// findCircle returns where the words begin and end that say nothing new.
func findCircle(words []string) (from, to int) {
	for i := 1; i < len(words); i++ {
		if bare(words[i-1]) == bare(words[i]) && closing(words[i-1]) == "" && isThing(words[i]) && !doubles.Has(words[i]) {
			return i, i + 1
		}
		links := circleLinks.Has(words[i])
		if !links && !circleJoins.Has(words[i]) || closing(words[i-1]) != "" {
			continue
		}
		next := i + 1
		for next < len(words) && determiners.Has(words[next]) {
			next++
		}
		for n := min(maxCircle, i, len(words)-next); n > 0; n-- {
			before, after := words[i-n:i], words[next:next+n]
			same := func(a, b string) bool { return links && singular(a) == singular(b) || trimMarks(a) == trimMarks(b) }
			switch end := next + n; {
			case !slices.EqualFunc(before, after, same), !slices.ContainsFunc(after, isThing):
			case slices.ContainsFunc(after[:n-1], func(w string) bool { return closing(w) != "" }):
			case closing(after[n-1]) == "" && end < len(words) && !continues(words[end]):
			case i > n && (contrasts.Has(words[i-n-1]) || closing(words[i-n-1]) != "" && !links), contrasts.Has(before[0]):
			case words[i] == "of" && end < len(words) && words[end] == "of": // the parent of the parent of the node
			case words[i] == "by" && next == i+1: // line by line
			case words[i] == "to" && slices.Contains(words[:i-n], "from"): // from node to node
			default:
				return i, end
			}
		}
	}
	return 0, 0
}

// isThing reports whether w is a word that can name something.
func isThing(w string) bool {
	w = bare(w)
	return len(w) > 1 && strings.ContainsFunc(w, unicode.IsLetter) && !determiners.Has(w) && !circleLinks.Has(w) && !continues(w)
}

func continues(w string) bool {
	return continuations.Has(w) || circleLinks.Has(w) || circleJoins.Has(w)
}

func trimMarks(w string) string { return strings.TrimFunc(w, unicode.IsPunct) }

// bare is w as it is compared.
func bare(w string) string { return strings.ToLower(trimMarks(w)) }

func singular(w string) string {
	w = bare(w)
	if strings.HasSuffix(w, "ss") {
		return w
	}
	return strings.TrimSuffix(w, "s")
}

// closing returns the marks after w that end a part of a sentence. Quotation and
// what stands inside of words end nothing.
func closing(w string) string {
	return w[len(strings.TrimRight(w, ".,;:)")):]
}
