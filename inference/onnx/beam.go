package onnx

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// BeamOptions are those of a beam search, named as in Hugging Face's
// GenerationConfig.
type BeamOptions struct {
	// NumBeams is the number of texts that are continued side by side. Each
	// new token costs a step for each of them.
	NumBeams int
	// LengthPenalty is the power of a text's length, in tokens and with the one
	// that ends it, by which the logarithm of its probability is divided before
	// texts are compared. 0 prefers short texts, 1 compares the mean of the
	// tokens, more prefers long ones.
	LengthPenalty float64
}

// maxBeams bounds NumBeams.
const maxBeams = 64

// GenerateBeams continues prompt by the likeliest text that a beam search
// finds, where Generate takes the likeliest token each time. It ends when no
// text that is still being written could overtake one of NumBeams finished
// ones, as Hugging Face's early_stopping="never" has it. A text is finished by
// EOS, by o.Stop or by its length. o.Temperature must be 0. Others of a batch wait
// for the whole search.
func (m *Model) GenerateBeams(ctx context.Context, prompt []int64, o GenerateOptions, b BeamOptions) (Output, error) {
	if err := m.checkBeams(prompt, o, b); err != nil {
		return Output{}, err
	}
	s, err := m.begin(ctx, prompt, o)
	if err != nil {
		return Output{}, err
	}
	defer s.end()
	limit := m.limit(prompt, o)
	search := &beamSearch{GenerateOptions: o, BeamOptions: b, sequence: s, sampler: newSampler(o), limit: limit}
	best, out, err := search.run(prompt)
	out.PromptTokens = len(prompt)
	if err != nil {
		return out, err
	}
	prompt, out.IDs, out.Reason = best.ids[:search.head], best.ids[search.head:], best.reason
	// What the search adds up is of the probabilities after the processors.
	if out.LogProbs, err = s.score(prompt, out.IDs); err != nil {
		return out, err
	}
	out.Scores, err = s.scores(prompt, o.Score)
	return out, err
}

func (m *Model) checkBeams(prompt []int64, o GenerateOptions, b BeamOptions) error {
	if err := m.check(prompt, o); err != nil {
		return err
	}
	switch {
	case b.NumBeams < 1 || b.NumBeams > maxBeams:
		return fmt.Errorf("run %s: the number of beams is %d; it must lie between 1 and %d", m.name, b.NumBeams, maxBeams)
	case math.IsNaN(b.LengthPenalty) || math.Abs(b.LengthPenalty) > 10:
		return fmt.Errorf("run %s: the length penalty is %v; it must lie between -10 and 10", m.name, b.LengthPenalty)
	case o.Detours > 0:
		return fmt.Errorf("run %s: a beam search makes no detours", m.name)
	case o.Temperature > 0:
		return fmt.Errorf("run %s: a beam search draws nothing at random; with %d beams the temperature must be 0", m.name, b.NumBeams)
	}
	return nil
}

// beamSearch is one search.
type beamSearch struct {
	GenerateOptions
	BeamOptions
	sequence *sequence
	sampler  *sampler
	limit    int // most new tokens

	head         int      // tokens of a text that the search was given
	prompt       [][]byte // cache of the prompt
	promptTokens int
}

// hypothesis is a text that may become the output.
type hypothesis struct {
	ids     []int64 // prompt included
	logProb float64 // of all new tokens together
	score   float64 // logProb by length, once it is finished
	reason  Reason

	suffix [][]byte  // cache after the prompt
	next   []float64 // logarithms of the next token's probabilities
}

// run returns the best finished text.
func (b *beamSearch) run(prompt []int64) (best hypothesis, out Output, err error) {
	began := time.Now()
	if prompt, err = b.sequence.open(prompt); err != nil {
		return best, out, err
	}
	b.head = len(prompt)
	best = hypothesis{ids: prompt, reason: Length}
	if b.limit == 0 {
		return best, out, nil
	}
	if out.PrefixTokens, err = b.sequence.readPrefix(prompt, b.PrefixLen); err != nil {
		return best, out, err
	}
	root := hypothesis{ids: prompt}
	if err := b.read(&root, prompt[b.sequence.tokens():]); err != nil {
		return best, out, err
	}
	b.prompt, b.promptTokens = b.sequence.save(0), b.sequence.tokens()
	root.suffix = b.sequence.save(b.promptTokens)
	out.Prefill = time.Since(began)

	running, finished := []hypothesis{root}, []hypothesis(nil)
	for length := 1; len(running) > 0; length++ {
		var ended []hypothesis
		running, ended = b.extend(running, length)
		finished = append(finished, ended...)
		slices.SortStableFunc(finished, func(a, b hypothesis) int { return cmp.Compare(b.score, a.score) })
		finished = finished[:min(len(finished), b.NumBeams)]
		if len(finished) == b.NumBeams && !b.canOvertake(running, length, finished[len(finished)-1].score) {
			break
		}
		for i := range running {
			if err := b.step(&running[i]); err != nil {
				return best, out, err
			}
		}
	}
	if len(finished) > 0 { // else every token was forbidden
		best = finished[0]
	}
	out.Decode = time.Since(began) - out.Prefill
	return best, out, nil
}

