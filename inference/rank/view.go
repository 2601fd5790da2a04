package rank

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/inference/identity"
)

// Candidate is a text that may be shown for a function.
type Candidate struct {
	Text string
	// LogProbs are the natural logarithms of the probabilities of its tokens.
	LogProbs []float64
	// Name is true for the sentence of the function's name, which the model did
	// not write.
	Name bool
	// Detour is true for what the model would have written had it taken another
	// token at the place At.
	Detour bool
	At     int
	// Truncated is true when the model came to the bound of its output.
	Truncated bool
}

// Mean is the mean log-probability of the tokens: the longer of two texts is not
// the less likely one for that.
func (c Candidate) Mean() float64 {
	sum := 0.0
	for _, p := range c.LogProbs {
		sum += p
	}
	return sum / float64(max(1, len(c.LogProbs)))
}

// Group is a function and what may be shown for it.
type Group struct {
	Function identity.Function
	// File and Container are what the prompt says of the place where it stands,
	// and all that may be read of that: a summary is kept by it.
	File, Container string
	Candidates      []Candidate
	// Margins are those of the text that the model wrote first (onnx.Output).
	Margins []float64
}

// Features returns for each candidate the values of all features.
func (g Group) Features() [][]float64 {
	shared := newGroup(g)
	views := make([]*view, len(g.Candidates))
	for i, c := range g.Candidates {
		views[i] = newView(c, shared)
	}
	all := make([][]float64, len(views))
	for i, v := range views {
		v.compare(views)
		for _, f := range features {
			all[i] = append(all[i], f.of(v))
		}
	}
	return all
}

// group is what the texts of a function share.
type group struct {
	nameWords                               []string
	code, name, file, container, parameters bag
	modelMean, nameMean                     float64
	margin, firstMargin                     float64
	named                                   bool
}

func newGroup(g Group) *group {
	f := g.Function
	s := &group{nameWords: stems(f.Name)}
	s.name = newBag(s.nameWords)
	s.code = newBag(append(stems(f.Code), s.nameWords...))
	s.file = newBag(stems(g.File))
	s.container = newBag(stems(g.Container))
	s.parameters = newBag(stems(parameters(f)))
	if len(g.Margins) > 0 {
		s.margin, s.firstMargin = slices.Min(g.Margins), g.Margins[0]
	}
	for _, c := range g.Candidates {
		switch {
		case c.Name:
			s.named, s.nameMean = true, c.Mean()
		case !c.Detour:
			s.modelMean = c.Mean()
		}
	}
	return s
}

// view is a text with what features ask of it.
type view struct {
	Candidate
	group                              *group
	mean, spread                       float64
	ascending                          []float64 // LogProbs
	spoken, content                    []string
	letters                            float64
	foreign, missing                   int
	sameVerb                           bool
	rivalMean                          float64 // of the model's other texts, the greatest
	agreement, verbAgreement, likeName float64
}

func newView(c Candidate, g *group) *view {
	v := &view{Candidate: c, group: g, mean: c.Mean(), spoken: spoken(c.Text), content: content(c.Text)}
	for _, p := range c.LogProbs {
		v.spread += (p - v.mean) * (p - v.mean) / float64(len(c.LogProbs))
	}
	v.spread = math.Sqrt(v.spread)
	v.ascending = slices.Sorted(slices.Values(c.LogProbs))
	v.letters = float64(utf8.RuneCountInString(c.Text))
	for _, w := range v.content {
		if !g.code.has(w) && !g.container.has(w) && !g.file.has(w) {
			v.foreign++
		}
	}
	said := stems(c.Text)
	v.missing = len(g.nameWords) - newBag(said).count(g.nameWords)
	v.sameVerb = len(said) > 0 && len(g.nameWords) > 0 && newBag(said[:1]).has(g.nameWords[0])
	return v
}

// compare looks at the other texts.
func (v *view) compare(all []*view) {
	v.rivalMean = v.mean
	others, rivals := 0, 0
	for _, o := range all {
		if o == v {
			continue
		}
		others++
		like := likeness(v.spoken, o.spoken)
		v.agreement += like
		if len(v.spoken) > 0 && len(o.spoken) > 0 && v.spoken[0] == o.spoken[0] {
			v.verbAgreement++
		}
		if o.Name {
			v.likeName = like
			continue
		}
		if rivals++; rivals == 1 || o.mean > v.rivalMean {
			v.rivalMean = o.mean
		}
	}
	v.agreement /= float64(max(1, others))
	v.verbAgreement /= float64(max(1, others))
}

// at returns the log-probability of the i-th token, 0 if there is none.
func (v *view) at(i int) float64 {
	if i < len(v.LogProbs) {
		return v.LogProbs[i]
	}
	return 0
}

// low returns the i-th of the log-probabilities in ascending order, or the last.
func (v *view) low(i int) float64 {
	if len(v.ascending) == 0 {
		return 0
	}
	return v.ascending[min(i, len(v.ascending)-1)]
}

// contentIn returns the share of the words that say something that are in b.
func (v *view) contentIn(b bag) float64 {
	return float64(b.count(v.content)) / float64(max(1, len(v.content)))
}

// share returns that of some words among all.
func (v *view) share(words ...string) float64 {
	n := 0
	for _, w := range v.spoken {
		if slices.Contains(words, w) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(v.spoken)))
}

func (v *view) says(words ...string) bool {
	return slices.ContainsFunc(v.spoken, func(w string) bool { return slices.Contains(words, w) })
}

func (v *view) begins(words ...string) bool {
	return len(v.spoken) > 0 && slices.Contains(words, v.spoken[0])
}

// parameters returns what stands in the brackets after the function's name, as
// far as they can be told without a grammar.
func parameters(f identity.Function) string {
	const longest = 2000
	at := strings.Index(f.Code, f.Name)
	if at < 0 {
		return ""
	}
	code := f.Code[at:]
	open := strings.IndexByte(code, '(')
	if open < 0 {
		return ""
	}
	code = code[open:min(len(code), open+longest)]
	depth := 0
	for i := range len(code) {
		switch code[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return code[:i]
			}
		}
	}
	return code
}
