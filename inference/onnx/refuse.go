package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gloss-lsp/gloss/untrusted"
)

// A graph is a program, and may be anybody's. What follows refuses, before ONNX
// Runtime sees it, what has no place in a language model and could run for ever,
// fill the memory or read other files: a run can be stopped between two
// operators only, and loading cannot be stopped at all. It looks at operators
// and at what a graph says in numbers; sizes that a graph computes from its
// inputs are beyond it.

// operators are those of decoder-only models, as exported by Optimum,
// Transformers.js, PyTorch and ONNX Runtime's model builder, with what ONNX
// Runtime makes of them. There is no Loop and no Scan. If runs one of its
// branches once.
var operators = func() map[string]bool {
	set := map[string]bool{}
	for op := range strings.FieldsSeq(`
		Abs Add And ArgMax Attention BitShift BitwiseAnd BitwiseNot BitwiseOr Cast CastLike Ceil Clip Concat
		ConcatFromSequence Constant ConstantOfShape Cos CumSum DequantizeLinear Div Dropout DynamicQuantizeLinear
		Einsum Elu Equal Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gelu Gemm Greater
		GreaterOrEqual HardSigmoid HardSwish Identity If IsInf IsNaN LayerNormalization LeakyRelu Less LessOrEqual
		Log LogSoftmax LpNormalization MatMul MatMulInteger Max Mean Min Mish Mod Mul Neg NonZero Not OneHot Or Pad
		Pow QLinearMatMul QuantizeLinear RMSNormalization Range Reciprocal ReduceL1 ReduceL2 ReduceLogSumExp
		ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape RotaryEmbedding Round
		ScatterElements ScatterND SequenceAt SequenceConstruct Shape Sigmoid Sign Sin Size Slice Softmax Softplus
		Split SplitToSequence Sqrt Squeeze Sub Sum Swish Tanh TensorScatter Tile TopK Transpose Trilu Unsqueeze
		Where Xor

		BiasGelu DynamicQuantizeMatMul EmbedLayerNormalization FastGelu FusedMatMul GatherBlockQuantized
		GroupQueryAttention MatMulBnb4 MatMulIntegerToFloat MatMulNBits MoE MultiHeadAttention QAttention QGemm QMoE
		QuickGelu SimplifiedLayerNormalization SkipLayerNormalization SkipSimplifiedLayerNormalization
		SparseAttention`) {
		set[op] = true
	}
	return set
}()

const (
	// maxMade bounds the elements of a tensor that a graph makes out of numbers:
	// a mask for 4,096 positions has as many.
	maxMade = 1 << 24
	// maxFolded bounds the multiplications of two stored matrices, which ONNX
	// Runtime does while it loads the graph.
	maxFolded = 1 << 33
	// maxKnown bounds the integers of a tensor that can be a shape.
	maxKnown = 64
)

// refuse says why g, which src holds, is not given to ONNX Runtime, or nil.
func (g Graph) refuse(src source) error {
	r := refusal{w: newWire(src), files: map[string]int64{}}
	if g.Path != "" {
		r.folder = filepath.Dir(g.Path)
	}
	for m := r.w.message(0, src.size); m.next(); {
		switch m.field {
		case 7:
			r.graph(m.sub(), nil, 0)
		case 25:
			r.w.fail(errors.New("it has functions of its own, which may call each other any number of times; export it without them"))
		}
	}
	return r.w.err
}

// refusal walks through a graph. What it finds goes to w.fail, which ends it.
type refusal struct {
	w      *wire
	folder string           // of the graph's file, "" where it has none
	files  map[string]int64 // sizes of those with weights
}

// scope holds what is known of the tensors of a graph.
type scope struct {
	outer  *scope // that of the graph around it
	shapes map[string][]int64
	values map[string][]int64 // of integers
}

func lookUp(s *scope, name string, in func(*scope) map[string][]int64) []int64 {
	for ; s != nil; s = s.outer {
		if found, ok := in(s)[name]; ok {
			return found
		}
	}
	return nil
}

func (s *scope) shape(name string) []int64 {
	return lookUp(s, name, func(s *scope) map[string][]int64 { return s.shapes })
}

func (s *scope) value(name string) []int64 {
	return lookUp(s, name, func(s *scope) map[string][]int64 { return s.values })
}

