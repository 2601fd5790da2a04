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

	"github.com/gloss-lsp/gloss/models/untrusted"
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
	r := refusal{w: newWire(src), files: map[string]bool{}}
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
	folder string          // of the graph's file, "" where it has none
	files  map[string]bool // those with weights that have been looked at
}

// scope holds what is known of the tensors of a graph, by name.
type scope struct {
	outer *scope // that of the graph around it
	known map[string]tensor
}

// find returns what is known of a tensor, which may stand in a graph around.
func (s *scope) find(name string) tensor {
	for ; s != nil; s = s.outer {
		if t, ok := s.known[name]; ok {
			return t
		}
	}
	return tensor{}
}

func (r *refusal) graph(m *message, outer *scope, depth int) {
	if depth > maxNesting {
		r.w.fail(fmt.Errorf("its graphs are nested more than %d deep", maxNesting))
		return
	}
	s := &scope{outer, map[string]tensor{}}
	weights := *m // they come behind the nodes
	for weights.next() {
		switch weights.field {
		case 5:
			t := r.tensor(weights.sub())
			s.known[t.name] = t
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
			t.ints = few(m, t.ints)
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
	if r.files[name] {
		return
	}
	r.files[name] = true
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
	f.Close()
}

func (r *refusal) node(m *message, s *scope, depth int) {
	var n node
	var value tensor
	n.read(m, func(attribute *message) {
		if t := r.attribute(attribute, s, depth); len(t.dims)+len(t.ints) > 0 {
			value = t
		}
	})
	if r.w.err != nil {
		return
	}
	if !operators[n.op] {
		r.w.fail(fmt.Errorf("the operator %.80q is none that gloss lets a model have: language models need neither loops nor what is not made for them", n.op))
		return
	}
	if elements := n.makes(s); elements > maxMade {
		r.w.fail(fmt.Errorf("its operator %s makes a tensor of %s elements; gloss allows %d", n.op, count(elements), maxMade))
	}
	if products := n.folds(s); products > maxFolded {
		r.w.fail(fmt.Errorf("its operator %s multiplies stored weights with each other, %s times; gloss allows %d", n.op, count(products), maxFolded))
	}
	if t := n.gives(s, value); len(t.dims)+len(t.ints) > 0 && len(n.outputs) > 0 {
		s.known[n.outputs[0]] = t
	}
}

// attribute returns the tensor, or the integers, that an attribute holds.
func (r *refusal) attribute(m *message, s *scope, depth int) (t tensor) {
	for m.next() {
		switch m.field {
		case 3, 8: // an integer, integers
			t.ints = few(m, t.ints)
		case 5, 10: // a tensor, tensors
			t = r.tensor(m.sub())
		case 6, 11: // a graph, graphs
			r.graph(m.sub(), s, depth+1)
		case 22, 23:
			r.w.fail(errors.New("it has sparse tensors"))
		}
	}
	return t
}

// few appends the current field's integers to list, as far as they can be those
// of a shape.
func few(m *message, list []int64) []int64 {
	const longest = 10 // bytes of an integer
	if len(list) > maxKnown || m.kind == wireBytes && m.stop-m.start > longest*maxKnown {
		return list
	}
	return m.ints(list)
}

func (n *node) input(i int) string {
	if i < len(n.inputs) {
		return n.inputs[i]
	}
	return ""
}

// makes returns the least number of elements of a tensor that n makes out of
// numbers, 0 where they are not known.
func (n *node) makes(s *scope) int64 {
	switch n.op {
	case "ConstantOfShape":
		return product(s.find(n.input(0)).ints)
	case "Expand", "Tile", "OneHot":
		return product(s.find(n.input(1)).ints)
	case "Pad":
		return sum(s.find(n.input(1)).ints)
	case "Range":
		start, limit, delta := s.find(n.input(0)).ints, s.find(n.input(1)).ints, s.find(n.input(2)).ints
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
	a, b := s.find(n.input(0)).dims, s.find(n.input(1)).dims
	if n.op == "QLinearMatMul" {
		b = s.find(n.input(3)).dims
	}
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	return times(product(a), max(b[0], b[len(b)-1])) // Gemm may transpose
}

// gives returns what is known of n's output without running it: shapes are put
// together of numbers. A part that is not known is left out.
func (n *node) gives(s *scope, value tensor) tensor {
	first := s.find(n.input(0))
	switch n.op {
	case "Constant":
		return value
	case "ConstantOfShape":
		return tensor{dims: first.ints}
	case "Identity", "Cast":
		return first
	case "Transpose", "DequantizeLinear":
		return tensor{dims: first.dims}
	case "Unsqueeze", "Squeeze", "Reshape", "Flatten":
		return tensor{ints: first.ints}
	case "Concat":
		var all []int64
		for _, in := range n.inputs {
			if all = append(all, s.find(in).ints...); len(all) > maxKnown {
				break
			}
		}
		return tensor{ints: all}
	case "Add":
		return tensor{ints: each(first.ints, s.find(n.input(1)).ints, func(a, b int64) int64 { return a + b })}
	case "Mul":
		return tensor{ints: each(first.ints, s.find(n.input(1)).ints, times)}
	}
	return tensor{}
}

// each combines two lists, of which one may be a single number.
func each(a, b []int64, f func(a, b int64) int64) []int64 {
	if len(a) == 0 || len(b) == 0 || len(a) != len(b) && len(a) != 1 && len(b) != 1 {
		return nil
	}
	out := make([]int64, max(len(a), len(b)))
	for i := range out {
		out[i] = f(a[i%len(a)], b[i%len(b)])
	}
	return out
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
