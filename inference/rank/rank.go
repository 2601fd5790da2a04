// Package rank tells which of several texts about a function is likeliest to be
// good, and how likely that is.
//
// A text is judged by sixteen numbers: how likely the model finds it,
// how it is made, how much of it stands in the code, and whether the other texts
// say the same. A model's description holds what each of them weighs; models/train
// learns that from functions whose authors have said what they do.
package rank

import (
	"fmt"
	"slices"

	"github.com/gloss-lsp/gloss/models"
)

// Ranker weighs features.
type Ranker struct {
	model, name weights
	confidence  models.Confidence
}

// weights are those of one kind of text, one for each feature.
type weights struct {
	bias float64
	of   []float64
}

// New returns the ranker that a model's description holds.
func New(r *models.Ranker) (*Ranker, error) {
	if r.Version != Version {
		return nil, fmt.Errorf("ranker.version is %d, and this gloss knows %d: the weights belong to another gloss; learn them anew with models/train/rank, or leave ranker out", r.Version, Version)
	}
	model, err := newWeights("model", r.Model)
	if err != nil {
		return nil, err
	}
	name, err := newWeights("name", r.Name)
	if err != nil {
		return nil, err
	}
	return &Ranker{model, name, r.Confidence}, nil
}

func newWeights(kind string, w models.Weights) (weights, error) {
	ws := weights{w.Bias, make([]float64, len(features))}
	for name, weight := range w.Features {
		i := slices.IndexFunc(features, func(f feature) bool { return f.name == name })
		if i < 0 {
			return weights{}, fmt.Errorf("ranker.%s has a weight for %q, which this gloss does not know; it knows %v", kind, name, Names())
		}
		ws.of[i] = weight
	}
	return ws, nil
}

// Best returns the index of the candidate that is likeliest to be good and how
// likely that is, from 0 to 1. Of equals the first is taken; of none, -1.
func (r *Ranker) Best(g Group) (best int, confidence float64) {
	best, score := -1, 0.0
	for i, values := range g.Features() {
		if s := r.score(g.Candidates[i], values); best < 0 || s > score {
			best, score = i, s
		}
	}
	if best < 0 {
		return best, 0
	}
	return best, r.confidence.At(score)
}

// score is what the weights make of a candidate with these features.
func (r *Ranker) score(c Candidate, values []float64) float64 {
	w := r.model
	if c.Name {
		w = r.name
	}
	sum := w.bias
	for i, v := range values {
		sum += w.of[i] * v
	}
	return sum
}
