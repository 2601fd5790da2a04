package onnx

import "math"

// rowsInput is the input by which a graph that trimLogits has rewritten is told
// the positions whose logits are wanted.
const rowsInput = "gloss.rows"

// scores is score for each of texts.
func (s *sequence) scores(prompt []int64, texts [][]int64) (all [][]float64, err error) {
	for _, text := range texts {
		probs, err := s.score(prompt, text)
		if err != nil {
			return nil, err
		}
		all = append(all, probs)
	}
	return all, nil
}

// score returns the natural logarithm of the probability of each token of text
// after prompt and the tokens of text before it. It takes the prompt's keys and
// values from the cache, which begins with them, and reads text in as few
// steps as the graph allows.
func (s *sequence) score(prompt, text []int64) ([]float64, error) {
	if missing := prompt[min(s.tokens(), len(prompt)-1) : len(prompt)-1]; len(missing) > 0 { // nothing was generated
		if _, err := s.forward(missing); err != nil {
			return nil, err
		}
	}
	s.cache.rewind(s.place, len(prompt)-1) // the logits after its last token are wanted
	unread := append(prompt[len(prompt)-1:len(prompt):len(prompt)], text...)
	unread = unread[:len(text)]
	var probs []float64
	for len(unread) > 0 {
		n := min(len(unread), s.model.scored, s.batch.family.most(s.tokens()))
		if err := s.read(unread[:n], n); err != nil {
			return nil, err
		}
		for i := range n {
			s.decode(i)
			if !finite(s.last) {
				return nil, errLogits
			}
			probs = append(probs, logProb(s.last, text[len(probs)]))
		}
		unread = unread[n:]
	}
	return probs, nil
}

// negligible is how far below the largest logit a token's share of the sum is
// left out: 49,152 of them would change it by 1e-4 at most.
const negligible = 20

// logProb returns the natural logarithm of the probability that the softmax of
// logits, which are finite, gives to id. Its error is below 2e-4.
func logProb(logits []float32, id int64) float64 {
	largest, sum := logits[argmax(logits)], 0.0
	for _, l := range logits {
		if x := l - largest; x > -negligible {
			sum += float64(exp(x))
		}
	}
	return float64(logits[id]-largest) - math.Log(sum)
}

// exp is e to the power of x, for x between -negligible and 0, with a relative
// error of about 4e-6. It takes half the time of math.Exp, which shows beside
// the steps of a small model: this runs for most of the vocabulary after every
// step.
func exp(x float32) float32 {
	power := x * math.Log2E
	whole := int32(power - 0.5)
	f := power - float32(whole) // -0.5 to 0.5
	fraction := 1 + f*(0.6931472+f*(0.2402265+f*(0.05550411+f*0.009618129)))
	return math.Float32frombits(uint32(whole+127)<<23) * fraction
}
