// Package inference turns a function into a one-line summary.
//
// An Engine joins a tokenizer, a prompt form and an ONNX session into a
// Summarizer. A Scheduler stands before it and decides what is worth the
// model's time, and when. The package knows nothing of editors, documents or
// syntax trees.
package inference

import (
	"context"
	"errors"
	"time"

	"github.com/gloss-lsp/gloss/inference/naming"
)

// Request asks for the summary of one function.
type Request struct {
	// Key identifies the function's language and normalized text, never its
	// position (chunker.Key).
	Key [32]byte
	// Language is the LSP language id, for example "go" or "csharp".
	Language string
	Name     string
	// Code is the function's normalized text, without its doc comment.
	Code string
	// Variation, unless it is 0, asks for another text than that of 0: by other
	// draws, and by drawing where otherwise the likeliest token is taken.
	Variation uint64
}

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
	// those that the model finds as likely as this one, by the calibration in
	// its description; docs/quality.md says what counts as good. It is 0 where
	// nothing is known: no model was asked, or it has no calibration.
	Confidence float64
	// Truncated is true when the model came to the bound of its output before
	// its sentence was complete. It is not kept in the cache.
	Truncated bool
}

// FromName returns the sentence of r's name as a Summary, if it has one.
func FromName(r Request) (Summary, bool) {
	text, ok := naming.Sentence(naming.Function{Language: r.Language, Name: r.Name, Code: r.Code})
	if !ok {
		return Summary{}, false
	}
	return Summary{Text: text, Source: SourceName}, true
}

// Sure returns s where it is likely enough to be good: where its confidence is
// at least so much, or not known. Else it returns the sentence of r's name,
// which may say little and is hardly ever wrong, and reports false where there
// is none.
func Sure(s Summary, r Request, minConfidence float64) (Summary, bool) {
	if s.Source == SourceName || s.Confidence == 0 || s.Confidence >= minConfidence {
		return s, true
	}
	return FromName(r)
}

// Summarizer writes summaries. It is safe for concurrent use; whether calls
// run in parallel or in turn is its own affair.
type Summarizer interface {
	// Identity changes whenever the same Request could get another answer:
	// it covers the model's files, the prompt form's version and the
	// generation parameters.
	Identity() string
	// Summarize writes the summary of r. It returns ctx.Err() when ctx ends,
	// an error wrapping ErrUnavailable when no model can run at all, and an
	// error wrapping ErrNoSummary when the model ran and wrote nothing usable.
	Summarize(ctx context.Context, r Request) (Summary, error)
}

var (
	// ErrUnavailable means that no model can run until something outside the
	// request changes: the library, the model's files or the settings.
	ErrUnavailable = errors.New("no model is available")
	// ErrNoSummary means that the model ran and its output was empty or
	// degenerate. Greedy decoding gives the same again, so a retry is useless.
	ErrNoSummary = errors.New("the model wrote no usable summary")
)
