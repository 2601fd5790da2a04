package models

import (
	"errors"
	"fmt"
	"math"
)

// Ranker tells which of several texts about a function is likeliest to be good,
// and how good it is likely to be. It is learnt from functions that the model was
// not trained on. Package inference/rank knows what the weights are of.
type Ranker struct {
	// Version is that of the features.
	Version int `json:"version"`
	// Detours is the number of other texts that the model writes to be chosen
	// from (onnx.GenerateOptions).
	Detours int `json:"detours"`
	// Model is for what the model wrote, Name for the sentence of a function's
	// name.
	Model Weights `json:"model"`
	Name  Weights `json:"name"`
	// Confidence leads from the best text's score to the share of good ones among
	// those of about that score.
	Confidence Confidence `json:"confidence"`
}

// Confidence is the logistic function of offset + scale * score.
type Confidence struct {
	Offset float64 `json:"offset"`
	Scale  float64 `json:"scale"`
}

// At returns the confidence for a score.
func (c Confidence) At(score float64) float64 {
	return 1 / (1 + math.Exp(-c.Offset-c.Scale*score))
}

// Weights are those of a sum, the score. A feature without one does not count.
type Weights struct {
	Bias     float64            `json:"bias"`
	Features map[string]float64 `json:"features"`
}

const (
	maxDetours = 8
	maxWeight  = 1e4
)

func (r *Ranker) check() error {
	if r.Detours < 0 || r.Detours > maxDetours {
		return fmt.Errorf("ranker.detours is %d; it must lie between 0 and %d", r.Detours, maxDetours)
	}
	if c := r.Confidence; !(math.Abs(c.Offset) <= maxWeight) || !(c.Scale > 0 && c.Scale <= maxWeight) {
		return fmt.Errorf("ranker.confidence is %+v; offset must lie between -%g and %g, and scale between 0 and that", c, maxWeight, maxWeight)
	}
	return errors.Join(r.Model.check("ranker.model"), r.Name.check("ranker.name"))
}

func (w Weights) check(name string) error {
	if len(w.Features) == 0 {
		return fmt.Errorf("%s has no weights", name)
	}
	for feature, weight := range w.Features {
		if !(math.Abs(weight) <= maxWeight) {
			return fmt.Errorf("%s: the weight of %q is %v; it must lie between -%g and %g", name, feature, weight, maxWeight, maxWeight)
		}
	}
	if !(math.Abs(w.Bias) <= maxWeight) {
		return fmt.Errorf("%s.bias is %v; it must lie between -%g and %g", name, w.Bias, maxWeight, maxWeight)
	}
	return nil
}
