package onnx

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// GenerateOptions are the parameters of one generation, named as in Hugging
// Face's GenerationConfig. The zero value of each turns it off.
type GenerateOptions struct {
	// PrefixLen is the number of tokens at the start of the prompt that many
	// prompts share. Their keys and values are kept and not computed again.
	// The prompt is read in two parts even the first time, so that a graph
	// that scales activations dynamically rounds alike each time.
	PrefixLen int
	// MaxNewTokens bounds the output; 0 gives an empty one.
	MaxNewTokens int
	// EOS lists the tokens that end the output; they are not part of it.
	EOS []int64
	// Stop is asked after every token with the output so far and ends the
	// generation when it returns true. The token stays in the output. Others of
	// the batch wait meanwhile.
	Stop func(ids []int64) bool

	// Temperature above 0 draws tokens at random; 0 takes the likeliest.
	Temperature float32
	TopP        float32 // of the probability mass, 0 < p < 1
	TopK        int
	// RepetitionPenalty above 1 makes tokens of the prompt and the output
	// less likely.
	RepetitionPenalty float32
	// NoRepeatNgramSize forbids that a run of so many tokens, prompt
	// included, occurs twice.
	NoRepeatNgramSize int
	// Seed makes draws repeatable.
	Seed uint64

	// Score lists other continuations of the prompt, EOS included where it
	// counts, whose probabilities are wanted as well. Each costs a step, or one
	// for each of its tokens where the graph gives logits for one position only.
	Score [][]int64

	// Detours is how many other texts the model is to write: of the places where
	// its first and its second token were closest, each takes the second, and the
	// likeliest from there on. Each costs a step for each token that it does not
	// share with the output. It goes with none of the ways to choose a token
	// above.
	Detours int
}

// Reason says why a generation ended.
type Reason string

// The reasons of an end.
const (
	EOS    Reason = "eos"
	Length Reason = "length" // MaxNewTokens, or the model's last position
	Stop   Reason = "stop"   // GenerateOptions.Stop
)

// Output is what a generation gave.
type Output struct {
	IDs    []int64 // without the token that ended it
	Reason Reason
	// LogProbs holds the natural logarithm of the probability of each of IDs
	// where it stands, and End that of the token of EOS that ended them, 0 for
	// another Reason. They are the model's own: before penalties, temperature
	// and the like. A beam search leaves End 0.
	LogProbs []float64
	End      float64
	// Scores holds the same for each token of each of GenerateOptions.Score.
	Scores [][]float64

	// Margins holds, where there are to be Detours, how far the second likeliest
	// token is behind at each place of IDs, and at that of the token of EOS that
	// ended them: the difference of the logarithms of their probabilities.
	Margins []float64
	Detours []Detour // the closest place first

	Prefill      time.Duration // reading the prompt
	Decode       time.Duration // writing the output after its first token
	PromptTokens int
	PrefixTokens int // of the prompt, not read again
}

// Generate continues prompt, a list of 1 to Context-1 token ids. It waits for
// its turn when as many generations are at work as Options allow. When ctx
// ends, it stops inside ONNX Runtime, or after what others of its batch are doing,
// and returns ctx.Err(); the model stays usable.
func (m *Model) Generate(ctx context.Context, prompt []int64, o GenerateOptions) (Output, error) {
	s, err := m.begin(ctx, prompt, o)
	if err != nil {
		return Output{}, err
	}
	defer s.end()

	out := Output{Reason: Length, PromptTokens: len(prompt)}
	limit := m.limit(prompt, o)
	sampler := newSampler(o)
	var rivals []rival

	began := time.Now()
	if prompt, err = s.open(prompt); err != nil {
		return out, err
	}
	ids := slices.Clone(prompt)
	if out.PrefixTokens, err = s.readPrefix(prompt, o.PrefixLen); err != nil {
		return out, err
	}
	for len(out.IDs) < limit {
		var logits []float32
		if len(out.IDs) == 0 {
			logits, err = s.forward(prompt[s.tokens():])
			out.Prefill = time.Since(began)
		} else {
			logits, err = s.next(ids[len(ids)-1])
		}
		if err != nil {
			return out, err
		}
		next, err := sampler.next(logits, ids)
		if err != nil {
			return out, fmt.Errorf("run %s: %w", m.name, err)
		}
		prob := logProb(logits, next)
		if o.Detours > 0 {
			rivals = append(rivals, newRival(logits, next, prob))
			out.Margins = append(out.Margins, rivals[len(rivals)-1].margin)
		}
		if slices.Contains(o.EOS, next) {
			out.Reason, out.End = EOS, prob
			break
		}
		ids = append(ids, next)
		out.LogProbs = append(out.LogProbs, prob)
		out.IDs = ids[len(prompt):]
		if o.Stop != nil && o.Stop(out.IDs) {
			out.Reason = Stop
			break
		}
	}
	out.Decode = time.Since(began) - out.Prefill
	if out.Detours, err = s.detours(prompt, out, rivals, o); err != nil {
		return out, err
	}
	out.Scores, err = s.scores(prompt, o.Score)
	return out, err
}

