package inference

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/inference/rank"
	"github.com/gloss-lsp/gloss/models"
)

// Sampling says how the next token is chosen.
type Sampling = generate.Sampling

// WriterOptions say how summaries are written. The zero value of a field means
// the model's own choice, or the default that is named here.
type WriterOptions struct {
	// Timeout bounds the time of one summary (5 s), times the number of those
	// that share its steps. Below 0 it is the Generator's affair.
	Timeout time.Duration
	// MaxInputTokens bounds the tokens of code in a prompt.
	MaxInputTokens int
	// MaxOutputTokens bounds the generated tokens.
	MaxOutputTokens int
	Sampling        Sampling
	// Detours is how many other texts of the model Candidates returns at least,
	// where the likeliest token is taken, whatever came before; its ranker may
	// want more.
	Detours int
	// ModelOnly leaves the sentences of names out: what the model wrote is the
	// summary, or there is none.
	ModelOnly bool
}

// complete returns the options with what d and the defaults say in place of
// zeroes.
func (o WriterOptions) complete(d models.Description) (WriterOptions, error) {
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.MaxInputTokens == 0 || o.MaxInputTokens > d.MaxInputTokens {
		o.MaxInputTokens = d.MaxInputTokens
	}
	if o.MaxOutputTokens == 0 || o.MaxOutputTokens > d.MaxOutputTokens {
		o.MaxOutputTokens = d.MaxOutputTokens
	}
	switch {
	case o.Sampling.NumBeams <= 1: // none of them decides the text
		o.Sampling.NumBeams, o.Sampling.LengthPenalty = 0, 0
	case o.Sampling.Temperature > 0:
		return o, fmt.Errorf("inference.sampling: %d beams and a temperature of %v exclude each other; set numBeams to 0 or temperature to 0", o.Sampling.NumBeams, o.Sampling.Temperature)
	}
	if r := d.Ranker; r != nil {
		o.Detours = max(o.Detours, r.Detours)
	}
	if !o.Sampling.Greedy() {
		o.Detours = 0
	}
	return o, nil
}

// Writer is the Summarizer that asks a Generator in the form that its model
// wants, and chooses what is shown: one of the texts that come back, the sentence
// of the function's name, or nothing.
type Writer struct {
	generator   generate.Generator
	local       *loaded // what generator is, where it is shared
	description models.Description
	options     WriterOptions
	form        prompt.Form
	ranker      *rank.Ranker // nil without one
	identity    string       // of all that decides a summary besides the function
}

var _ Summarizer = (*Writer)(nil)

// OpenModel returns a Writer that runs m in this process.
func OpenModel(ctx context.Context, m *models.Model, runtime local.Options, o WriterOptions) (*Writer, error) {
	return (*Writer)(nil).Reopen(ctx, m, runtime, o)
}

// Reopen is OpenModel that goes on with what w, unless it is nil or closed, has
// loaded: if m is the same and is run in the same way, it need not be loaded
// again. Both are the caller's to close.
func (w *Writer) Reopen(ctx context.Context, m *models.Model, runtime local.Options, o WriterOptions) (*Writer, error) {
	if o.Sampling.NumBeams > 1 {
		runtime.Batch = 1
	}
	g, err := local.New(ctx, m, runtime)
	if err != nil {
		return nil, err
	}
	l := &loaded{Generator: g, runtime: runtime, users: 1}
	if w != nil && w.local != nil && w.local.runtime == runtime && w.local.Identity() == g.Identity() && w.local.retain() {
		l = w.local
	}
	next, err := NewWriter(l, m.Description, o)
	if err != nil {
		l.release()
		return nil, err
	}
	next.local = l
	return next, nil
}

// loaded is a model that several Writers run; the last one closes it.
type loaded struct {
	*local.Generator
	runtime local.Options

	mu    sync.Mutex
	users int
}

// retain counts another user, unless the last one has gone.
func (l *loaded) retain() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.users == 0 {
		return false
	}
	l.users++
	return true
}

func (l *loaded) release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.users--; l.users > 0 {
		return nil
	}
	return l.Generator.Close()
}

// NewWriter returns a Writer that asks g as d, the description of its model,
// says.
func NewWriter(g generate.Generator, d models.Description, o WriterOptions) (*Writer, error) {
	o, err := o.complete(d)
	if err != nil {
		return nil, err
	}
	w := &Writer{generator: g, description: d, options: o}
	if d.Ranker != nil {
		if w.ranker, err = rank.New(d.Ranker); err != nil {
			return nil, fmt.Errorf("model %s: gloss.json: %w", g.Name(), err)
		}
	}
	bounded := d
	bounded.MaxInputTokens = o.MaxInputTokens
	if w.form, err = prompt.New(bounded); err != nil {
		return nil, fmt.Errorf("model %s: %w", g.Name(), err)
	}
	identity := fmt.Appendf(nil, "%s/%+v/%d/%d/%+v/choice %d %d %d %t", g.Identity(), d.Prompt, o.MaxInputTokens, o.MaxOutputTokens, o.Sampling, choiceVersion, rank.Version, o.Detours, o.ModelOnly)
	sum := sha256.Sum256(identity) // keys are made often, and of less than that
	w.identity = string(sum[:])
	return w, nil
}

// Key implements Summarizer.
func (w *Writer) Key(f Function) Key {
	var place [128]byte // on the stack, for all that fits
	return f.Key(w.identity, prompt.AppendPlace(place[:0], w.description.Prompt, f))
}

