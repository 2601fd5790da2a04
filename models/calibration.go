package models

import (
	"cmp"
	"fmt"
	"slices"
)

// Calibration tells from the probability that a model gives to a text how good
// the text is likely to be. It is measured on functions that the model was not
// trained on; `gloss eval` says what counts as good.
type Calibration struct {
	// Model is for what the model wrote, Name for the sentence of a function's
	// name.
	Model Curve `json:"model"`
	Name  Curve `json:"name"`
}

// Curve is a line through points: the mean log-probability of a text's tokens,
// and the share of good texts among those of about that mean. Means ascend.
type Curve [][2]float64

// At returns the share for a mean. Beyond its ends the curve is level.
func (c Curve) At(mean float64) float64 {
	i, _ := slices.BinarySearchFunc(c, mean, func(p [2]float64, x float64) int { return cmp.Compare(p[0], x) })
	switch i {
	case 0:
		return c[0][1]
	case len(c):
		return c[len(c)-1][1]
	}
	before, after := c[i-1], c[i]
	return before[1] + (after[1]-before[1])*(mean-before[0])/(after[0]-before[0])
}

func (c *Calibration) check() error {
	for name, curve := range map[string]Curve{"model": c.Model, "name": c.Name} {
		if len(curve) == 0 {
			return fmt.Errorf("calibration.%s has no points", name)
		}
		for i, p := range curve {
			if !(p[1] >= 0 && p[1] <= 1) || i > 0 && !(p[0] > curve[i-1][0]) {
				return fmt.Errorf("calibration.%s: point %d is %v; means must ascend and shares lie between 0 and 1", name, i, p)
			}
		}
	}
	return nil
}

// Sample is one text of known worth.
type Sample struct {
	Mean float64 // log-probability of a token
	Good bool
}

// Fit returns a curve that never falls, through the means of equal parts of
// samples: a likelier text is not taken for a worse one. Fewer than one part of
// samples give no curve.
func Fit(samples []Sample, parts int) Curve {
	if parts < 1 || len(samples) < parts {
		return nil
	}
	sorted := slices.SortedFunc(slices.Values(samples), func(a, b Sample) int { return cmp.Compare(a.Mean, b.Mean) })
	type pool struct{ mean, good, count float64 } // sums
	var pools []pool
	for i := range parts {
		var p pool
		for _, s := range sorted[i*len(sorted)/parts : (i+1)*len(sorted)/parts] {
			p.mean += s.Mean
			p.count++
			if s.Good {
				p.good++
			}
		}
		// Pool adjacent violators.
		for len(pools) > 0 {
			last := pools[len(pools)-1]
			if last.good/last.count < p.good/p.count && last.mean/last.count < p.mean/p.count {
				break
			}
			p = pool{p.mean + last.mean, p.good + last.good, p.count + last.count}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	curve := make(Curve, len(pools))
	for i, p := range pools {
		curve[i] = [2]float64{p.mean / p.count, p.good / p.count}
	}
	return curve
}
