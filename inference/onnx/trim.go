package onnx

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
)

// trimLogits returns the bytes of a graph that applies the last layer, hidden
// state to logits, to some positions only, or nil where it cannot make one.
// Exports compute logits for the whole prompt, of which a generation uses the
// last row: for a small model with a large vocabulary that is a third of the
// prompt's time. It adds the input that says which positions to sig.
//
// The rewriting puts a Gather of these positions before the one product that
// gives the logits, behind the quantization of its input where there is one,
// so that the numbers stay the same. Graphs whose end looks otherwise stay as
// they are.
func trimLogits(src source, p *proto, sig *signature) ([]byte, error) {
	head, ok := p.logitsHead(sig.outputs[sig.logits])
	if sig.lastOnly || !ok {
		return nil, nil
	}
	const chosen = "gloss.chosen"
	node := make([]byte, head.span.stop-head.span.start)
	if _, err := src.ReadAt(node, head.span.start); err != nil {
		return nil, err
	}
	gather := field(nil).text(1, head.inputs[0]).text(1, rowsInput).text(2, chosen).text(4, "Gather").
		bytes(5, field(nil).text(1, "axis").varint(3, 1).varint(20, 2))
	shape := field(nil).bytes(1, field(nil).text(2, rowsInput))
	input := field(nil).text(1, rowsInput).bytes(2, field(nil).bytes(1, field(nil).varint(1, uint64(Int64)).bytes(2, shape)))
	inserted := field(nil).bytes(1, gather).bytes(1, renameFirstInput(node, chosen)).bytes(11, input)

	size := p.graph.stop - p.graph.start - (head.span.stop - head.span.key) + int64(len(inserted))
	start := binary.AppendUvarint(field(nil).key(7, wireBytes), uint64(size))
	from := func(start, stop int64) io.Reader { return io.NewSectionReader(src, start, stop-start) }
	file := make([]byte, p.graph.key+int64(len(start))+size+p.size-p.graph.stop)
	_, err := io.ReadFull(io.MultiReader(
		from(0, p.graph.key), bytes.NewReader(start),
		from(p.graph.start, head.span.key), bytes.NewReader(inserted), from(head.span.stop, p.graph.stop),
		from(p.graph.stop, p.size),
	), file)
	if err != nil {
		return nil, err
	}
	sig.lastOnly, sig.rows = true, len(sig.inputs)
	sig.inputs = append(slices.Clone(sig.inputs), rowsInput)
	return file, nil
}

// logitsHead returns the product with the vocabulary's matrix that gives the
// logits, and whether it was found and nothing else uses what it gives. After
// it may come what exporters put there: a scale, a cast, a name; a bias, and a
// bound by tanh, as Phi and Gemma 2 have them.
//
// DynamicQuantizeMatMul is not among the products: it takes the scale of its
// input from all positions, so with the last one alone it would round
// otherwise.
func (p *proto) logitsHead(logits string) (head node, ok bool) {
	producers, users := map[string]node{}, map[string]int{}
	for _, n := range p.nodes {
		for _, out := range n.outputs {
			producers[out] = n
		}
		for _, in := range n.inputs {
			users[in]++
		}
	}
	users[logits]++ // the caller
	name := logits
	for range p.nodes { // a forged graph may go in circles
		head, ok = producers[name]
		if !ok || users[name] != 1 || head.depth > 0 || len(head.inputs) == 0 {
			return head, false
		}
		switch head.op {
		case "MatMul", "MatMulNBits", "MatMulInteger":
			return head, true
		case "Mul", "Cast", "Identity", "Tanh":
			name = head.inputs[0]
		case "Add", "Div":
			name = head.inputs[0]
			other := head.input(1)
			if head.op == "Add" && p.isRow(name) { // a bias may come first
				name, other = other, name
			}
			if !p.isRow(other) {
				return head, false
			}
		default:
			return head, false
		}
	}
	return head, false
}

// isRow reports whether name is a stored number, or one for each of a row, and so
// the same for every position.
func (p *proto) isRow(name string) bool {
	t, ok := p.initializers[name]
	return ok && len(t.dims) <= 1
}

func renameFirstInput(node []byte, name string) []byte {
	w := newWire(bytes.NewReader(node))
	for m := w.message(0, int64(len(node))); m.next(); {
		if m.field == 1 {
			return slices.Concat(node[:m.key], field(nil).text(1, name), node[m.stop:])
		}
	}
	return node
}

// field writes fields of a protocol buffer.
type field []byte

func (f field) key(number, kind uint64) field { return binary.AppendUvarint(f, number<<3|kind) }

func (f field) varint(number, v uint64) field {
	return binary.AppendUvarint(f.key(number, wireVarint), v)
}

func (f field) bytes(number uint64, b []byte) field {
	return append(binary.AppendUvarint(f.key(number, wireBytes), uint64(len(b))), b...)
}

func (f field) text(number uint64, s string) field { return f.bytes(number, []byte(s)) }
