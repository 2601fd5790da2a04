package rank

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/inference/naming"
)

// fillers are the words that say nothing of a function.
var fillers = english.NewSet(`a about all an and any are as at be been being but by can could do does each either for from
	had has have how if in into is it its itself may more most must no nor not of off on once one only or other out over
	own same shall should so some such than that the their them then there these they this those through to under until
	up upon was we were what when where whether which while who whose why will with within without would you your
	return returns returned returning given specified provided current function functions method methods`)

// stems returns the stems of the words in s, of at most longest of its bytes.
func stems(s string) []string {
	const longest = 1 << 14
	var all []string
	for w := range naming.EachWord(s[:min(len(s), longest)]) {
		all = append(all, stem(strings.ToLower(w)))
	}
	return all
}

// content returns the stems of the words of a sentence that say something.
func content(s string) []string {
	var all []string
	for w := range naming.EachWord(s) {
		if w = strings.ToLower(w); len(w) > 1 && !fillers.Has(w) {
			all = append(all, stem(w))
		}
	}
	return all
}

// stem cuts the endings of the plural and of verbs off an English word in lower
// case. It need not be a word: only words of one kind must become equal.
func stem(w string) string {
	cut := func(suffix string, least int) bool {
		rest, ok := strings.CutSuffix(w, suffix)
		if ok = ok && len(rest) >= least; ok {
			w = rest
		}
		return ok
	}
	switch {
	case cut("ies", 2):
		w += "y"
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
	default:
		cut("s", 3)
	}
	if cut("ing", 3) || cut("ed", 3) {
		if n := len(w); n > 3 && w[n-1] == w[n-2] && strings.IndexByte("bdgmnprt", w[n-1]) >= 0 {
			w = w[:n-1]
		}
	}
	cut("e", 3)
	return w
}

// shortest is the length of the shortest stem that stands for the longer words
// that begin with it: conn for connection.
const shortest = 4

// bag is a set of stems.
type bag struct{ whole, beginnings map[string]bool }

func newBag(stems []string) bag {
	b := bag{map[string]bool{}, map[string]bool{}}
	for _, s := range stems {
		if b.whole[s] {
			continue
		}
		b.whole[s] = true
		for i := shortest; i < len(s); i++ {
			b.beginnings[s[:i]] = true
		}
	}
	return b
}

// has reports whether a stem is in the bag, or one of both is the beginning of
// the other.
func (b bag) has(stem string) bool {
	if b.whole[stem] || len(stem) >= shortest && b.beginnings[stem] {
		return true
	}
	for i := shortest; i < len(stem); i++ {
		if b.whole[stem[:i]] {
			return true
		}
	}
	return false
}

// count returns how many of stems are in the bag.
func (b bag) count(stems []string) int {
	n := 0
	for _, s := range stems {
		if b.has(s) {
			n++
		}
	}
	return n
}

// likeness is the F measure of the longest common subsequence of two lists of
// words, from 0 to 1.
func likeness(a, b []string) float64 {
	longest := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := longest[j+1]
			if x == y {
				longest[j+1] = diagonal + 1
			} else {
				longest[j+1] = max(above, longest[j])
			}
			diagonal = above
		}
	}
	return 2 * float64(longest[len(b)]) / float64(max(1, len(a)+len(b)))
}

// spoken returns the words of a sentence in lower case, without the marks
// around them.
func spoken(s string) []string {
	words := strings.Fields(strings.ToLower(s))
	for i, w := range words {
		words[i] = strings.Trim(w, `.,;:!?"'()[]`)
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
