// Package english is the little English that gloss knows: which words are verbs,
// their third person, articles, plurals. It is made for sentences about
// functions and for the words that names of functions are made of.
package english

import (
	"slices"
	"strings"
)

// Set is a set of words, sorted and in lower case.
type Set []string

// NewSet returns the words of list, which blanks divide.
func NewSet(list string) Set {
	words := strings.Fields(list)
	slices.Sort(words)
	return slices.Compact(words)
}

// Has reports whether word, in whatever case, is in the set.
func (s Set) Has(word string) bool {
	_, ok := slices.BinarySearch(s, strings.ToLower(word))
	return ok
}