// begin checks what is asked for and waits for a sequence that has room for it,
// which is then empty.
func (m *Model) begin(ctx context.Context, prompt []int64, o GenerateOptions) (*sequence, error) {
	if err := m.check(prompt, o); err != nil {
		return nil, err
	}
	s, err := m.acquire(ctx)
	if err != nil {
		return nil, err
	}
	if s.run, err = newRun(ctx); err != nil {
		m.release(s)
		return nil, err
	}
	s.cache.reset(s.place, m.head(len(prompt))+max(m.limit(prompt, o), longest(o.Score)))
	return s, nil
}

func (s *sequence) end() {
	s.run.end()
	s.model.release(s)
}

// limit is the most tokens that may be written.
func (m *Model) limit(prompt []int64, o GenerateOptions) int {
	return min(o.MaxNewTokens, m.Room(len(prompt)))
}

func longest(lists [][]int64) int {
	n := 0
	for _, l := range lists {
		n = max(n, len(l))
	}
	return n
}

// check refuses what cannot be run.
func (m *Model) check(prompt []int64, o GenerateOptions) error {
	if len(prompt) == 0 {
		return fmt.Errorf("run %s: the prompt is empty", m.name)
	}
	if m.sig.encodes && len(prompt) > m.sig.context {
		return fmt.Errorf("run %s: the prompt has %d tokens, but the model's encoder has %d positions; shorten the input (maxInputTokens)", m.name, len(prompt), m.sig.context)
	}
	if m.Room(len(prompt)) < 1 {
		return fmt.Errorf("run %s: the prompt has %d tokens, but the model has %d positions for prompt and output together; shorten the input (maxInputTokens)", m.name, len(prompt), m.sig.context)
	}
	if n := m.head(len(prompt)) + longest(o.Score); n > m.sig.context {
		return fmt.Errorf("run %s: the prompt and a text to score have %d tokens, but the model has %d positions for them; shorten the input (maxInputTokens)", m.name, n, m.sig.context)
	}
	for _, id := range slices.Concat(append([][]int64{prompt}, o.Score...)...) {
		if id < 0 || id >= int64(m.sig.vocab) {
			return fmt.Errorf("run %s: the prompt has token %d, but the model knows 0 to %d; do tokenizer.json and the graph belong together?", m.name, id, m.sig.vocab-1)
		}
	}
	switch {
	case o.MaxNewTokens < 0, o.TopK < 0, o.NoRepeatNgramSize < 0, o.PrefixLen < 0, o.Detours < 0:
		return fmt.Errorf("run %s: a negative number among the generation options", m.name)
	case !(o.Temperature >= 0) || math.IsInf(float64(o.Temperature), 1):
		return fmt.Errorf("run %s: the temperature is %v; it must be 0 or above", m.name, o.Temperature)
	case !(o.TopP >= 0 && o.TopP <= 1):
		return fmt.Errorf("run %s: top-p is %v; it must lie between 0 and 1", m.name, o.TopP)
	case !(o.RepetitionPenalty >= 0) || math.IsInf(float64(o.RepetitionPenalty), 1):
		return fmt.Errorf("run %s: the repetition penalty is %v; it must be above 0", m.name, o.RepetitionPenalty)
	case o.Detours > 0 && newSampler(o).edits():
		return fmt.Errorf("run %s: detours are of the likeliest tokens; they go with no temperature, no penalty and no ban", m.name)
	}
	return nil
}
