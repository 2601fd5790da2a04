package onnx

import (
	"cmp"
	"fmt"
	"slices"
)

// Detour is another text that the model could have written: at one place it
// takes the second likeliest token, and from there on the likeliest again.
type Detour struct {
	At       int     // the place of that token in IDs
	IDs      []int64 // without the token that ended it
	Reason   Reason
	LogProbs []float64 // of IDs, as in Output
}

// rival is the token that was second at a place of the output, and by how much.
type rival struct {
	id      int64
	logProb float64
	margin  float64 // between the logarithms of both probabilities
}

// newRival finds the second likeliest token, where logProb is that of the
// likeliest.
func newRival(logits []float32, likeliest int64, logProb float64) rival {
	second := -1
	for i, l := range logits {
		if int64(i) != likeliest && (second < 0 || l > logits[second]) {
			second = i
		}
	}
	if second < 0 { // a vocabulary of one
		return rival{}
	}
	margin := float64(logits[likeliest] - logits[second])
	return rival{int64(second), logProb - margin, margin}
}

// detours writes the detours of out, those at the closest places first. The
// cache holds the prompt and what has been read of out.
func (s *sequence) detours(prompt []int64, out Output, rivals []rival, o GenerateOptions) ([]Detour, error) {
	var all []Detour
	// The last places first: what the cache holds before them is still the output's.
	for _, at := range slices.Backward(closest(rivals, o.Detours)) {
		d, err := s.detour(prompt, out, at, rivals[at], o)
		if err != nil {
			return all, err
		}
		all = append(all, d)
	}
	slices.SortStableFunc(all, func(a, b Detour) int { return cmp.Compare(rivals[a.At].margin, rivals[b.At].margin) })
	return all, nil
}

// closest returns the n places with the least margins, in their order.
func closest(rivals []rival, n int) []int {
	places := make([]int, len(rivals))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(rivals[a].margin, rivals[b].margin) })
	places = places[:min(n, len(places))]
	slices.Sort(places)
	return places
}

// detour leaves out at one place for its rival. The cache holds the prompt and
// what stands before that place.
func (s *sequence) detour(prompt []int64, out Output, at int, r rival, o GenerateOptions) (Detour, error) {
	d := Detour{At: at, IDs: slices.Clone(out.IDs[:at]), Reason: Length, LogProbs: slices.Clone(out.LogProbs[:at])}
	s.cache.rewind(s.place, len(prompt)+at)
	for next, prob := r.id, r.logProb; ; {
		if slices.Contains(o.EOS, next) {
			d.Reason = EOS
			return d, nil
		}
		d.IDs, d.LogProbs = append(d.IDs, next), append(d.LogProbs, prob)
		switch {
		case o.Stop != nil && o.Stop(d.IDs):
			d.Reason = Stop
			return d, nil
		case len(d.IDs) == s.model.limit(prompt, o):
			return d, nil
		}
		logits, err := s.next(next)
		if err != nil {
			return d, err
		}
		if !finite(logits) {
			return d, fmt.Errorf("run %s: %w", s.model.name, errLogits)
		}
		next = int64(argmax(logits))
		prob = logProb(logits, next)
	}
}