func (r *refusal) graph(m *message, outer *scope, depth int) {
	if depth > maxNesting {
		r.w.fail(fmt.Errorf("its graphs are nested more than %d deep", maxNesting))
		return
	}
	s := &scope{outer, map[string][]int64{}, map[string][]int64{}}
	weights := *m // they come behind the nodes
	for weights.next() {
		switch weights.field {
		case 5:
			t := r.tensor(weights.sub())
			s.shapes[t.name], s.values[t.name] = t.dims, t.ints
		case 15:
			r.w.fail(errors.New("it has sparse tensors"))
		}
	}
	for m.next() {
		if m.field == 1 {
			r.node(m.sub(), s, depth)
		}
	}
}

// tensor is what is read of a TensorProto: its integers only where they are few.
type tensor struct {
	name       string
	dims, ints []int64
}

func (r *refusal) tensor(m *message) (t tensor) {
	const int32Type DType = 6
	var kind DType
	var raw span
	for m.next() {
		switch m.field {
		case 1:
			t.dims = m.ints(t.dims)
		case 2:
			kind = DType(m.varint)
		case 5, 7:
			if len(t.ints) <= maxKnown && m.stop-m.start <= 10*maxKnown {
				t.ints = m.ints(t.ints)
			}
		case 8:
			t.name = m.text()
		case 9:
			raw = m.span()
		case 13:
			r.external(m.sub())
		}
	}
	if size := int64(kind.bits() / 8); (kind == Int64 || kind == int32Type) && raw.stop-raw.start <= size*maxKnown {
		b := make([]byte, raw.stop-raw.start)
		if n, err := r.w.src.ReadAt(b, raw.start); n < len(b) {
			r.w.fail(err)
			return t
		}
		for one := range slices.Chunk(b[:len(b)/int(size)*int(size)], int(size)) {
			if kind == Int64 {
				t.ints = append(t.ints, int64(binary.LittleEndian.Uint64(one)))
			} else {
				t.ints = append(t.ints, int64(int32(binary.LittleEndian.Uint32(one))))
			}
		}
	}
	return t
}

