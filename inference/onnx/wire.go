package onnx

import (
	"errors"
	"fmt"
	"io"
)

// The wire types of protocol buffers that occur in ONNX files.
// https://protobuf.dev/programming-guides/encoding/
const (
	wireVarint = 0
	wireI64    = 1
	wireBytes  = 2
	wireI32    = 5
)

// textBudget bounds the memory that reading one file may take: names,
// operators and shapes, never weights. A 32-layer export needs about 2 MiB.
const textBudget = 64 << 20

var (
	errTruncated = errors.New("it ends in the middle of a field; was the download interrupted?")
	errNotProto  = errors.New("its bytes are not a protocol buffer")
	errTooLarge  = fmt.Errorf("its graph describes more than %d MiB of names and shapes", textBudget>>20)
)

// wire reads fields from a window of a file. Weights are skipped, not read,
// so that a graph of gigabytes costs no more than its node list.
type wire struct {
	src    io.ReaderAt
	window []byte // bytes at base
	base   int64
	budget int64
	err    error
}

func newWire(src io.ReaderAt) *wire {
	return &wire{src: src, window: make([]byte, 0, 64<<10), budget: textBudget}
}

func (w *wire) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// spend charges n bytes of text and the record that holds it.
func (w *wire) spend(n int64) bool {
	w.budget -= n + 64
	if w.budget < 0 {
		w.fail(errTooLarge)
	}
	return w.err == nil
}

// at returns the byte at offset off.
func (w *wire) at(off int64) (byte, bool) {
	if off < w.base || off >= w.base+int64(len(w.window)) {
		n, err := w.src.ReadAt(w.window[:cap(w.window)], off)
		if n == 0 {
			if err == nil || errors.Is(err, io.EOF) {
				err = errTruncated
			}
			w.fail(err)
			return 0, false
		}
		w.base, w.window = off, w.window[:n]
	}
	return w.window[off-w.base], true
}

// message is a cursor over the fields of one embedded message:
//
//	for m.next() {
//		switch m.field {
//		case 1:
//			name = m.text()
//		}
//	}
//
// Fields that are not asked for are skipped. The first error ends every loop
// and stays in wire.err.
type message struct {
	w        *wire
	pos, end int64

	field  uint64
	kind   uint64
	key    int64  // where the field starts
	varint uint64 // the value of a wireVarint field
	start  int64  // the extent of a wireBytes field
	stop   int64
}

func (w *wire) message(start, end int64) *message {
	return &message{w: w, pos: start, end: end}
}

func (m *message) readVarint() (v uint64, ok bool) {
	for shift := 0; shift < 64; shift += 7 {
		if m.pos >= m.end {
			m.w.fail(errTruncated)
			return 0, false
		}
		b, ok := m.w.at(m.pos)
		if !ok {
			return 0, false
		}
		m.pos++
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, true
		}
	}
	m.w.fail(errNotProto)
	return 0, false
}

// next moves to the next field and past its value.
func (m *message) next() bool {
	if m.w.err != nil || m.pos >= m.end {
		return false
	}
	m.key = m.pos
	key, ok := m.readVarint()
	if !ok {
		return false
	}
	m.field, m.kind = key>>3, key&7
	size := uint64(0)
	switch m.kind {
	case wireVarint:
		m.varint, ok = m.readVarint()
		return ok
	case wireI64:
		size = 8
	case wireI32:
		size = 4
	case wireBytes:
		if size, ok = m.readVarint(); !ok {
			return false
		}
	default:
		m.w.fail(errNotProto)
		return false
	}
	if m.field == 0 {
		m.w.fail(errNotProto)
		return false
	}
	if size > uint64(m.end-m.pos) {
		m.w.fail(errTruncated)
		return false
	}
	m.start, m.stop = m.pos, m.pos+int64(size)
	m.pos = m.stop
	return true
}

// sub opens the current field as a message. A field of another wire type
// reads as an empty one.
func (m *message) sub() *message {
	if m.kind != wireBytes {
		return m.w.message(0, 0)
	}
	return m.w.message(m.start, m.stop)
}

// text returns the current field as a string, "" for another wire type.
func (m *message) text() string {
	if m.kind != wireBytes || !m.w.spend(m.stop-m.start) {
		return ""
	}
	b := make([]byte, m.stop-m.start)
	if _, err := m.w.src.ReadAt(b, m.start); err != nil && len(b) > 0 {
		if errors.Is(err, io.EOF) {
			err = errTruncated
		}
		m.w.fail(err)
		return ""
	}
	return string(b)
}

// ints appends the current field's integers, packed or not, to list.
func (m *message) ints(list []int64) []int64 {
	if m.kind == wireVarint {
		if m.w.spend(8) {
			list = append(list, int64(m.varint))
		}
		return list
	}
	for packed := m.sub(); packed.pos < packed.end; {
		v, ok := packed.readVarint()
		if !ok || !m.w.spend(8) {
			break
		}
		list = append(list, int64(v))
	}
	return list
}
