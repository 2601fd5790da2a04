// Package local generates with a model in this process: it joins the model's
// files, its tokenizer and ONNX Runtime.
package local

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

// Options say how a model is run. The zero value of a field means the default
// that is named here.
type Options struct {
	// Library is the path of ONNX Runtime's shared library; "" searches.
	Library string
	// Parallel is the number of steps of the model that run at a time (1).
	Parallel int
	// Batch is the number of generations that share a step (1) where the graph
	// allows it. All together take less time then, and each of them more: it is
	// for work that nobody waits for. A beam search shares nothing.
	Batch int
	// Threads bounds the cores of one step (as onnx.Options says).
	Threads int
	// Provider is what the graph runs on (the CPU), where it can.
	Provider onnx.Provider
}

// Generator runs a model. It loads the library, the tokenizer and the graph at
// the first request, because an editor whose summaries are all cached needs none
// of them.
type Generator struct {
	model    *models.Model
	identity string
	options  Options

	concurrency atomic.Int32 // of what is loaded
	mu          sync.Mutex   // held while loading
	loaded      *loaded
	notify      atomic.Pointer[func(error)]
}

// loaded is everything that costs time and memory.
type loaded struct {
	tokenizer tokenizer.Tokenizer
	graph     *onnx.Model
	eos       []int64 // the tokens that end a text
}

var _ generate.Generator = (*Generator)(nil)

// New prepares to run m. It reads m's files once, for Identity, and fails when
// they cannot be read, or when ctx ends before that is done.
func New(ctx context.Context, m *models.Model, o Options) (*Generator, error) {
	if err := o.Provider.Check(); err != nil {
		return nil, err
	}
	hash, err := m.Hash(ctx)
	if err != nil {
		return nil, err
	}
	o.Parallel = min(max(1, o.Parallel), runtime.NumCPU())
	return &Generator{model: m, identity: hash, options: o}, nil
}

// Name implements generate.Generator.
func (g *Generator) Name() string { return g.model.Name }

// Identity is the hash of the model's files, and what they are to run on unless
// that is the CPU: others round otherwise, and some not to the same precision.
// Whether it can run there is known when it is loaded, which is later.
func (g *Generator) Identity() string {
	if g.options.Provider.OnCPU() {
		return g.identity
	}
	return g.identity + " on " + string(g.options.Provider)
}

// Notify has f told when a model that is loaded does not run on what it is to run
// on, and why. It comes before Load.
func (g *Generator) Notify(f func(error)) {
	if f != nil {
		g.notify.Store(&f) // what is being loaded, for seconds perhaps, is not waited for
	}
}

// Provider returns what the loaded model runs on, and why not on what it is to,
// and "" where nothing is loaded. It does not wait for one that is being loaded.
func (g *Generator) Provider() (onnx.Provider, error) {
	if !g.mu.TryLock() {
		return "", nil
	}
	defer g.mu.Unlock()
	if g.loaded == nil {
		return "", nil
	}
	return g.loaded.graph.Provider()
}

// Load implements generate.Generator.
func (g *Generator) Load(context.Context) error {
	_, err := g.load()
	return err
}

func (g *Generator) load() (*loaded, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.loaded != nil {
		return g.loaded, nil
	}
	l, err := g.open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", generate.ErrUnavailable, err)
	}
	g.loaded = l
	g.concurrency.Store(int32(l.graph.Concurrency()))
	if _, fallback := l.graph.Provider(); fallback != nil {
		if notify := g.notify.Load(); notify != nil {
			(*notify)(fallback)
		}
	}
	return l, nil
}

func (g *Generator) open() (*loaded, error) {
	b, err := g.model.ReadFile("tokenizer.json")
	if err != nil {
		return nil, err
	}
	t, err := tokenizer.Load(b)
	if err != nil {
		return nil, fmt.Errorf("model %s: tokenizer.json: %w", g.model, err)
	}
	if err := prompt.CheckTokenizer(t, g.model.Description.Prompt); err != nil {
		return nil, errors.Join(fmt.Errorf("model %s: %w", g.model, err), t.Close())
	}
	graph, err := OpenGraph(g.model, g.options.Library, onnx.Options{
		Threads: g.options.Threads, Parallel: g.options.Parallel, Batch: g.options.Batch, Provider: g.options.Provider,
	})
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return &loaded{tokenizer: t, graph: graph, eos: ends(g.model, t)}, nil
}

// ends returns the tokens that end a text: those that m's files name, and the one
// that ends a turn of its prompts.
func ends(m *models.Model, t tokenizer.Tokenizer) []int64 {
	eos := m.Generation.EOS
	if end, ok := prompt.End(t, m.Description.Prompt); ok && !slices.Contains(eos, end) {
		return append(slices.Clone(eos), end)
	}
	return eos
}

// Concurrency implements generate.Generator.
func (g *Generator) Concurrency() (requests, shared int) {
	requests = max(1, int(g.concurrency.Load()))
	return requests, max(1, requests/g.options.Parallel)
}

// Generate implements generate.Generator.
func (g *Generator) Generate(ctx context.Context, r generate.Request) (generate.Output, error) {
	l, err := g.load()
	if err != nil {
		return generate.Output{}, err
	}
	ids, prefix := r.Prompt.Encode(l.tokenizer)
	o := onnx.GenerateOptions{
		PrefixLen:    prefix,
		MaxNewTokens: r.MaxNewTokens,
		EOS:          l.eos,
		Stop:         func(ids []int64) bool { return r.Stop(l.tokenizer.Decode(ids, true)) },
		Detours:      r.Detours,

		Temperature:       r.Sampling.Temperature,
		TopP:              r.Sampling.TopP,
		TopK:              r.Sampling.TopK,
		RepetitionPenalty: r.Sampling.RepetitionPenalty,
		NoRepeatNgramSize: r.Sampling.NoRepeatNgramSize,
		Seed:              r.Seed,
	}
	scored := make([]int, len(r.Score)) // where its probabilities will be, or -1
	for i, text := range r.Score {
		scored[i] = -1
		if score := l.tokenizer.Encode(text); len(score) <= l.graph.Room(len(ids)) {
			scored[i] = len(o.Score)
			o.Score = append(o.Score, score)
		}
	}
	var out onnx.Output
	if r.Sampling.NumBeams > 1 {
		out, err = l.graph.GenerateBeams(ctx, ids, o, onnx.BeamOptions{NumBeams: r.Sampling.NumBeams, LengthPenalty: r.Sampling.LengthPenalty})
	} else {
		out, err = l.graph.Generate(ctx, ids, o)
	}
	if err != nil {
		return generate.Output{}, err
	}
	text := func(ids []int64, logProbs []float64, reason onnx.Reason) generate.Text {
		return generate.Text{Text: l.tokenizer.Decode(ids, true), LogProbs: logProbs, Truncated: reason == onnx.Length}
	}
	answer := generate.Output{Text: text(out.IDs, out.LogProbs, out.Reason), Margins: out.Margins, Scores: make([][]float64, len(r.Score))}
	for _, d := range out.Detours {
		answer.Detours = append(answer.Detours, generate.Detour{Text: text(d.IDs, d.LogProbs, d.Reason), At: d.At})
	}
	for i, at := range scored {
		if at >= 0 {
			answer.Scores[i] = out.Scores[at]
		}
	}
	return answer, nil
}

// Close implements generate.Generator.
func (g *Generator) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.loaded == nil {
		return nil
	}
	err := errors.Join(g.loaded.graph.Close(), g.loaded.tokenizer.Close())
	g.loaded = nil
	g.concurrency.Store(0)
	return err
}