// external looks at one entry of where a tensor's bytes lie. What is no regular
// file beside the graph is refused: only that counts in a model's identity, and
// to open a pipe would be to wait.
func (r *refusal) external(entry *message) {
	var key, value string
	for entry.next() {
		switch entry.field {
		case 1:
			key = entry.text()
		case 2:
			value = entry.text()
		}
	}
	if key != "location" {
		return
	}
	name := path.Clean(value)
	if _, known := r.files[name]; known {
		return
	}
	if r.folder == "" || name != filepath.Base(name) || !filepath.IsLocal(name) {
		r.w.fail(fmt.Errorf("its weights lie in %.80q, which is not beside it", value))
		return
	}
	f, err := untrusted.Open(filepath.Join(r.folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("its weights lie in a second file, which must be beside it: %w", err)
	}
	if err != nil {
		r.w.fail(err)
		return
	}
	r.files[name] = f.Size()
	f.Close()
}

func (r *refusal) node(m *message, s *scope, depth int) {
	var n node
	var value []int64
	for m.next() {
		switch m.field {
		case 1:
			n.inputs = append(n.inputs, m.text())
		case 2:
			n.outputs = append(n.outputs, m.text())
		case 4:
			n.op = m.text()
		case 5:
			value = append(value, r.attribute(m.sub(), s, depth)...)
		}
	}
	if r.w.err != nil {
		return
	}
	if !operators[n.op] {
		r.w.fail(fmt.Errorf("the operator %.80q is none that gloss lets a model have: language models need neither loops nor what is not made for them", n.op))
		return
	}
	if elements := n.makes(s, value); elements > maxMade {
		r.w.fail(fmt.Errorf("its operator %s makes a tensor of %s elements; gloss allows %d", n.op, count(elements), maxMade))
	}
	if products := n.folds(s); products > maxFolded {
		r.w.fail(fmt.Errorf("its operator %s multiplies stored weights with each other, %s times; gloss allows %d", n.op, count(products), maxFolded))
	}
	if known := n.integers(s, value); known != nil && len(n.outputs) > 0 {
		s.values[n.outputs[0]] = known[:min(len(known), maxKnown)]
	}
}

// attribute returns the integers of an attribute, as far as they are few.
func (r *refusal) attribute(m *message, s *scope, depth int) (ints []int64) {
	for m.next() {
		switch m.field {
		case 3: // one
			if m.kind == wireVarint {
				ints = append(ints, int64(m.varint))
			}
		case 8:
			if len(ints) <= maxKnown && m.stop-m.start <= 10*maxKnown {
				ints = m.ints(ints)
			}
		case 5, 10: // a tensor, tensors
			ints = append(ints, r.tensor(m.sub()).ints...)
		case 6, 11: // a graph, graphs
			r.graph(m.sub(), s, depth+1)
		case 22, 23:
			r.w.fail(errors.New("it has sparse tensors"))
		}
	}
	return ints
}

func (n *node) input(i int) string {
	if i < len(n.inputs) {
		return n.inputs[i]
	}
	return ""
}

// makes returns the least number of elements of a tensor that n makes out of
// numbers, 0 where they are not known.
func (n *node) makes(s *scope, value []int64) int64 {
	switch n.op {
	case "ConstantOfShape":
		return product(s.value(n.input(0)))
	case "Expand", "Tile", "OneHot":
		return product(s.value(n.input(1)))
	case "Pad":
		return sum(s.value(n.input(1)))
	case "Range":
		start, limit, delta := s.value(n.input(0)), s.value(n.input(1)), s.value(n.input(2))
		if len(start) == 1 && len(limit) == 1 && len(delta) == 1 && delta[0] != 0 {
			return int64(min(most, math.Abs((float64(limit[0])-float64(start[0]))/float64(delta[0]))))
		}
	}
	return 0
}

// folds returns the multiplications of n where it multiplies two stored
// matrices, else 0.
func (n *node) folds(s *scope) int64 {
	switch n.op {
	case "MatMul", "Gemm", "FusedMatMul", "MatMulInteger", "QLinearMatMul", "DynamicQuantizeMatMul", "MatMulIntegerToFloat":
	default:
		return 0
	}
	a, b := s.shape(n.input(0)), s.shape(n.input(1))
	if n.op == "QLinearMatMul" {
		b = s.shape(n.input(3))
	}
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	return times(product(a), max(b[0], b[len(b)-1])) // Gemm may transpose
}

// integers returns what n computes where that is known: shapes are put together
// so. What is not known counts as 1.
func (n *node) integers(s *scope, value []int64) []int64 {
	a, b := s.value(n.input(0)), s.value(n.input(1))
	switch n.op {
	case "Constant":
		return value
	case "Identity", "Cast", "Unsqueeze", "Squeeze", "Reshape", "Flatten":
		return a
	case "Concat":
		var all []int64
		for _, in := range n.inputs {
			if part := s.value(in); part != nil {
				all = append(all, part...)
			}
			if len(all) > maxKnown {
				break
			}
		}
		return all
	case "Add", "Mul":
		if len(a) != len(b) && len(a) != 1 && len(b) != 1 || len(a) == 0 || len(b) == 0 {
			return nil
		}
		out := make([]int64, max(len(a), len(b)))
		for i := range out {
			x, y := a[i%len(a)], b[i%len(b)]
			if n.op == "Add" {
				out[i] = x + y
			} else {
				out[i] = times(x, y)
			}
		}
		return out
	}
	return nil
}

// product multiplies the positive ones of a shape; the others stand for what is
// not known.
func product(shape []int64) int64 {
	if len(shape) == 0 {
		return 0
	}
	n := int64(1)
	for _, d := range shape {
		if d > 0 {
			n = times(n, d)
		}
	}
	return n
}

func sum(list []int64) (n int64) {
	for _, x := range list {
		n = min(n+min(max(x, 0), most), most)
	}
	return n
}

// most is where numbers end that a forged graph may make as large as it likes.
const most = math.MaxInt64 / 4

func times(a, b int64) int64 {
	if a > 0 && b > 0 && a > most/b {
		return most
	}
	return a * b
}

// count writes a number, which may be past the end.
func count(n int64) string {
	if n >= most {
		return "countless"
	}
	return strconv.FormatInt(n, 10)
}
