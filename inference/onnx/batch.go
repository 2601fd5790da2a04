package onnx

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"
)

// batch is a set of sequences that write their tokens in common steps: a step
// reads all weights whether it serves one sequence or several. It works as one
// thread does. Who holds turn runs the graph; the others of its sequences wait
// for their step, or for turn to read their prompt, each by itself.
//
// A sequence may begin and end at any step of the others, as in Orca (Yu et
// al., OSDI 2022), but what it writes does not depend on them.
type batch struct {
	model     *Model
	cache     *kvCache
	sequences []*sequence  // by place
	working   atomic.Int32 // sequences that are lent, those that wait for turn among them

	turn    sync.Mutex // guards what follows, the cache, and the sequences at work
	stepped *sync.Cond // a common step has ended, or a sequence that it waited for has gone
	ready   int        // sequences that wait for one
	family  family

	// What the last step read and gave, and scratch of it.
	from          int    // the first place that took part
	given, wanted int    // positions with logits for each place, and those of them that were asked for
	logits        []byte // as the graph writes them
	positions     []int64
	mask          []int64
	rows          []int64
}

// sequence is the memory of one generation. It is used again and again, by one
// generation at a time.
type sequence struct {
	model *Model
	batch *batch
	cache *kvCache // the batch's
	place int      // in it
	lent  bool     // guarded by Model.mu
	run   *run     // of the generation at work
	last  []float32

	ready  bool  // it waits for a common step, which is
	unread int64 // to read this token
	err    error // why the last common step failed
}

func newBatch(m *Model, places int, of func(*batch) family) *batch {
	b := &batch{model: m, cache: newCache(m.sig, places)}
	b.family = of(b)
	b.stepped = sync.NewCond(&b.turn)
	for place := range places {
		b.sequences = append(b.sequences, &sequence{model: m, batch: b, cache: b.cache, place: place, last: make([]float32, m.sig.vocab)})
	}
	return b
}

// acquire waits for a sequence that is free, in the batch that has the least to
// do, and for its turn.
func (m *Model) acquire(ctx context.Context) (*sequence, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case _, open := <-m.free:
		if !open {
			return nil, errClosed
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s := m.lend()
	s.batch.turn.Lock()
	return s, nil
}

func (m *Model) lend() *sequence {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := slices.MinFunc(m.batches, func(a, b *batch) int { return int(a.working.Load() - b.working.Load()) })
	b.working.Add(1)
	// Low places first: a step runs over all places between those that take part.
	s := b.sequences[slices.IndexFunc(b.sequences, func(s *sequence) bool { return !s.lent })]
	s.lent = true
	return s
}

// release ends what acquire began.
func (m *Model) release(s *sequence) {
	s.cache.resize(s.place, 0)
	m.mu.Lock()
	s.lent = false
	left := s.batch.working.Add(-1)
	m.mu.Unlock()
	if left == 0 {
		s.cache.free() // while idle nothing native stays but the sessions
		s.batch.family.free()
	}
	if s.ready { // a panic ended its step
		s.ready = false
		s.batch.ready--
	}
	s.batch.stepped.Broadcast() // the others may have waited for this one
	s.batch.turn.Unlock()
	m.free <- struct{}{}
}

// next reads one token in a common step and returns the logits after it, which
// are valid until the next call.
func (s *sequence) next(id int64) ([]float32, error) {
	if err := s.run.ctx.Err(); err != nil {
		return nil, err
	}
	s.unread, s.ready = id, true
	s.batch.ready++
	for s.ready {
		if !s.batch.step() {
			s.batch.stepped.Wait()
		}
	}
	return s.last, s.err
}

// step takes a common step if all sequences at work are ready for it.
func (b *batch) step() bool {
	if b.ready < int(b.working.Load()) {
		return false
	}
	var together []*sequence
	for _, s := range b.sequences {
		if s.ready {
			together = append(together, s)
		}
	}
	if len(together) == 1 { // its own context may end the step
		s := together[0]
		_, s.err = s.forward([]int64{s.unread})
	} else {
		err := b.stepAll(together)
		for _, s := range together {
			s.err = err
		}
	}
	for _, s := range together {
		s.ready = false
	}
	b.ready = 0
	b.stepped.Broadcast()
	return true
}

// stepAll reads the next token of each of the sequences, which are in the order
// of their places, in one run. Free places between them read a token that is
// forgotten.
func (b *batch) stepAll(together []*sequence) error {
	from, until := together[0].place, together[len(together)-1].place+1
	ids := make([]int64, until-from)
	for _, s := range together {
		ids[s.place-from] = s.unread
	}
	options, err := newRunOptions()
	if err != nil {
		return err
	}
	defer destroy(options)
	err = b.model.mapped.unchanged()
	if err == nil {
		err = b.family.step(options, from, until, ids, 1)
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", b.model.name, err)
	}
	for _, s := range together {
		s.cache.advance(s.place, 1)
		s.decode(0)
	}
	return nil
}

// decoderOnly runs graphs that read the prompt and the output alike.
type decoderOnly struct{ *batch }

func (decoderOnly) open(_ *ort.RunOptions, prompt []int64) ([]int64, error) { return prompt, nil }

func (decoderOnly) most(int) int { return math.MaxInt }

func (decoderOnly) free() {}

func (b decoderOnly) step(options *ort.RunOptions, from, until int, ids []int64, wanted int) error {
	sig := b.model.sig
	places := until - from
	n := len(ids) / places
	past := b.cache.tokens[from:until]
	total := slices.Max(past) + n
	b.positions, b.mask, b.rows = b.positions[:0], b.mask[:0], b.rows[:0]
	for _, held := range past {
		for i := range n {
			b.positions = append(b.positions, int64(held+i))
		}
		for i := range total {
			b.mask = append(b.mask, visible(i < held+n))
		}
	}
	b.from, b.given, b.wanted = from, n, wanted
	if sig.lastOnly {
		b.given = wanted
	}
	for i := range b.given {
		b.rows = append(b.rows, int64(n-b.given+i))
	}
	size := places * b.given * sig.logitsBytes()
	b.logits = slices.Grow(b.logits[:0], size)[:size]

	var held values
	defer held.free()
	var err error
	inputs := make([]ort.Value, len(sig.inputs))
	outputs := make([]ort.Value, len(sig.outputs))
	for _, t := range []struct {
		place  int
		values []ort.Value
		dtype  DType
		data   []byte
		shape  []int64
	}{
		{sig.ids, inputs, Int64, asBytes(ids), []int64{int64(places), int64(n)}},
		{sig.mask, inputs, Int64, asBytes(b.mask), []int64{int64(places), int64(total)}},
		{sig.positions, inputs, Int64, asBytes(b.positions), []int64{int64(places), int64(n)}},
		{sig.rows, inputs, Int64, asBytes(b.rows), []int64{int64(b.given)}},
		{sig.logits, outputs, sig.logitsType, b.logits, []int64{int64(places), int64(b.given), int64(sig.vocab)}},
	} {
		if t.place < 0 {
			continue
		}
		v, err := held.add(t.dtype, t.data, t.shape...)
		if err != nil {
			return err
		}
		t.values[t.place] = v
	}
	if sig.keep >= 0 {
		if inputs[sig.keep], err = held.addScalar(int64(wanted)); err != nil {
			return err
		}
	}
	before, after, err := b.cache.bind(from, until, n)
	if err != nil {
		return err
	}
	for i := range sig.past {
		inputs[sig.past[i]], outputs[sig.present[i]] = before[i], after[i]
	}
	return b.model.sessions[0].RunWithOptions(inputs, outputs, options)
}

func visible(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
