package onnx

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	ort "github.com/yalue/onnxruntime_go"
)

// Options are the settings of a session.
type Options struct {
	// Threads is the number of threads of one operator, the caller's among
	// them; 0 means one for a graph of less than 16 MiB, whose products are too
	// small to be worth dividing, and for others one for each CPU that the
	// process may use, at most 4, or its share of them where several steps run at a
	// time. More than there are CPUs are of no use and not made.
	Threads int
	// Spin is how long a thread that waits for work within a step spins before
	// it sleeps, never between steps; 0 means 50 microseconds, a negative number
	// that it sleeps at once. Spinning is faster where cores are free, and the
	// longer it lasts the slower where other programs want them.
	Spin time.Duration
	// Parallel is the number of steps at a time, 1 by default. They share the
	// weights and the threads. A small model gives the most with one thread and
	// a step for each core.
	Parallel int
	// Batch is the number of generations that take common steps, 1 by default,
	// so that Parallel times Batch are at work at a time. Each has a cache of
	// its own. A graph whose outputs would depend on who else takes part, or
	// that cannot be run so, is run with one: Concurrency tells.
	Batch int
	// Provider is what the graph is to run on, the CPU by default. On another one
	// Batch does not count: what a step gives depends on who takes part.
	Provider Provider
	// Config completes a graph with symbolic dimensions.
	Config Config
}

func (o Options) threads() int {
	if o.Threads > 0 {
		return min(o.Threads, runtime.NumCPU())
	}
	return max(1, min(runtime.GOMAXPROCS(0)/max(1, o.Parallel), 4))
}

// Model is an open graph. Its methods may be called from several goroutines.
type Model struct {
	name     string
	sig      *signature
	sessions []*ort.DynamicAdvancedSession // one for each graph
	mapped   mapped
	batches  []*batch
	free     chan struct{} // one for each sequence that is not lent
	prefixes *lru.Cache[string, [][]byte]
	chunk    int // most tokens in one step
	scored   int // most of them whose logits can be had
	closing  sync.Once
	provider Provider
	fallback error // why that is not what was asked for

	mu sync.Mutex // held while a sequence is lent or given back
}

const (
	// smallGraph is the size of a graph's file below which one thread is as
	// fast as several.
	smallGraph = 16 << 20
	// defaultSpin is about what it takes to wake a thread.
	defaultSpin = 50 * time.Microsecond
	// maxChunk bounds the tokens of a step, because the attention's scores
	// take the square of it, and with it how long a step can last.
	maxChunk = 512
	// maxDynamicChunk bounds it for graphs that round activations with one
	// scale for all tokens of a step: a prompt that is read in two steps is
	// rounded otherwise than in one, so only those far beyond what gloss asks
	// are divided.
	maxDynamicChunk = 2048
	// maxLogits bounds the bytes of logits of a step: with a vocabulary of
	// 49,152 that is 170 tokens.
	maxLogits = 32 << 20
	// maxPrefixes is the number of prompt prefixes whose cache is kept.
	maxPrefixes = 4
)

var errClosed = errors.New("the model is closed")

// openOn loads g on one provider.
func openOn(g Graph, o Options) (*Model, error) {
	if !ort.IsInitialized() {
		return nil, errors.New("ONNX Runtime is not loaded: call Initialize first")
	}
	if g.Encoder != "" {
		return openEncoderDecoder(g, o)
	}
	src, p, err := g.read()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	if err := g.refuse(src); err != nil {
		return nil, fmt.Errorf("%s is refused: %w", g, err)
	}
	sig, err := readSignature(p, o.Config)
	if err != nil {
		return nil, fmt.Errorf("%s cannot generate text: %w", g, err)
	}
	if o.Threads == 0 && p.size < smallGraph && !p.external {
		o.Threads = 1
	}
	g, src, p, err = leaveWeights(g, src, p)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", g, err)
	}
	trimmed, err := trimLogits(src, p, sig)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", g, err)
	}
	if trimmed != nil {
		g.Data = trimmed
		defer debug.FreeOSMemory() // ONNX Runtime has copied the file's bytes
	}
	files, err := openMapped(g, p)
	if err != nil {
		return nil, err
	}
	m, err := newModel(g, sig, o)
	if err != nil {
		return nil, errors.Join(err, files.close())
	}
	m.mapped = files
	return m, nil
}

