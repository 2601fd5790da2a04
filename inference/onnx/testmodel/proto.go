package testmodel

import (
	"encoding/binary"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// The element types of onnx.proto that the graphs use.
const (
	float32Type = 1
	uint8Type   = 2
	int8Type    = 3
	int32Type   = 6
	int64Type   = 7
	boolType    = 9
	float16Type = 10
)

// msg builds a protocol buffer message.
type msg []byte

func (m msg) key(field, wire uint64) msg {
	return binary.AppendUvarint(m, field<<3|wire)
}

func (m msg) int(field uint64, v int64) msg {
	return binary.AppendUvarint(m.key(field, 0), uint64(v))
}

func (m msg) float(field uint64, v float32) msg {
	return binary.LittleEndian.AppendUint32(m.key(field, 5), math.Float32bits(v))
}

func (m msg) bytes(field uint64, b []byte) msg {
	return append(binary.AppendUvarint(m.key(field, 2), uint64(len(b))), b...)
}

func (m msg) text(field uint64, s string) msg { return m.bytes(field, []byte(s)) }

// graph collects the parts of a ModelProto. Nodes must be added in the order
// in which they run.
type graph struct {
	body msg
	rng  *rand.Rand
	made map[string]bool // initializers
	root *graph          // of a branch, whose initializers are the whole graph's

	// named makes a tensor's numbers depend on the seed and on its name alone, so
	// that the graphs of one model have the same weights.
	named bool
	seed  uint64

	half     bool   // floats are float16
	external bool   // put weights into data, not into the graph
	data     []byte // of the file dataFile
}

// dataFile is the name of the file that holds a graph's external weights.
const dataFile = "model.onnx_data"

func newGraph(seed uint64) *graph {
	return &graph{body: msg(nil).text(2, "random"), rng: rand.New(rand.NewPCG(seed, 1)), made: map[string]bool{}, seed: seed}
}

// branch returns a graph for an attribute of a node of g.
func (g *graph) branch(name string) *graph {
	return &graph{body: msg(nil).text(2, name), made: map[string]bool{}, root: g}
}

// model closes the graph.
func (g *graph) model(opset int64) []byte {
	return msg(nil).
		int(1, 8). // IR version
		text(2, "gloss-testmodel").
		bytes(7, g.body).
		bytes(8, msg(nil).text(1, "").int(2, opset)).
		bytes(8, msg(nil).text(1, "com.microsoft").int(2, 1))
}

// dim is an int or the name of a symbolic dimension.
type dim any

func (g *graph) input(name string, dtype int64, dims ...dim) string {
	g.body = g.body.bytes(11, valueInfo(name, dtype, dims))
	return name
}

func (g *graph) output(name string, dtype int64, dims ...dim) {
	g.body = g.body.bytes(12, valueInfo(name, dtype, dims))
}

func valueInfo(name string, dtype int64, dims []dim) msg {
	var shape msg
	for _, d := range dims {
		var one msg
		switch d := d.(type) {
		case int:
			one = one.int(1, int64(d))
		case string:
			one = one.text(2, d)
		}
		shape = shape.bytes(1, one)
	}
	tensor := msg(nil).int(1, dtype).bytes(2, shape)
	return msg(nil).text(1, name).bytes(2, msg(nil).bytes(1, tensor))
}

// attrs are a node's attributes: int, []int, float32, tensorValue and *graph.
type attrs map[string]any

// tensorValue is a TensorProto as the value of an attribute.
type tensorValue msg

// node adds a node of ai.onnx and returns its first output's name.
func (g *graph) node(op string, a attrs, out string, in ...string) string {
	g.add("", op, a, []string{out}, in)
	return out
}

// ms adds a node of com.microsoft and returns its first output's name.
func (g *graph) ms(op string, a attrs, outs []string, in ...string) string {
	g.add("com.microsoft", op, a, outs, in)
	return outs[0]
}

func (g *graph) add(domain, op string, a attrs, outs, in []string) {
	var n msg
	for _, s := range in {
		n = n.text(1, s)
	}
	for _, s := range outs {
		n = n.text(2, s)
	}
	n = n.text(4, op)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		attr := msg(nil).text(1, name)
		switch v := a[name].(type) {
		case int:
			attr = attr.int(3, int64(v)).int(20, 2)
		case float32:
			attr = attr.float(2, v).int(20, 1)
		case []int:
			for _, i := range v {
				attr = attr.int(8, int64(i))
			}
			attr = attr.int(20, 7)
		case tensorValue:
			attr = attr.bytes(5, v).int(20, 4)
		case *graph:
			attr = attr.bytes(6, v.body).int(20, 5)
		}
		n = n.bytes(5, attr)
	}
	g.body = g.body.bytes(1, n.text(7, domain))
}

