package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// selector lets pairs into the corpus, each after all before it.
type selector struct {
	near      *nearDuplicates
	sentences map[string]int // how often each reference was let in
	perRepo   int            // cap of a repository's pairs
	perText   int            // cap of equal references on one side of the corpus
}

// take returns the pairs of one repository that are not near-duplicates of any
// pair before, in any repository or on either side, within the caps. A
// repository over its cap is thinned out at random, by a fixed seed.
func (s *selector) take(pairs []corpus.Pair, counts tally) []corpus.Pair {
	var taken []corpus.Pair
	for _, p := range pairs {
		key := strings.ToLower(p.Reference)
		switch {
		case s.sentences[key] >= s.perText:
			counts[frequent]++
		case s.near.add(p.Code):
			counts[duplicate]++
		default:
			s.sentences[key]++
			taken = append(taken, p)
		}
	}
	if len(taken) > s.perRepo {
		counts[overCap] += len(taken) - s.perRepo
		taken = sample(taken, s.perRepo)
	}
	return taken
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
