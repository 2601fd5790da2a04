package onnx

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	ort "github.com/yalue/onnxruntime_go"
)

// run is one generation's hold on ONNX Runtime. When its context ends, what it
// runs by itself stops inside the library.
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

// tokens is the number of tokens that the sequence has read.
func (s *sequence) tokens() int { return s.cache.tokens[s.place] }

// save copies what the sequence has read after its first tokens.
func (s *sequence) save(after int) [][]byte { return s.cache.save(s.place, after) }

// forward reads ids after what the cache holds and returns the logits, one
// for each id of the vocabulary, of the token that follows. They are valid
// until the next call.
func (s *sequence) forward(ids []int64) ([]float32, error) {
	for chunk := range slices.Chunk(ids, s.model.chunk) {
		if err := s.read(chunk, 1); err != nil {
			return nil, err
		}
	}
	s.decode(0)
	return s.last, nil
}

// read runs the graph once, on ids, and keeps the logits of its last positions,
// as many as wanted.
func (s *sequence) read(ids []int64, wanted int) error {
	err := s.native(func() error { return s.batch.family.step(s.run.options, s.place, s.place+1, ids, wanted) })
	if err == nil {
		s.cache.advance(s.place, len(ids))
	}
	return err
}

// open reads what the output does not follow directly, and returns the tokens
// that it follows.
func (s *sequence) open(prompt []int64) (head []int64, err error) {
	err = s.native(func() error {
		head, err = s.batch.family.open(s.run.options, prompt)
		return err
	})
	return head, err
}

// native runs a graph. Where the context has stopped it, its error is the
// context's.
func (s *sequence) native(f func() error) error {
	if err := s.run.ctx.Err(); err != nil {
		return err
	}
	err := s.model.mapped.unchanged()
	if err == nil {
		err = f()
	}
	switch {
	case err == nil:
		return nil
	case s.run.ctx.Err() != nil:
		return s.run.ctx.Err()
	}
	return fmt.Errorf("run %s: %w", s.model.name, err)
}

// decode puts into s.last the logits of the i-th position that the last run was
// asked for.
func (s *sequence) decode(i int) {
	b := s.batch
	row := (s.place-b.from)*b.given + b.given - b.wanted + i
	decodeLogits(s.last, b.logits[row*s.model.sig.logitsBytes():], s.model.sig.logitsType)
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
