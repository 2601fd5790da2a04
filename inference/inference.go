// Package inference turns a function into a one-line summary.
//
// A prompt form says what is asked, a generate.Generator continues it, and a
// Writer chooses what of that is shown: it is a Summarizer. A Scheduler stands
// before it and decides what is worth the model's time, and when. Open puts all
// of them together, with a cache, as a Service. The package knows nothing of
// editors, documents or syntax trees.
package inference

import (
	"context"
	"errors"
	"time"

	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/inference/identity"
	"github.com/gloss-lsp/gloss/inference/naming"
)

// Function is what a summary is asked for.
type Function = identity.Function

// Key stands for everything that decides a summary.
type Key = identity.Key

// Source says where a summary comes from.
type Source string

// The sources of a summary.
const (
	SourceModel Source = "model" // written by the model
	SourceDoc   Source = "doc"   // the first sentence of the doc comment
	SourceName  Source = "name"  // derived from the function's name
)

// Summary is one line of plain text about a function.
type Summary struct {
	Text   string
	Source Source
	// Model is the name of the model that wrote Text, "" for other sources.
	Model string
	// Cached is true when no inference ran for this answer.
	Cached bool
	// Elapsed is the time the model took, 0 when Cached.
	Elapsed time.Duration
	// Confidence, between 0 and 1, is the estimated share of good texts among
	// those that the ranker in the model's description, or else its calibration,
	// takes for as good as this one: of right ones, for the shipped model. It
	// is 0 where nothing is known: no model was asked, or it has neither.
	Confidence float64
	// Truncated is true when the model came to the bound of its output before
	// its sentence was complete. It is not kept in the cache.
	Truncated bool
}

// FromName returns the sentence of f's name as a Summary, if it has one.
func FromName(f Function) (Summary, bool) {
	text, ok := naming.Sentence(f)
	if !ok {
		return Summary{}, false
	}
	return Summary{Text: text, Source: SourceName}, true
}

// Sure returns s where it is likely enough to be good: where its confidence is
// at least so much, or not known. Else it returns the sentence of f's name,
// which may say little and is hardly ever wrong, and reports false where there
// is none.
func Sure(s Summary, f Function, minConfidence float64) (Summary, bool) {
	if s.Source == SourceName || s.Confidence == 0 || s.Confidence >= minConfidence {
		return s, true
	}
	return FromName(f)
}

// surely reports whether Sure returns s itself.
func surely(s Summary, f Function, minConfidence float64) bool {
	shown, ok := Sure(s, f, minConfidence)
	return ok && shown.Text == s.Text
}

// Summarizer writes summaries. It is safe for concurrent use; whether calls
// run in parallel or in turn is its own affair.
type Summarizer interface {
	// Key changes whenever f could get another summary: it covers what of f is
	// read, the model's files, the prompt form's version and the generation
	// parameters. It is asked often and needs no model loaded.
	Key(f Function) Key
	// Summarize writes the summary of f. It returns ctx.Err() when ctx ends,
	// an error wrapping ErrUnavailable when no model can run at all, and an
	// error wrapping ErrNoSummary when the model ran and wrote nothing usable.
	Summarize(ctx context.Context, f Function) (Summary, error)
}

// Queue is a Summarizer where others wait too, in the order of priorities.
type Queue interface {
	Summarizer
	// SummarizeAt is Summarize with a priority. Higher ones may come by raised.
	SummarizeAt(ctx context.Context, f Function, p Priority, raised <-chan Priority) (Summary, error)
}

var (
	// ErrUnavailable means that no model can run until something outside the
	// request changes: the library, the model's files or the settings.
	ErrUnavailable = generate.ErrUnavailable
	// ErrNoSummary means that the model ran and its output was empty or
	// degenerate. The same is written again, unless another Variation is asked
	// for.
	ErrNoSummary = errors.New("the model wrote no usable summary")
)
