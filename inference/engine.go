package inference

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/inference/rank"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

// EngineOptions says how a model is run. The zero value of a field means the
// model's own choice, or the default that is named here.
type EngineOptions struct {
	// Library is the path of ONNX Runtime's shared library; "" searches.
	Library string
	// Parallel is the number of steps of the model that run at a time (1).
	Parallel int
	// Batch is the number of summaries that share a step (1) where the graph
	// allows it. All together take less time then, and each of them more: it is
	// for work that nobody waits for. A beam search shares nothing.
	Batch int
	// Threads bounds the cores of one step (an equal share of all).
	Threads int
	// Timeout bounds the time of one summary (5 s), times the number of those
	// that may share its steps.
	Timeout time.Duration
	// TimeoutBy is what a user sets Timeout by, for messages.
	TimeoutBy string
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

// greedy reports whether the likeliest token is taken, always. top-p and top-k
// alone change nothing.
func (s Sampling) greedy() bool {
	return s.NumBeams <= 1 && s.Temperature == 0 && s.NoRepeatNgramSize == 0 && (s.RepetitionPenalty == 0 || s.RepetitionPenalty == 1)
}

// Engine is the Summarizer that runs a model in this process. It loads the
// library, the tokenizer and the graph at the first summary, because an
// editor whose summaries are all cached needs none of them.
type Engine struct {
	model    *models.Model
	options  EngineOptions
	identity string       // of all that decides a summary besides the function
	ranker   *rank.Ranker // nil without one

	concurrency atomic.Int32 // of what is loaded
	mu          sync.Mutex   // held while loading
	loaded      *loaded
}

// loaded is everything that costs time and memory.
type loaded struct {
	tokenizer tokenizer.Tokenizer
	form      prompt.Form
	graph     *onnx.Model
}

var _ Summarizer = (*Engine)(nil)

// NewEngine prepares to run m. It reads m's files once, for Key, and fails when
// they cannot be read, or when ctx ends before that is done.
func NewEngine(ctx context.Context, m *models.Model, o EngineOptions) (*Engine, error) {
	hash, err := m.Hash(ctx)
	if err != nil {
		return nil, err
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	o.Parallel = min(max(1, o.Parallel), runtime.NumCPU())
	if o.Threads == 0 && o.Parallel > 1 {
		o.Threads = max(1, runtime.GOMAXPROCS(0)/o.Parallel)
	}
	if o.MaxInputTokens == 0 || o.MaxInputTokens > m.Description.MaxInputTokens {
		o.MaxInputTokens = m.Description.MaxInputTokens
	}
	if o.MaxOutputTokens == 0 || o.MaxOutputTokens > m.Description.MaxOutputTokens {
		o.MaxOutputTokens = m.Description.MaxOutputTokens
	}
	if o.Sampling.NumBeams > 1 {
		o.Batch = 1
	}
	switch {
	case o.Sampling.NumBeams <= 1: // none of them decides the text
		o.Sampling.NumBeams, o.Sampling.LengthPenalty = 0, 0
	case o.Sampling.Temperature > 0:
		return nil, fmt.Errorf("inference.sampling: %d beams and a temperature of %v exclude each other; set numBeams to 0 or temperature to 0", o.Sampling.NumBeams, o.Sampling.Temperature)
	}
	e := &Engine{model: m, options: o}
	if r := m.Description.Ranker; r != nil {
		if e.ranker, err = rank.New(r); err != nil {
			return nil, fmt.Errorf("model %s: gloss.json: %w", m, err)
		}
		e.options.Detours = max(o.Detours, r.Detours)
	}
	if !o.Sampling.greedy() {
		e.options.Detours = 0
	}
	identity := fmt.Appendf(nil, "%s/%+v/%d/%d/%+v/choice %d %d %d %t", hash, m.Description.Prompt, o.MaxInputTokens, o.MaxOutputTokens, o.Sampling, choiceVersion, rank.Version, e.options.Detours, o.ModelOnly)
	sum := sha256.Sum256(identity) // keys are made often, and of less than that
	e.identity = string(sum[:])
	return e, nil
}

// Key implements Summarizer.
func (e *Engine) Key(f Function) Key {
	var place [128]byte // on the stack, for all that fits
	return f.Key(e.identity, prompt.AppendPlace(place[:0], e.model.Description.Prompt, f))
}

// Load loads the library, the tokenizer and the graph unless that is done. Its
// errors wrap ErrUnavailable; a later call tries again.
func (e *Engine) Load() error {
	_, err := e.load()
	return err
}

func (e *Engine) load() (*loaded, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.loaded != nil {
		return e.loaded, nil
	}
	l, err := e.open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	e.loaded = l
	e.concurrency.Store(int32(l.graph.Concurrency()))
	return l, nil
}

// Concurrency returns the number of summaries that are written at a time: 1
// until the model is loaded, because nothing can be written before that.
func (e *Engine) Concurrency() int { return max(1, int(e.concurrency.Load())) }

func (e *Engine) open() (*loaded, error) {
	b, err := e.model.ReadFile("tokenizer.json")
	if err != nil {
		return nil, err
	}
	t, err := tokenizer.Load(b)
	if err != nil {
		return nil, fmt.Errorf("model %s: tokenizer.json: %w", e.model, err)
	}
	description := e.model.Description
	description.MaxInputTokens = e.options.MaxInputTokens
	form, err := prompt.New(description, t)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("model %s: %w", e.model, err), t.Close())
	}
	graph, err := OpenGraph(e.model, e.options.Library, onnx.Options{Threads: e.options.Threads, Parallel: e.options.Parallel, Batch: e.options.Batch})
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return &loaded{tokenizer: t, form: form, graph: graph}, nil
}

