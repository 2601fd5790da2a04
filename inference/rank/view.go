package rank

import (
	"slices"

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
	// Mean and Margins (onnx.Output) are those of what the model wrote first, be
	// it among the candidates or not.
	Mean    float64
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
	nameWords                   []string
	code, name, file, container bag
	modelMean, margin           float64
}

func newGroup(g Group) *group {
	s := &group{nameWords: stems(g.Function.Name), modelMean: g.Mean}
	s.name = newBag(s.nameWords)
	s.code = newBag(append(stems(g.Function.Code), s.nameWords...))
	s.file = newBag(stems(g.File))
	s.container = newBag(stems(g.Container))
	if len(g.Margins) > 0 {
		s.margin = slices.Min(g.Margins)
	}
	return s
}

// view is a text with what features ask of it.
type view struct {
	Candidate
	group               *group
	mean                float64
	spoken, content     []string
	agreement, likeName float64
}

func newView(c Candidate, g *group) *view {
	return &view{Candidate: c, group: g, mean: c.Mean(), spoken: spoken(c.Text), content: content(c.Text)}
}

// compare looks at the other texts.
func (v *view) compare(all []*view) {
	for _, o := range all {
		if o == v {
			continue
		}
		like := likeness(v.spoken, o.spoken)
		v.agreement += like / float64(len(all)-1)
		if o.Name {
			v.likeName = like
		}
	}
}

// foreign returns how many of the words that say something stand nowhere.
func (v *view) foreign() int {
	n := 0
	for _, w := range v.content {
		if !v.group.code.has(w) && !v.group.container.has(w) && !v.group.file.has(w) {
			n++
		}
	}
	return n
}

// contentIn returns the share of the words that say something that are in b.
func (v *view) contentIn(b bag) float64 {
	return float64(b.count(v.content)) / float64(max(1, len(v.content)))
}

// missing returns how many words of the name the text does not say.
func (v *view) missing() int {
	return len(v.group.nameWords) - newBag(stems(v.Text)).count(v.group.nameWords)
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

// says is 1 where the text has one of words.
func (v *view) says(words ...string) float64 { return one(v.share(words...) > 0) }
