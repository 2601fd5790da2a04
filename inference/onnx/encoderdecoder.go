package onnx

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	ort "github.com/yalue/onnxruntime_go"
)

// openEncoderDecoder is Open for a model whose prompt an encoder reads.
func openEncoderDecoder(g Graph, o Options) (*Model, error) {
	ps, err := readParts(g)
	if err != nil {
		return nil, err
	}
	defer ps.close()
	if err := ps.refuse(); err != nil {
		return nil, err
	}
	sig, err := ps.signature(o.Config)
	if err == nil && o.Config.DecoderStart == nil {
		err = errors.New("config.json has no decoder_start_token_id, the token that the output follows")
	}
	if err == nil && (*o.Config.DecoderStart < 0 || *o.Config.DecoderStart >= int64(sig.vocab)) {
		err = fmt.Errorf("decoder_start_token_id is %d, but the model knows 0 to %d", *o.Config.DecoderStart, sig.vocab-1)
	}
	if err != nil {
		return nil, fmt.Errorf("the model in %s cannot generate text: %w", filepath.Dir(g.Path), err)
	}
	if size, external := ps.size(); o.Threads == 0 && size < smallGraph && !external {
		o.Threads = 1
	}
	var files mapped
	var sessions []*ort.DynamicAdvancedSession
	for _, d := range ps.each() {
		var more mapped
		if more, err = d.load(o); err != nil {
			break
		}
		files, sessions = append(files, more...), append(sessions, d.session)
	}
	if err != nil {
		for _, session := range sessions {
			destroy(session)
		}
		return nil, errors.Join(err, files.close())
	}
	start := *o.Config.DecoderStart
	m, err := assemble(g, sig, o, func(b *batch) family { return &encoderDecoder{batch: b, parts: ps, start: start} }, sessions...)
	if err != nil {
		return nil, errors.Join(err, files.close())
	}
	m.mapped = files
	return m, nil
}

// encoderDecoder runs a model of which an encoder reads the prompt, once, and a
// decoder writes the output after a token of its own. A batch holds one sequence:
// a decoder's cache has no place for outputs of different lengths.
type encoderDecoder struct {
	*batch
	*parts
	start int64

	// Of the prompt that was opened last.
	mask   []int64
	hidden []byte
	cross  [][]byte // keys and values of hidden, which the first step writes
	bound  values   // over cross
}

// open runs the encoder.
func (e *encoderDecoder) open(options *ort.RunOptions, prompt []int64) ([]int64, error) {
	e.free()
	e.mask = slices.Repeat([]int64{1}, len(prompt))
	e.hidden = sized(e.hidden, len(prompt)*e.width*e.hiddenType.bits()/8)
	e.cross = slices.Grow(e.cross, len(e.cache.sig.past))[:len(e.cache.sig.past)]
	for k := range e.cross {
		e.cross[k] = sized(e.cross[k], e.cache.placeBytes(len(prompt)))
	}
	var held values
	defer held.free()
	inputs := make([]ort.Value, len(e.encoder.inputs))
	for i, in := range e.encoder.inputs {
		data := prompt
		if in.role == roleMask {
			data = e.mask
		}
		v, err := held.add(Int64, asBytes(data), 1, int64(len(prompt)))
		if err != nil {
			return nil, err
		}
		inputs[i] = v
	}
	hidden, err := e.addHidden(&held)
	if err != nil {
		return nil, err
	}
	return []int64{e.start}, e.encoder.session.RunWithOptions(inputs, []ort.Value{hidden}, options)
}

func (e *encoderDecoder) addHidden(held *values) (ort.Value, error) {
	return held.add(e.hiddenType, e.hidden, 1, int64(len(e.mask)), int64(e.width))
}

// addCross makes tensors over the first rows of the cross-attention's cache.
func (e *encoderDecoder) addCross(held *values, rows int) error {
	for _, b := range e.cross {
		if _, err := held.add(e.cache.sig.cacheType, b[:e.cache.placeBytes(rows)], 1, int64(e.cache.sig.kvHeads), int64(rows), int64(e.cache.sig.headDim)); err != nil {
			return err
		}
	}
	return nil
}

// most is one token after others: exports with a past are made for one.
func (e *encoderDecoder) most(held int) int {
	if held > 0 {
		return 1
	}
	return e.model.sig.context
}

func (e *encoderDecoder) free() { e.bound.free() }

func (e *encoderDecoder) step(options *ort.RunOptions, from, until int, ids []int64, wanted int) error {
	b, n := e.batch, len(ids)
	begins := b.cache.tokens[from] == 0
	graph := e.next
	if begins {
		graph = e.first
	}
	b.from, b.given, b.wanted = from, n, wanted
	b.logits = sized(b.logits, n*b.model.sig.logitsBytes())
	if len(e.bound) == 0 {
		if err := e.addCross(&e.bound, len(e.mask)); err != nil {
			e.bound.free()
			return err
		}
	}
	before, after, err := b.cache.bind(from, until, n)
	if err != nil {
		return err
	}
	var held, empty values
	defer held.free()
	defer empty.free()
	if begins { // a graph of both decoders wants a past, which it does not read
		if err := e.addCross(&empty, 0); err != nil {
			return err
		}
	}
	inputs, outputs := make([]ort.Value, len(graph.inputs)), make([]ort.Value, len(graph.outputs))
	for i, in := range graph.inputs {
		switch in.role {
		case roleIDs:
			inputs[i], err = held.add(Int64, asBytes(ids), 1, int64(n))
		case roleMask:
			inputs[i], err = held.add(Int64, asBytes(e.mask), 1, int64(len(e.mask)))
		case roleHidden:
			inputs[i], err = e.addHidden(&held)
		case roleBranch:
			inputs[i], err = held.add(Bool, []byte{byte(visible(!begins))}, 1)
		case roleOwn:
			inputs[i] = before[in.k]
		case roleCross:
			inputs[i] = e.bound[in.k]
			if begins {
				inputs[i] = empty[in.k]
			}
		}
		if err != nil {
			return err
		}
	}
	for i, out := range graph.outputs {
		switch {
		case out.role == roleLogits:
			outputs[i], err = held.add(b.model.sig.logitsType, b.logits, 1, int64(n), int64(b.model.sig.vocab))
		case out.role == roleOwn:
			outputs[i] = after[out.k]
		case begins: // the cross-attention's cache is written once
			outputs[i] = e.bound[out.k]
		}
		if err != nil {
			return err
		}
	}
	err = graph.session.RunWithOptions(inputs, outputs, options)
	for i, out := range graph.outputs {
		if out.role == roleCross && !begins && outputs[i] != nil { // a placeholder
			_ = outputs[i].Destroy()
		}
	}
	return err
}

// sized returns b with n bytes, whatever they hold.
func sized(b []byte, n int) []byte { return slices.Grow(b[:0], n)[:n] }