// tensor adds an initializer once and returns its name.
func (g *graph) tensor(name string, dtype int64, raw func() []byte, dims ...int) string {
	if g.root != nil {
		return g.root.tensor(name, dtype, raw, dims...)
	}
	if g.made[name] {
		return name
	}
	g.made[name] = true
	if g.named {
		g.rng = rand.New(rand.NewPCG(g.seed, hash(name)))
	}
	var t msg
	for _, d := range dims {
		t = t.int(1, int64(d))
	}
	t = t.int(2, dtype).text(8, name)
	b := raw()
	if g.external && len(b) >= 1024 {
		entry := func(key, value string) { t = t.bytes(13, msg(nil).text(1, key).text(2, value)) }
		entry("location", dataFile)
		entry("offset", strconv.Itoa(len(g.data)))
		entry("length", strconv.Itoa(len(b)))
		t = t.int(14, 1)
		g.data = append(g.data, b...)
	} else {
		t = t.bytes(9, b)
	}
	g.body = g.body.bytes(5, t)
	return name
}

func (g *graph) int64s(name string, values ...int64) string {
	return g.tensor(name, int64Type, func() (b []byte) {
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
		return b
	}, len(values))
}

func (g *graph) scalar(name string, v int64) string {
	return g.tensor(name, int64Type, func() []byte { return binary.LittleEndian.AppendUint64(nil, uint64(v)) })
}

// floats adds a tensor whose elements f gives.
func (g *graph) floats(name string, f func(i int) float32, dims ...int) string {
	if g.half {
		return g.halves(name, f, dims...)
	}
	return g.tensor(name, float32Type, func() []byte {
		n := 1
		for _, d := range dims {
			n *= d
		}
		b := make([]byte, 0, 4*n)
		for i := range n {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f(i)))
		}
		return b
	}, dims...)
}

// halves is floats in float16, rounded to the nearest; numbers too large for it
// become the largest.
func (g *graph) halves(name string, f func(i int) float32, dims ...int) string {
	return g.tensor(name, float16Type, func() []byte {
		n := 1
		for _, d := range dims {
			n *= d
		}
		b := make([]byte, 0, 2*n)
		for i := range n {
			b = binary.LittleEndian.AppendUint16(b, half(f(i)))
		}
		return b
	}, dims...)
}

// half returns the bits of the float16 number that is nearest to v.
func half(v float32) uint16 {
	sign, size := uint16(math.Float32bits(v)>>16)&0x8000, math.Abs(float64(v))
	switch {
	case size >= 65504:
		return sign | 0x7bff
	case size < 1.0/(1<<14): // below the normal ones
		return sign | uint16(math.RoundToEven(size*(1<<24)))
	}
	fraction, exponent := math.Frexp(size) // size = fraction * 2^exponent, fraction from 1/2 to 1
	bits := uint16(exponent+14)<<10 + uint16(math.RoundToEven((fraction*2-1)*1024))
	return sign | bits // a fraction that is rounded up to 1 has carried
}

// noise gives random numbers of variance 1/fanIn.
func (g *graph) noise(fanIn int) func(int) float32 {
	if g.root != nil {
		return g.root.noise(fanIn)
	}
	width := 2 * float32(math.Sqrt(3/float64(fanIn)))
	return func(int) float32 { return (g.rng.Float32() - 0.5) * width }
}

func (g *graph) randomBytes(n int) []byte {
	if g.root != nil {
		return g.root.randomBytes(n)
	}
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.rng.Uint32())
	}
	return b
}

func hash(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}
