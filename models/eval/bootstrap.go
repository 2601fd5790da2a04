package eval

import (
	"math/rand/v2"
	"slices"
)

// Estimate is a mean with its interval.
type Estimate struct {
	Value float64 `json:"value"`
	// Low and High bound the 95 % interval.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Of the bootstrap: functions are drawn with replacement so many times, always
// the same way, and the interval holds the middle 95 % of the means. Functions
// of one repository resemble each other, so the intervals are, if anything,
// too narrow for functions of other repositories.
const (
	Resamples = 1000
	Seed      = 1
)

// estimate returns the mean of all values and its interval.
func estimate(values []float64) Estimate { return estimateGroups([][]float64{values}) }

// estimateGroups returns the mean of the groups' means and its interval, for
// which each group is drawn anew from its own values. Groups must hold
// something; no groups have the zero Estimate. Values in the same order draw
// the same functions, so that differences of two systems are paired.
func estimateGroups(groups [][]float64) Estimate {
	if len(groups) == 0 {
		return Estimate{}
	}
	var e Estimate
	for _, g := range groups {
		e.Value += mean(g) / float64(len(groups))
	}
	random := rand.New(rand.NewPCG(Seed, 0))
	means := make([]float64, Resamples)
	for i := range means {
		for _, g := range groups {
			sum := 0.0
			for range g {
				sum += g[random.IntN(len(g))]
			}
			means[i] += sum / float64(len(g)) / float64(len(groups))
		}
	}
	slices.Sort(means)
	e.Low, e.High = means[Resamples*25/1000], means[Resamples*975/1000-1]
	return e
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
