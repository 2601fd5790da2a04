package onnx

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
	ort "github.com/yalue/onnxruntime_go"
)

// Options are the settings of a session.
type Options struct {
	// Threads is the number of threads of one operator, the caller's among
	// them; 0 means one for each CPU that the process may use, at most 4. More
	// than there are CPUs are of no use and not made.
	Threads int
	// Spin lets threads that wait for work within a step spin, never between
	// steps: somewhat faster where cores are free, much slower where other
	// programs want them.
	Spin bool
	// Parallel is the number of generations at a time, 1 by default. They
	// share the weights and the threads, and each has a cache of its own. A
	// small model gives the most with one thread and a generation for each
	// core: its products are too small to be worth dividing.
	Parallel int
	// Config completes a graph with symbolic dimensions.
	Config Config
}

func (o Options) threads() int {
	if o.Threads > 0 {
		return min(o.Threads, runtime.NumCPU())
	}
	return min(runtime.GOMAXPROCS(0), 4)
}

// Model is an open graph. Its methods may be called from several goroutines.
type Model struct {
	name      string
	sig       *signature
	session   *ort.DynamicAdvancedSession
	sequences chan *sequence // those not at work
	prefixes  *lru.Cache[string, [][]byte]
	chunk     int // most tokens in one step
	scored    int // most of them whose logits can be had
	closing   sync.Once
}

const (
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

// Open loads g. Initialize must have been called before. A graph that cannot
// generate is refused with the reason.
func Open(g Graph, o Options) (*Model, error) {
	if !ort.IsInitialized() {
		return nil, errors.New("ONNX Runtime is not loaded: call Initialize first")
	}
	src, err := g.open()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	p, err := readProto(g, src)
	if err != nil {
		return nil, err
	}
	sig, err := readSignature(p, o.Config)
	if err != nil {
		return nil, fmt.Errorf("%s cannot generate text: %w", g, err)
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
	return newModel(g, sig, o)
}

func newModel(g Graph, sig *signature, o Options) (*Model, error) {
	session, err := newSession(g, sig.inputs, sig.outputs, o)
	if err != nil {
		return nil, explainSession(g, err)
	}
	prefixes, err := lru.New[string, [][]byte](maxPrefixes)
	if err != nil {
		destroy(session)
		return nil, err
	}
	m := &Model{
		name:      g.String(),
		sig:       sig,
		session:   session,
		sequences: make(chan *sequence, max(1, o.Parallel)),
		prefixes:  prefixes,
		chunk:     maxChunk,
	}
	if sig.dynamic {
		m.chunk = maxDynamicChunk
	}
	if !sig.lastOnly {
		m.chunk = max(1, min(m.chunk, maxLogits/sig.logitsBytes()))
	}
	m.scored = max(1, min(m.chunk, maxLogits/sig.logitsBytes()))
	if sig.lastOnly && sig.rows < 0 {
		m.scored = 1
	}
	for range cap(m.sequences) {
		m.sequences <- &sequence{model: m, cache: &kvCache{sig: sig}, last: make([]float32, sig.vocab)}
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

// acquire waits for the caller's turn.
func (m *Model) acquire(ctx context.Context) (*sequence, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s, open := <-m.sequences:
		if !open {
			return nil, errClosed
		}
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *Model) release(s *sequence) { m.sequences <- s }

// Context returns the number of positions, prompt and output together, that
// the model can tell apart.
func (m *Model) Context() int { return m.sig.context }

// VocabSize returns the number of token ids.
func (m *Model) VocabSize() int { return m.sig.vocab }

// Close waits for the generations that run and frees the model. Calls of
// Generate that wait, or come later, fail. ONNX Runtime keeps the memory for
// the next session; only the end of the process gives it back.
func (m *Model) Close() error {
	m.closing.Do(func() {
		for range cap(m.sequences) {
			<-m.sequences
		}
		close(m.sequences)
		destroy(m.session)
	})
	return nil
}
