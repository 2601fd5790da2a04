// Package generate says what is asked of whatever continues a prompt, and what
// it answers. Text goes in and text comes out: token ids are its own affair, so
// that a server elsewhere can do the work as well as a model in this process.
package generate

import (
	"context"
	"errors"

	"github.com/gloss-lsp/gloss/inference/prompt"
)

// Generator continues prompts. It is safe for concurrent use; whether calls run
// in parallel or in turn is its own affair.
type Generator interface {
	// Name is what users call the model.
	Name() string
	// Identity changes whenever a request could get another output. It is asked
	// often and needs nothing loaded.
	Identity() string
	// Load prepares to generate unless that is done. Its errors wrap
	// ErrUnavailable; a later call tries again.
	Load(ctx context.Context) error
	// Generate continues r.Prompt. It loads if need be, and returns ctx.Err() when
	// ctx ends.
	Generate(ctx context.Context, r Request) (Output, error)
	// Concurrency returns the number of requests that are worth running at a
	// time, and how many of them share each step, so that each takes as many
	// times as long: 1 and 1 until it is loaded.
	Concurrency() (requests, shared int)
	// Close frees what is loaded. The Generator may be used again: it loads anew.
	Close() error
}

// ErrUnavailable means that nothing can be generated until something outside of
// the request changes: the library, the model's files or the settings.
var ErrUnavailable = errors.New("no model is available")

// Request is what is asked.
type Request struct {
	Prompt prompt.Prompt
	// MaxNewTokens bounds the output.
	MaxNewTokens int
	// Stop is asked after every token with the text so far, and ends the
	// generation when it returns true.
	Stop func(text string) bool
	// Score lists other continuations whose probabilities are wanted as well.
	Score []string
	// Detours is how many other texts are to be written: of the places where the
	// first and the second token were closest, each takes the second, and the
	// likeliest from there on. They go with the zero Sampling only.
	Detours  int
	Sampling Sampling
	// Seed makes draws repeatable.
	Seed uint64
}

// Sampling says how the next token is chosen, named as in Hugging Face's
// GenerationConfig. The zero value is greedy: the likeliest token, always.
type Sampling struct {
	// Temperature above 0 draws tokens at random. The draws of one function
	// are always the same.
	Temperature       float32
	TopP              float32
	TopK              int
	RepetitionPenalty float32
	NoRepeatNgramSize int
	// NumBeams above 1 searches for the likeliest text with so many beams.
	NumBeams int
	// LengthPenalty is that of a beam search (onnx.BeamOptions).
	LengthPenalty float64
}

// Greedy reports whether the likeliest token is taken, always. top-p and top-k
// alone change nothing.
func (s Sampling) Greedy() bool {
	return s.NumBeams <= 1 && s.Temperature == 0 && s.NoRepeatNgramSize == 0 && (s.RepetitionPenalty == 0 || s.RepetitionPenalty == 1)
}

// Output is what a request gave.
type Output struct {
	Text
	// Scores holds, for each of Request.Score, the natural logarithm of the
	// probability of each of its tokens; nil where there was no room for them.
	Scores [][]float64
	// Margins holds, where there are to be Detours, how far the second likeliest
	// token was behind at each place of the text: the difference of the logarithms
	// of their probabilities.
	Margins []float64
	Detours []Detour // the closest place first
}

// Text is what was generated, and how.
type Text struct {
	Text string
	// LogProbs holds the natural logarithm of the probability of each of its
	// tokens, before penalties, temperature and the like.
	LogProbs []float64
	// Truncated is true when MaxNewTokens ended it, or the model's last position.
	Truncated bool
}

// Detour is another text that the model could have written.
type Detour struct {
	Text
	At int // the number of the token that is another
}