// Load loads the model unless that is done. Its errors wrap ErrUnavailable; a
// later call tries again.
func (w *Writer) Load(ctx context.Context) error { return w.generator.Load(ctx) }

// Options returns the options in force: what was said, completed by what the
// model says and the defaults.
func (w *Writer) Options() WriterOptions { return w.options }

// Notify has f told when a model that this process loads does not run on the
// provider that it is to run on. It comes before Load.
func (w *Writer) Notify(f func(error)) {
	if w.local != nil {
		w.local.Notify(f)
	}
}

// Provider returns what a model that this process has loaded runs on, and why not
// on what it is to run on.
func (w *Writer) Provider() (onnx.Provider, error) {
	if w.local == nil {
		return "", nil
	}
	return w.local.Provider()
}

// ModelHash is that of the model's files (models.Model.Hash), with the provider
// that they are to run on unless that is the CPU.
func (w *Writer) ModelHash() string { return w.generator.Identity() }

// Concurrency returns the number of summaries that are worth writing at a time.
func (w *Writer) Concurrency() int {
	requests, _ := w.generator.Concurrency()
	return requests
}

// Close frees what is loaded, unless another Writer goes on with it.
func (w *Writer) Close() error {
	if w.local != nil {
		return w.local.release()
	}
	return w.generator.Close()
}

// Summarize implements Summarizer. It returns a text that the model wrote or
// the sentence of the function's name, whichever is likeliest to be good.
func (w *Writer) Summarize(ctx context.Context, f Function) (Summary, error) {
	start := time.Now()
	c, err := w.Candidates(ctx, f)
	if err != nil {
		return Summary{}, err
	}
	summary, ok := w.choose(f, c)
	if !ok {
		return Summary{}, fmt.Errorf("%w: %w", ErrNoSummary, c.Broken)
	}
	summary.Elapsed = time.Since(start)
	return summary, nil
}

// Candidates are the texts that a summary is chosen from.
type Candidates struct {
	// Model is what the model wrote and Name the sentence of the name; Detours are
	// what the model would have written had it taken another token where it was
	// least sure. The Text of each is "" where there is none.
	Model, Name Candidate
	Detours     []Candidate
	// Margins are those of Model (onnx.Output), where there were to be Detours.
	Margins []float64
	// Broken is why the model's output is no text, nil if it is one.
	Broken error
}

// Candidate is one of them.
type Candidate = rank.Candidate

// Group returns those of c that are texts, as a ranker judges them: it knows no
// text of unknown probability.
func (w *Writer) Group(f Function, c Candidates) rank.Group {
	g := rank.Group{Function: f, Mean: c.Model.Mean(), Margins: c.Margins}
	place := prompt.AppendPlace(nil, w.description.Prompt, f)
	g.File, g.Container, _ = strings.Cut(string(place), "\n")
	for _, c := range append([]Candidate{c.Model, c.Name}, c.Detours...) {
		if c.Text != "" && c.LogProbs != nil {
			g.Candidates = append(g.Candidates, c)
		}
	}
	return g
}

// detours is the number of detours that are taken for f.
func (w *Writer) detours(f Function) int {
	if f.Variation != 0 { // its text is drawn, and they are of the likeliest tokens
		return 0
	}
	return w.options.Detours
}

// Candidates asks the model about f. Errors are those of Summarize but
// ErrNoSummary.
func (w *Writer) Candidates(ctx context.Context, f Function) (Candidates, error) {
	if err := w.generator.Load(ctx); err != nil { // before the time is limited
		return Candidates{}, err
	}
	_, shared := w.generator.Concurrency()
	timeout := w.options.Timeout * time.Duration(shared)
	limited := ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}

	draft, named := FromName(f)
	request := generate.Request{
		Prompt:       w.form.Prompt(f),
		MaxNewTokens: w.options.MaxOutputTokens,
		Stop:         w.form.Done,
		Detours:      w.detours(f),
	}
	request.Sampling, request.Seed = drawn(w.options.Sampling, w.Key(f), f.Variation)
	if named {
		request.Score = []string{w.form.Answer(draft.Text)}
	}
	out, err := w.generator.Generate(limited, request)
	if err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			return Candidates{}, fmt.Errorf("the model %s took longer than %s for %s (setting inference.timeout, flag --timeout)", w.generator.Name(), timeout, f.Name)
		}
		return Candidates{}, err
	}
	place := prompt.AppendPlace(nil, w.description.Prompt, f)
	written := func(t generate.Text) (Candidate, error) {
		text, err := w.form.Summary(t.Text, f)
		if flaw := unworthy(text, f, place); flaw != "" {
			text, err = "", errors.New(flaw)
		}
		return Candidate{Text: text, LogProbs: t.LogProbs, Truncated: t.Truncated}, err
	}
	c := Candidates{Margins: out.Margins, Name: Candidate{Name: true}}
	c.Model, c.Broken = written(out.Text)
	for _, d := range out.Detours {
		detour, _ := written(d.Text) // a broken one is just none
		detour.Detour, detour.At = true, d.At
		c.Detours = append(c.Detours, detour)
	}
	if named { // without probabilities where there was no room, or the model does not tell them
		c.Name.Text, c.Name.LogProbs = draft.Text, out.Scores[0]
	}
	return c, nil
}