func newModel(g Graph, sig *signature, o Options) (*Model, error) {
	session, err := newSession(g, sig.inputs, sig.outputs, o)
	if err != nil {
		return nil, explainSession(g, err)
	}
	if !o.Provider.OnCPU() { // their memory is not ours, and their kernels are not one for all shapes
		sig.inPlace, sig.batches = false, false
	}
	return assemble(g, sig, o, func(b *batch) family { return decoderOnly{b} }, session)
}

// assemble makes a model of sessions, which it closes where it fails.
func assemble(g Graph, sig *signature, o Options, of func(*batch) family, sessions ...*ort.DynamicAdvancedSession) (*Model, error) {
	prefixes, err := lru.New[string, [][]byte](maxPrefixes)
	if err != nil {
		for _, session := range sessions {
			destroy(session)
		}
		return nil, err
	}
	parallel, places := max(1, o.Parallel), max(1, o.Batch)
	if !sig.batches {
		places = 1
	}
	m := &Model{
		name:     g.String(),
		sig:      sig,
		sessions: sessions,
		free:     make(chan struct{}, parallel*places),
		prefixes: prefixes,
		chunk:    maxChunk,
		provider: o.Provider,
	}
	if sig.dynamic {
		m.chunk = maxDynamicChunk
	}
	if !sig.lastOnly {
		m.chunk = max(1, min(m.chunk, maxLogits/sig.logitsBytes()))
	}
	m.scored = max(1, min(m.chunk, maxLogits/sig.logitsBytes()))
	if sig.lastOnly && sig.rows < 0 && sig.keep < 0 {
		m.scored = 1
	}
	for range parallel {
		m.batches = append(m.batches, newBatch(m, places, of))
	}
	for range cap(m.free) {
		m.free <- struct{}{}
	}
	return m, nil
}

// explainSession adds what a user can do to ONNX Runtime's message.
func explainSession(g Graph, err error) error {
	message := err.Error()
	hint := ""
	switch {
	case strings.Contains(message, "InsertedPrecisionFreeCast"), strings.Contains(message, "float16"):
		hint = "; float16 graphs are made for GPUs: use the quantized one (onnx/model_quantized.onnx)"
	case strings.Contains(message, "external data"), strings.Contains(message, "External data"):
		hint = "; the weights lie in a second file, which must be beside this one"
	}
	return fmt.Errorf("ONNX Runtime %s cannot load %s: %w%s", Version(), g, err, hint)
}

// logitsBytes is the size of one position's logits.
func (s *signature) logitsBytes() int { return s.vocab * s.logitsType.bits() / 8 }

// Context returns the number of positions that the model can tell apart: of
// prompt and output together, or of each where an encoder reads the prompt.
func (m *Model) Context() int { return m.sig.context }

// Room returns the number of positions that a prompt of so many tokens leaves
// for the output.
func (m *Model) Room(promptTokens int) int { return m.sig.context - m.head(promptTokens) }

// head is how many of the positions that a prompt of so many tokens takes are
// the output's too: where an encoder reads the prompt, that of the token at which
// the decoder starts.
func (m *Model) head(promptTokens int) int {
	if m.sig.encodes {
		return 1
	}
	return promptTokens
}

// VocabSize returns the number of token ids.
func (m *Model) VocabSize() int { return m.sig.vocab }

// Concurrency returns the number of generations that are at work at a time;
// further ones wait.
func (m *Model) Concurrency() int { return cap(m.free) }

// Close waits for the generations that run and frees the model. Calls of
// Generate that wait, or come later, fail. ONNX Runtime keeps the memory for
// the next session; only the end of the process gives it back.
func (m *Model) Close() error {
	var err error
	m.closing.Do(func() {
		for range cap(m.free) {
			<-m.free
		}
		close(m.free)
		for _, session := range m.sessions {
			destroy(session)
		}
		err = m.mapped.close()
	})
	return err
}
