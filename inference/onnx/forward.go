package onnx

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	ort "github.com/yalue/onnxruntime_go"
)

// run is one generation's hold on ONNX Runtime. When its context ends, the
// step that runs stops inside the library.
type run struct {
	ctx     context.Context
	options *ort.RunOptions
	stop    func() bool
	stopped chan struct{} // closed when the terminate flag is set
}

func newRun(ctx context.Context) (*run, error) {
	options, err := newRunOptions()
	if err != nil {
		return nil, err
	}
	r := &run{ctx: ctx, options: options, stopped: make(chan struct{})}
	r.stop = context.AfterFunc(ctx, func() {
		_ = options.Terminate() // fails only on destroyed options
		close(r.stopped)
	})
	return r, nil
}

func (r *run) end() {
	if !r.stop() {
		<-r.stopped // the other goroutine still uses the options
	}
	destroy(r.options)
}

// sequence is the memory of one generation: its cache, and the buffers of a
// step. It is used again and again, by one generation at a time.
type sequence struct {
	model     *Model
	cache     *kvCache
	positions []int64
	mask      []int64
	logits    []byte    // as the graph writes them
	wanted    []byte    // the part of them that was asked for
	last      []float32 // those of one position, decoded
	rows      []int64   // scratch
}

// forward reads ids after what the cache holds and returns the logits, one
// for each id of the vocabulary, of the token that follows. They are valid
// until the next call.
func (s *sequence) forward(r *run, ids []int64) ([]float32, error) {
	for chunk := range slices.Chunk(ids, s.model.chunk) {
		if err := s.read(r, chunk, 1); err != nil {
			return nil, err
		}
	}
	s.decode(0)
	return s.last, nil
}

// read runs the graph once, on ids, and keeps the logits of its last positions,
// as many as wanted.
func (s *sequence) read(r *run, ids []int64, wanted int) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if err := s.step(r, ids, wanted); err != nil {
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		return fmt.Errorf("run %s: %w", s.model.name, err)
	}
	return nil
}

// step runs the graph once.
func (s *sequence) step(r *run, ids []int64, wanted int) error {
	sig := s.model.sig
	n, past := len(ids), s.cache.tokens
	s.positions = s.positions[:0]
	for i := range n {
		s.positions = append(s.positions, int64(past+i))
	}
	for len(s.mask) < past+n {
		s.mask = append(s.mask, 1)
	}
	rows := n
	if sig.lastOnly {
		rows = wanted
	}
	s.rows = s.rows[:0]
	for i := range rows {
		s.rows = append(s.rows, int64(n-rows+i))
	}
	size := rows * sig.logitsBytes()
	s.logits = slices.Grow(s.logits[:0], size)[:size]

	var held values
	defer held.free()
	inputs := make([]ort.Value, len(sig.inputs))
	outputs := make([]ort.Value, len(sig.outputs))
	for _, t := range []struct {
		place  int
		values []ort.Value
		dtype  DType
		data   []byte
		shape  []int64
	}{
		{sig.ids, inputs, Int64, asBytes(ids), []int64{1, int64(n)}},
		{sig.mask, inputs, Int64, asBytes(s.mask[:past+n]), []int64{1, int64(past + n)}},
		{sig.positions, inputs, Int64, asBytes(s.positions), []int64{1, int64(n)}},
		{sig.rows, inputs, Int64, asBytes(s.rows), []int64{int64(rows)}},
		{sig.logits, outputs, sig.logitsType, s.logits, []int64{1, int64(rows), int64(sig.vocab)}},
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
	before, after, err := s.cache.bind(n)
	if err != nil {
		return err
	}
	for i := range sig.past {
		inputs[sig.past[i]], outputs[sig.present[i]] = before[i], after[i]
	}
	if err := s.model.session.RunWithOptions(inputs, outputs, r.options); err != nil {
		return err
	}
	s.cache.advance(n)
	s.wanted = s.logits[(rows-wanted)*sig.logitsBytes():]
	return nil
}

// decode puts into s.last the logits of the i-th position that the last step was
// asked for.
func (s *sequence) decode(i int) {
	decodeLogits(s.last, s.wanted[i*s.model.sig.logitsBytes():], s.model.sig.logitsType)
}

func decodeLogits(dst []float32, src []byte, t DType) {
	if t == Float16 {
		for i := range dst {
			dst[i] = float16(binary.NativeEndian.Uint16(src[2*i:]))
		}
		return
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.NativeEndian.Uint32(src[4*i:]))
	}
}

// float16 converts an IEEE 754 binary16 number.
func float16(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero or subnormal
		f := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}