// OpenGraph loads ONNX Runtime and the graph of m. The empty library searches
// for it. What the graph leaves open is taken from m's config.json.
func OpenGraph(m *models.Model, library string, o onnx.Options) (*onnx.Model, error) {
	library, err := onnx.FindLibrary(library)
	if err != nil {
		return nil, err
	}
	if err := onnx.Initialize(library); err != nil {
		return nil, err
	}
	graph, err := Graph(m)
	if err != nil {
		return nil, err
	}
	o.Config = GraphConfig(m)
	return onnx.Open(graph, o)
}

// Graph names m's graph for package onnx.
func Graph(m *models.Model) (onnx.Graph, error) {
	path, data, err := m.GraphFile()
	if err != nil {
		return onnx.Graph{}, err
	}
	return onnx.Graph{Path: path, Data: data}, nil
}

// GraphConfig is what m's config.json says about its graph.
func GraphConfig(m *models.Model) onnx.Config {
	return onnx.Config{
		VocabSize:             m.Config.VocabSize,
		NumKeyValueHeads:      m.Config.NumKeyValueHeads,
		HeadDim:               m.Config.HeadDim,
		MaxPositionEmbeddings: m.Config.MaxPositionEmbeddings,
	}
}

// Summarize implements Summarizer. It returns a text that the model wrote or
// the sentence of the function's name, whichever is likeliest to be good.
func (e *Engine) Summarize(ctx context.Context, f Function) (Summary, error) {
	start := time.Now()
	c, err := e.Candidates(ctx, f)
	if err != nil {
		return Summary{}, err
	}
	summary, ok := e.choose(f, c)
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

// Group returns those of c that are texts, as a ranker judges them.
func (e *Engine) Group(f Function, c Candidates) rank.Group {
	g := rank.Group{Function: f, Mean: c.Model.Mean(), Margins: c.Margins}
	place := prompt.AppendPlace(nil, e.model.Description.Prompt, f)
	g.File, g.Container, _ = strings.Cut(string(place), "\n")
	for _, c := range append([]Candidate{c.Model, c.Name}, c.Detours...) {
		if c.Text != "" {
			g.Candidates = append(g.Candidates, c)
		}
	}
	return g
}

// detours is the number of detours that are taken for f.
func (e *Engine) detours(f Function) int {
	if f.Variation != 0 { // its text is drawn, and they are of the likeliest tokens
		return 0
	}
	return e.options.Detours
}

// Candidates asks the model about f. Errors are those of Summarize but
// ErrNoSummary.
func (e *Engine) Candidates(ctx context.Context, f Function) (Candidates, error) {
	l, err := e.load()
	if err != nil {
		return Candidates{}, err
	}
	timeout := e.options.Timeout * time.Duration(l.graph.Concurrency()/e.options.Parallel)
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	key := e.Key(f)
	p := l.form.Prompt(f)
	draft, named := FromName(f)
	var score [][]int64
	if named {
		ids := l.tokenizer.Encode(l.form.Answer(draft.Text))
		if len(p.IDs)+len(ids) <= l.graph.Context() {
			score = [][]int64{ids}
		} else {
			draft, named = Summary{}, false // no room: the model's own text stands alone
		}
	}
	sampling, seed := e.options.Sampling.of(key, f.Variation)
	options := onnx.GenerateOptions{
		PrefixLen:    p.PrefixLen,
		MaxNewTokens: e.options.MaxOutputTokens,
		EOS:          e.model.Generation.EOS,
		Stop:         func(ids []int64) bool { return l.form.Done(l.tokenizer.Decode(ids, true)) },
		Score:        score,
		Detours:      e.detours(f),

		Temperature:       sampling.Temperature,
		TopP:              sampling.TopP,
		TopK:              sampling.TopK,
		RepetitionPenalty: sampling.RepetitionPenalty,
		NoRepeatNgramSize: sampling.NoRepeatNgramSize,
		Seed:              seed,
	}
	var out onnx.Output
	if sampling.NumBeams > 1 {
		out, err = l.graph.GenerateBeams(limited, p.IDs, options, onnx.BeamOptions{
			NumBeams:      sampling.NumBeams,
			LengthPenalty: sampling.LengthPenalty,
		})
	} else {
		out, err = l.graph.Generate(limited, p.IDs, options)
	}
	if err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			return Candidates{}, fmt.Errorf("the model %s took longer than %s for %s; longer is allowed by %s", e.model.Name, timeout, f.Name, cmp.Or(e.options.TimeoutBy, "EngineOptions.Timeout"))
		}
		return Candidates{}, err
	}
	place := prompt.AppendPlace(nil, e.model.Description.Prompt, f)
	written := func(ids []int64, logProbs []float64, reason onnx.Reason) (Candidate, error) {
		text, err := l.form.Summary(l.tokenizer.Decode(ids, true), f)
		if flaw := unworthy(text, f, place); flaw != "" {
			text, err = "", errors.New(flaw)
		}
		return Candidate{Text: text, LogProbs: logProbs, Truncated: reason == onnx.Length}, err
	}
	c := Candidates{Name: Candidate{Text: draft.Text, Name: true}, Margins: out.Margins}
	c.Model, c.Broken = written(out.IDs, out.LogProbs, out.Reason)
	for _, d := range out.Detours {
		detour, _ := written(d.IDs, d.LogProbs, d.Reason) // a broken one is just none
		detour.Detour, detour.At = true, d.At
		c.Detours = append(c.Detours, detour)
	}
	if named {
		c.Name.LogProbs = out.Scores[0]
	}
	return c, nil
}

// Close frees the model's native memory. The Engine may be used again: it
// loads anew.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.loaded == nil {
		return nil
	}
	err := errors.Join(e.loaded.graph.Close(), e.loaded.tokenizer.Close())
	e.loaded = nil
	e.concurrency.Store(0)
	return err
}