// extend returns the NumBeams likeliest texts of one token more that go on, and
// those that end and are as likely. length is that of the new texts.
func (b *beamSearch) extend(running []hypothesis, length int) (going, ended []hypothesis) {
	for rank, c := range b.candidates(running) {
		if len(going) == b.NumBeams {
			break
		}
		h := hypothesis{ids: running[c.from].ids, logProb: c.logProb, suffix: running[c.from].suffix}
		if slices.Contains(b.EOS, c.token) {
			h.reason = EOS
		} else {
			h.ids = append(slices.Clip(h.ids), c.token)
			switch {
			case b.Stop != nil && b.Stop(h.ids[len(h.ids)-length:]):
				h.reason = Stop
			case length == b.limit:
				h.reason = Length
			default:
				going = append(going, h)
				continue
			}
		}
		if rank < b.NumBeams {
			h.score = b.normalized(h.logProb, length)
			h.suffix = nil
			ended = append(ended, h)
		}
	}
	return going, ended
}

// candidate is a text of one token more.
type candidate struct {
	from    int // place among the running ones
	token   int64
	logProb float64
}

// candidates returns the likeliest texts of one token more, best first, so
// many that NumBeams of them go on if each of the end-of-sequence tokens
// follows each of the running ones. Of equals the first comes first.
func (b *beamSearch) candidates(running []hypothesis) []candidate {
	size := b.NumBeams * (1 + max(1, len(b.EOS)))
	var best []candidate
	for from, h := range running {
		for token, p := range h.next {
			logProb := h.logProb + p
			if math.IsInf(logProb, -1) || len(best) == size && logProb <= best[size-1].logProb {
				continue
			}
			at, _ := slices.BinarySearchFunc(best, logProb, func(c candidate, p float64) int {
				if c.logProb >= p {
					return -1
				}
				return 1
			})
			best = slices.Insert(best, at, candidate{from, int64(token), logProb})
			best = best[:min(len(best), size)]
		}
	}
	return best
}

// normalized is the score of a finished text.
func (b *beamSearch) normalized(logProb float64, length int) float64 {
	return logProb / math.Pow(float64(length), b.LengthPenalty)
}

// canOvertake reports whether any of the running texts, which have length new
// tokens, could still get more than score. Each token makes a text less
// likely, so the length that suits it best bounds what it can get.
func (b *beamSearch) canOvertake(running []hypothesis, length int, score float64) bool {
	if b.LengthPenalty > 0 {
		length = b.limit
	} else {
		length++
	}
	return slices.ContainsFunc(running, func(h hypothesis) bool { return b.normalized(h.logProb, length) > score })
}

// step reads the last token of h after the others, whose cache it takes over.
func (b *beamSearch) step(h *hypothesis) error {
	b.sequence.cache.branch(b.sequence.place, b.prompt, b.promptTokens, h.suffix, len(h.ids)-1)
	if err := b.read(h, h.ids[len(h.ids)-1:]); err != nil {
		return err
	}
	h.suffix = b.sequence.save(b.promptTokens)
	return nil
}

// read reads ids and fills h.next.
func (b *beamSearch) read(h *hypothesis, ids []int64) error {
	logits, err := b.sequence.forward(ids)
	if err != nil {
		return err
	}
	h.next, err = b.logProbs(logits, h.ids)
	if err != nil {
		return fmt.Errorf("run %s: %w", b.sequence.model.name, err)
	}
	return nil
}

// logProbs returns the logarithms of the probabilities of the tokens after
// ids. Hugging Face lets the processors change these, not the logits.
func (b *beamSearch) logProbs(logits []float32, ids []int64) ([]float64, error) {
	largest, sum := float64(logits[argmax(logits)]), 0.0
	for _, l := range logits {
		if l-l != 0 { // NaN or infinite
			return nil, errLogits
		}
		sum += math.Exp(float64(l) - largest)
	}
	shift := largest + math.Log(sum)
	if !b.sampler.edits() {
		probs := make([]float64, len(logits))
		for i, l := range logits {
			probs[i] = float64(l) - shift
		}
		return probs, nil
	}
	edited := make([]float32, len(logits))
	for i, l := range logits {
		edited[i] = float32(float64(l) - shift)
	}
	b.sampler.penalizeRepetition(edited, ids)
	banRepeatedNgrams(edited, ids, b.NoRepeatNgramSize)
	probs := make([]float64, len(logits))
	for i, l := range edited {
		probs[i] = float64(l)
	}
	return probs, nil
}
