package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/reference"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// selector lets pairs into one side of the corpus, each after all before it.
type selector struct {
	near      *reference.Duplicates
	sentences map[string]int // how often each reference was let in
	perText   int            // cap of equal references
	perRepo   int            // cap of a repository's described functions
	perNamed  int            // and of those of the tier Name
}

// take returns the pairs of one repository that are not near-duplicates of any
// pair before, in any repository or on either side, within the caps. A
// repository over its cap is thinned out at random, by a fixed seed.
func (s *selector) take(candidates []candidate, counts tally) []corpus.Pair {
	var described, named []corpus.Pair
	for _, c := range candidates {
		key := strings.ToLower(c.Reference)
		if c.Tier == corpus.Name {
			key = "\x00" + key // a name's sentence does not use up an author's
		}
		switch {
		case s.near.Add(c.signature):
			counts[duplicate]++
		case s.sentences[key] >= s.perText:
			counts[frequent]++
		case c.Tier == corpus.Name:
			s.sentences[key]++
			named = append(named, c.Pair)
		default:
			s.sentences[key]++
			described = append(described, c.Pair)
		}
	}
	if n := max(0, len(described)-s.perRepo) + max(0, len(named)-s.perNamed); n > 0 {
		counts[overCap] += n
	}
	return append(sample(described, s.perRepo), sample(named, s.perNamed)...)
}

// sample returns n random pairs in their order, the same ones every time.
func sample(pairs []corpus.Pair, n int) []corpus.Pair {
	if len(pairs) <= n {
		return pairs
	}
	random := rand.New(rand.NewPCG(3, 5))
	chosen := random.Perm(len(pairs))[:n]
	slices.Sort(chosen)
	var list []corpus.Pair
	for _, i := range chosen {
		list = append(list, pairs[i])
	}
	return list
}

// evaluation returns at most n random pairs of each language, languages in the
// order of their names.
func evaluation(pairs []corpus.Pair, n int) []corpus.Pair {
	byLanguage := map[string][]corpus.Pair{}
	var languages []string
	for _, p := range pairs {
		if byLanguage[p.Language] == nil {
			languages = append(languages, p.Language)
		}
		byLanguage[p.Language] = append(byLanguage[p.Language], p)
	}
	slices.Sort(languages)
	var list []corpus.Pair
	for _, l := range languages {
		list = append(list, sample(byLanguage[l], n)...)
	}
	return list
}

// strict returns the pairs that are measured on.
func strict(pairs []corpus.Pair) []corpus.Pair {
	return slices.DeleteFunc(pairs, func(p corpus.Pair) bool { return p.Tier != corpus.Strict })
}
