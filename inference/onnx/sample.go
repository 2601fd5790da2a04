package onnx

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// errLogits means that the model computed no usable numbers.
var errLogits = errors.New("the model's logits are not finite numbers: the file is damaged, or made for a GPU")

// sampler chooses the next token. The processors have Hugging Face's
// definitions and run in its order: repetition penalty, n-gram ban,
// temperature, top-k, top-p.
// https://huggingface.co/docs/transformers/internal/generation_utils#logitsprocessor
type sampler struct {
	GenerateOptions
	rng    *rand.Rand
	logits []float32 // scratch, and so are the rest
	order  []int
	probs  []float64
	seen   map[int64]bool
}

func newSampler(o GenerateOptions) *sampler {
	return &sampler{GenerateOptions: o, rng: rand.New(rand.NewPCG(o.Seed, 0)), seen: map[int64]bool{}}
}

// next returns the token that follows ids, the prompt and what was generated
// after it, given its logits, which it leaves alone.
func (s *sampler) next(logits []float32, ids []int64) (int64, error) {
	if !finite(logits) {
		return 0, errLogits
	}
	if s.edits() {
		s.logits = append(s.logits[:0], logits...)
		logits = s.logits
	}
	s.penalizeRepetition(logits, ids)
	banRepeatedNgrams(logits, ids, s.NoRepeatNgramSize)
	if s.Temperature == 0 {
		return int64(argmax(logits)), nil
	}
	largest := logits[argmax(logits)]
	for i := range logits { // the shift changes no probability and prevents overflow
		logits[i] = (logits[i] - largest) / s.Temperature
	}
	keepTopK(logits, s.TopK)
	s.keepTopP(logits)
	return int64(s.draw(logits)), nil
}

// finite reports whether no logit is NaN or infinite.
func finite(logits []float32) bool {
	for _, l := range logits {
		if l-l != 0 {
			return false
		}
	}
	return true
}

// edits reports whether any processor writes to the logits.
func (s *sampler) edits() bool {
	return s.Temperature != 0 || s.NoRepeatNgramSize > 0 || s.penalizes()
}

func (s *sampler) penalizes() bool { return s.RepetitionPenalty != 0 && s.RepetitionPenalty != 1 }

// penalizeRepetition divides positive and multiplies negative logits of
// tokens that occur in ids, each once. Keskar et al. 2019, arXiv:1909.05858.
func (s *sampler) penalizeRepetition(logits []float32, ids []int64) {
	if !s.penalizes() {
		return
	}
	clear(s.seen)
	for _, id := range ids {
		if s.seen[id] {
			continue
		}
		s.seen[id] = true
		if logits[id] < 0 {
			logits[id] *= s.RepetitionPenalty
		} else {
			logits[id] /= s.RepetitionPenalty
		}
	}
}

// banRepeatedNgrams makes impossible each token that would complete a run of
// n tokens that ids already holds. Paulus et al. 2017, arXiv:1705.04304.
func banRepeatedNgrams(logits []float32, ids []int64, n int) {
	if n <= 0 || len(ids) < n {
		return
	}
	tail := ids[len(ids)-(n-1):]
	for i := 0; i+n <= len(ids); i++ {
		if slices.Equal(ids[i:i+n-1], tail) {
			logits[ids[i+n-1]] = float32(math.Inf(-1))
		}
	}
}

// argmax returns the place of the largest logit, the first of equals.
func argmax(logits []float32) int {
	best := 0
	for i, l := range logits {
		if l > logits[best] {
			best = i
		}
	}
	return best
}

// keepTopK makes impossible all tokens below the k-th largest logit. Equals
// of the k-th stay, as Hugging Face has it.
func keepTopK(logits []float32, k int) {
	if k <= 0 || k >= len(logits) {
		return
	}
	sorted := slices.Clone(logits)
	slices.Sort(sorted)
	threshold := sorted[len(sorted)-k]
	for i, l := range logits {
		if l < threshold {
			logits[i] = float32(math.Inf(-1))
		}
	}
}

// keepTopP makes impossible the least likely tokens whose probabilities
// together are at most 1-p; the likeliest stays whatever p is. Holtzman et
// al. 2019, arXiv:1904.09751.
func (s *sampler) keepTopP(logits []float32) {
	if s.TopP <= 0 || s.TopP >= 1 {
		return
	}
	s.softmax(logits)
	s.order = s.order[:0]
	for i := range logits {
		s.order = append(s.order, i)
	}
	slices.SortStableFunc(s.order, func(a, b int) int { return cmp.Compare(s.probs[a], s.probs[b]) })
	sum := 0.0
	for _, i := range s.order[:len(s.order)-1] {
		if sum += s.probs[i]; sum > 1-float64(s.TopP) {
			return
		}
		logits[i] = float32(math.Inf(-1))
	}
}

// softmax fills s.probs.
func (s *sampler) softmax(logits []float32) {
	largest, sum := logits[argmax(logits)], 0.0
	s.probs = s.probs[:0]
	for _, l := range logits {
		p := math.Exp(float64(l - largest))
		s.probs = append(s.probs, p)
		sum += p
	}
	for i := range s.probs {
		s.probs[i] /= sum
	}
}

// draw returns a token with its probability.
func (s *sampler) draw(logits []float32) int {
	s.softmax(logits)
	point, last := s.rng.Float64(), 0
	for i, p := range s.probs {
		if p == 0 {
			continue
		}
		if last = i; point < p {
			return i
		}
		point -= p
	}
	return last // rounding left a rest
}
