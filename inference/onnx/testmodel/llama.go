package testmodel

import (
	"fmt"
	"math"
)

// Llama is the shape and the interface of a Llama-family graph with random
// weights: RMSNorm, rotary embeddings, grouped-query attention, SwiGLU, tied
// embeddings. Inputs and outputs are named as in Hugging Face's exports, the
// symbolic dimensions too: Transformers.js derives the shape of the empty
// cache from their names.
type Llama struct {
	Layers, Hidden, FFN, Heads, KVHeads, HeadDim, Vocab, Context int
	// Theta is the base of the rotary embeddings' frequencies.
	Theta float64

	// Plain uses operators of ai.onnx only, as an fp32 export does; otherwise
	// norms, rotary embeddings and attention are com.microsoft's fused ones.
	Plain bool
	// NBits stores matrices as MatMulNBits of 8 or 4 bits, in symmetric blocks
	// of 32. With 8 bits the embeddings are among them; with 4 bits they, and
	// so the head, stay float32, as in the q4 files of Hugging Face. Hidden,
	// FFN and Heads*HeadDim must be multiples of 32.
	NBits int
	// AccuracyLevel is MatMulNBits' attribute: 4 lets it round activations to
	// 8 bits, 0 leaves it out, as exports do.
	AccuracyLevel int
	// Dynamic is what ONNX Runtime's quantize_dynamic makes, the files that
	// Hugging Face names model_quantized.onnx: matrices and embeddings in uint8
	// with one scale each, activations rounded at run time (MatMulInteger).
	Dynamic bool
	// Joined multiplies by the matrices of one input at once: those of query, key
	// and value, and those of the MLP's two halves.
	Joined bool
	// NoPositionIDs leaves out the input position_ids.
	NoPositionIDs bool
	// Float16Cache makes past_key_values and present float16.
	Float16Cache bool
	// Float16Logits makes the logits float16.
	Float16Logits bool
	// LastLogits gives logits for the last position only.
	LastLogits bool
	// External makes WriteDir put the large tensors into a second file.
	External bool
	// Damaged puts NaN into the last norm.
	Damaged bool
	Seed    uint64
}

// Tiny is a shape that loads and runs in milliseconds.
var Tiny = Llama{Layers: 2, Hidden: 32, FFN: 64, Heads: 4, KVHeads: 2, HeadDim: 16, Vocab: 128, Context: 512, Theta: 10000, Seed: 1}

// SmolLM2 is the shape of SmolLM2-135M.
var SmolLM2 = Llama{Layers: 30, Hidden: 576, FFN: 1536, Heads: 9, KVHeads: 3, HeadDim: 64, Vocab: 49152, Context: 8192, Theta: 100000, Seed: 1}

// Shipped is the shape of the model that ships with gloss, and how it is stored.
var Shipped = Llama{Layers: 8, Hidden: 512, FFN: 1408, Heads: 8, KVHeads: 4, HeadDim: 64, Vocab: 8192, Context: 2048, Theta: 10000, NBits: 8, AccuracyLevel: 4, Seed: 1}

// Check says why no graph of this shape can be written or run.
func (l Llama) Check() error {
	for name, size := range map[string]int{
		"layers": l.Layers, "hidden": l.Hidden, "ffn": l.FFN, "heads": l.Heads,
		"kv-heads": l.KVHeads, "head-dim": l.HeadDim, "vocab": l.Vocab, "context": l.Context,
	} {
		if size < 1 {
			return fmt.Errorf("%s is %d; it must be at least 1", name, size)
		}
	}
	switch {
	case l.Heads%l.KVHeads != 0:
		return fmt.Errorf("%d heads cannot share %d heads of keys and values evenly", l.Heads, l.KVHeads)
	case l.HeadDim%2 != 0:
		return fmt.Errorf("the head size %d is odd; rotary embeddings need pairs", l.HeadDim)
	case l.NBits > 0 && (l.Hidden%block != 0 || l.FFN%block != 0 || l.Heads*l.HeadDim%block != 0):
		return fmt.Errorf("MatMulNBits' blocks of %d need a hidden size (%d), an FFN size (%d) and heads times head size (%d) that they divide", block, l.Hidden, l.FFN, l.Heads*l.HeadDim)
	}
	return nil
}

// epsilon keeps the norms' divisor from zero.
const epsilon = 1e-5

// Graph returns the ONNX file.
func (l Llama) Graph() []byte {
	file, _ := l.files()
	return file
}

// files returns the ONNX file and its external data.
func (l Llama) files() (file, data []byte) {
	g := l.graph()
	return g.model(14), g.data
}

func (l Llama) graph() *graph {
	g := newGraph(l.Seed)
	g.external = l.External
	l.inputs(g)
	x := l.embed(g)
	l.preamble(g)
	for i := range l.Layers {
		p := fmt.Sprintf("layers.%d.", i)
		a := l.attention(g, i, l.norm(g, p+"input_layernorm", x))
		x = g.node("Add", nil, p+"x1", x, l.matmul(g, p+"o_proj", a, l.Heads*l.HeadDim, l.Hidden))
		n := l.norm(g, p+"post_attention_layernorm", x)
		both := l.products(g, n, l.Hidden, []string{p + "gate_proj", p + "up_proj"}, l.FFN, l.FFN)
		gate, up := both[0], both[1]
		silu := g.node("Mul", nil, p+"silu", gate, g.node("Sigmoid", nil, p+"sigmoid", gate))
		down := l.matmul(g, p+"down_proj", g.node("Mul", nil, p+"gated", silu, up), l.FFN, l.Hidden)
		x = g.node("Add", nil, p+"x2", x, down)
	}
	l.head(g, l.norm(g, "norm", x))
	return g
}

func (l Llama) cacheType() int64 {
	if l.Float16Cache {
		return float16Type
	}
	return float32Type
}

func (l Llama) inputs(g *graph) {
	g.input("input_ids", int64Type, "batch_size", "sequence_length")
	g.input("attention_mask", int64Type, "batch_size", "total_sequence_length")
	if !l.NoPositionIDs {
		g.input("position_ids", int64Type, "batch_size", "sequence_length")
	}
	for i := range l.Layers {
		for _, kind := range []string{"key", "value"} {
			g.input(fmt.Sprintf("past_key_values.%d.%s", i, kind), l.cacheType(), "batch_size", l.KVHeads, "past_sequence_length", l.HeadDim)
		}
	}
	rows, logits := dim("sequence_length"), int64(float32Type)
	if l.LastLogits {
		rows = 1
	}
	if l.Float16Logits {
		logits = float16Type
	}
	g.output("logits", logits, "batch_size", rows, l.Vocab)
	for i := range l.Layers {
		for _, kind := range []string{"key", "value"} {
			g.output(fmt.Sprintf("present.%d.%s", i, kind), l.cacheType(), "batch_size", l.KVHeads, "total_sequence_length", l.HeadDim)
		}
	}
}

// embed looks up the embeddings. The table is shared with the head.
func (l Llama) embed(g *graph) string {
	switch {
	case l.NBits == 8:
		l.quantize(g, "embed_tokens", l.Hidden, l.Vocab)
		whole := g.node("Cast", attrs{"to": float32Type}, "embedded.f", g.node("Gather", nil, "embedded.q", "embed_tokens.q", "input_ids"))
		centred := g.node("Sub", nil, "embedded.c", whole, g.floats("c128", func(int) float32 { return 128 }, 1))
		scale := g.node("Unsqueeze", nil, "embedded.s", g.node("Gather", nil, "embedded.s0", "embed_tokens.s", "input_ids"), g.int64s("axis3", 3))
		return g.node("Reshape", nil, "embedded", g.node("Mul", nil, "embedded.m", centred, scale), g.int64s("flat", 0, 0, int64(l.Hidden)))
	case l.Dynamic:
		table := l.bytes(g, "embed_tokens", l.Hidden, l.Vocab, l.Hidden)
		return g.node("DequantizeLinear", nil, "embedded", g.node("Gather", nil, "embedded.q", table, "input_ids"), "embed_tokens.s", "embed_tokens.z")
	}
	return g.node("Gather", nil, "embedded", g.floats("embed_tokens", g.noise(l.Hidden), l.Vocab, l.Hidden), "input_ids")
}

// head computes the logits of x with the embeddings' table.
func (l Llama) head(g *graph, x string) {
	if l.LastLogits {
		x = g.node("Gather", attrs{"axis": 1}, "last", x, g.int64s("minus1", -1))
	}
	transposed := func(table string) string {
		return g.node("Transpose", attrs{"perm": []int{1, 0}}, table+".t", table)
	}
	var logits string
	switch {
	case l.NBits == 8:
		logits = l.matmul(g, "embed_tokens", x, l.Hidden, l.Vocab)
	case l.Dynamic:
		logits = l.integer(g, "lm_head", x, transposed("embed_tokens.q"), "embed_tokens")
	default:
		logits = g.node("MatMul", nil, "lm_head", x, transposed("embed_tokens"))
	}
	if l.Float16Logits {
		g.node("Cast", attrs{"to": float16Type}, "logits", logits)
	} else {
		g.node("Identity", nil, "logits", logits)
	}
}

// matmul multiplies x [batch, positions, in] by a matrix [in, out].
func (l Llama) matmul(g *graph, name, x string, in, out int) string {
	switch {
	case l.NBits > 0:
		l.quantize(g, name, in, out)
		return g.ms("MatMulNBits", l.blocks(in, out), []string{name}, x, name+".q", name+".s")
	case l.Dynamic:
		return l.integer(g, name, x, l.bytes(g, name, in, in, out), name)
	}
	return g.node("MatMul", nil, name, x, g.floats(name+".w", g.noise(in), in, out))
}

// blocks are the attributes of MatMulNBits for a matrix [in, out].
func (l Llama) blocks(in, out int) attrs {
	a := attrs{"K": in, "N": out, "bits": l.NBits, "block_size": block}
	if l.AccuracyLevel > 0 {
		a["accuracy_level"] = l.AccuracyLevel
	}
	return a
}

// block is the number of weights that share a scale.
const block = 32

// quantize adds a random matrix in MatMulNBits' layout: name.q and name.s.
func (l Llama) quantize(g *graph, name string, in, out int) {
	size := block * l.NBits / 8
	g.tensor(name+".q", uint8Type, func() []byte { return g.randomBytes(out * in / block * size) }, out, in/block, size)
	g.floats(name+".s", func(int) float32 { return weightScale(in, l.NBits) }, out, in/block)
}

// bytes adds a random matrix of uint8 with its scale and zero point, name.q,
// name.s and name.z, and returns the matrix.
func (l Llama) bytes(g *graph, name string, in int, dims ...int) string {
	// Scales that differ, if hardly, as real ones do: ONNX Runtime makes equal
	// ones into one, and does not fuse then what it fuses in real graphs.
	scale := weightScale(in, 8) * (1 + float32(hash(name)%(1<<20))/(1<<23))
	g.floats(name+".s", func(int) float32 { return scale })
	g.tensor(name+".z", uint8Type, func() []byte { return []byte{128} })
	return g.tensor(name+".q", uint8Type, func() []byte { return g.randomBytes(dims[0] * dims[1]) }, dims...)
}

// integer multiplies x, rounded to uint8, by a matrix of uint8, whose scale
// and zero point are name's. Products of the same x share its rounding.
func (l Llama) integer(g *graph, out, x, matrix, name string) string {
	if !g.made[x+".u8"] {
		g.made[x+".u8"] = true
		g.add("", "DynamicQuantizeLinear", nil, []string{x + ".u8", x + ".scale", x + ".zero"}, []string{x})
	}
	product := g.node("MatMulInteger", nil, out+".i32", x+".u8", matrix, x+".zero", name+".z")
	scale := g.node("Mul", nil, out+".scales", x+".scale", name+".s")
	return g.node("Mul", nil, out, g.node("Cast", attrs{"to": float32Type}, out+".f32", product), scale)
}

// weightScale makes random integers of so many bits into weights of variance
// 1/in.
func weightScale(in, bits int) float32 {
	deviation := math.Exp2(float64(bits)) / math.Sqrt(12)
	return float32(1 / (deviation * math.Sqrt(float64(in))))
}

func (l Llama) norm(g *graph, name, x string) string {
	gain := g.floats(name+".g", func(int) float32 {
		if l.Damaged && name == "norm" {
			return float32(math.NaN())
		}
		return 1
	}, l.Hidden)
	if !l.Plain {
		return g.node("SimplifiedLayerNormalization", attrs{"axis": -1, "epsilon": float32(epsilon), "stash_type": 1}, name, x, gain)
	}
	eps := g.floats("eps", func(int) float32 { return epsilon }, 1)
	square := g.node("Mul", nil, name+".sq", x, x)
	mean := g.node("ReduceMean", attrs{"axes": []int{-1}, "keepdims": 1}, name+".mean", square)
	root := g.node("Sqrt", nil, name+".root", g.node("Add", nil, name+".eps", mean, eps))
	return g.node("Mul", nil, name, g.node("Div", nil, name+".div", x, root), gain)
}

// preamble computes what all layers share.
func (l Llama) preamble(g *graph) {
	width := l.HeadDim / 2
	angle := func(i int) float64 {
		return float64(i/width) * math.Pow(l.Theta, -2*float64(i%width)/float64(l.HeadDim))
	}
	g.floats("cos", func(i int) float32 { return float32(math.Cos(angle(i))) }, l.Context, width)
	g.floats("sin", func(i int) float32 { return float32(math.Sin(angle(i))) }, l.Context, width)
	total := g.node("Gather", nil, "total", g.node("Shape", nil, "mask.shape", "attention_mask"), g.scalar("i1", 1))
	if !l.Plain {
		one := g.int64s("one", 1)
		sum := g.node("ReduceSum", attrs{"keepdims": 0}, "mask.sum", "attention_mask", one)
		g.node("Cast", attrs{"to": int32Type}, "seqlens_k", g.node("Sub", nil, "mask.last", sum, one))
		g.node("Cast", attrs{"to": int32Type}, "total_len", total)
		return
	}
	// The causal mask: key j is visible to the query at position i when j <= i.
	zero, step := g.scalar("i0", 0), g.scalar("i1", 1)
	length := g.node("Gather", nil, "length", g.node("Shape", nil, "ids.shape", "input_ids"), step)
	keys := g.node("Range", nil, "keys", zero, total, step)
	queries := g.node("Range", nil, "queries", g.node("Sub", nil, "past", total, length), total, step)
	column := g.node("Unsqueeze", nil, "column", queries, g.int64s("axis1", 1))
	visible := g.node("LessOrEqual", nil, "visible", keys, column)
	g.node("Where", nil, "causal", visible, g.floats("f0", func(int) float32 { return 0 }, 1), g.floats("fmin", func(int) float32 { return -1e9 }, 1))
	positions := "position_ids"
	if l.NoPositionIDs {
		positions = g.node("Unsqueeze", nil, "positions", queries, g.int64s("axis0", 0))
	}
	// [batch, 1, positions, width]
	for _, name := range []string{"cos", "sin"} {
		g.node("Unsqueeze", nil, name+".rows", g.node("Gather", nil, name+".at", name, positions), g.int64s("axis1", 1))
	}
}

// attention returns [batch, positions, heads*headDim].
func (l Llama) attention(g *graph, layer int, x string) string {
	p := fmt.Sprintf("layers.%d.", layer)
	all := l.products(g, x, l.Hidden, []string{p + "q_proj", p + "k_proj", p + "v_proj"}, l.Heads*l.HeadDim, l.KVHeads*l.HeadDim, l.KVHeads*l.HeadDim)
	q, k, v := all[0], all[1], all[2]
	if l.Plain {
		return l.plainAttention(g, layer, q, k, v)
	}
	a := attrs{"num_heads": l.Heads, "kv_num_heads": l.KVHeads}
	tables := []string{}
	if l.NoPositionIDs {
		a["do_rotary"] = 1
		tables = append(tables, l.asCache(g, "cos.c", "cos"), l.asCache(g, "sin.c", "sin"))
	} else {
		q = g.ms("RotaryEmbedding", attrs{"interleaved": 0}, []string{p + "q"}, q, "position_ids", "cos", "sin")
		k = g.ms("RotaryEmbedding", attrs{"interleaved": 0}, []string{p + "k"}, k, "position_ids", "cos", "sin")
	}
	in := []string{l.asCache(g, p+"q.c", q), l.asCache(g, p+"k.c", k), l.asCache(g, p+"v.c", v)}
	in = append(in, past(layer, "key"), past(layer, "value"), "seqlens_k", "total_len")
	out := g.ms("GroupQueryAttention", a, []string{p + "attention", present(layer, "key"), present(layer, "value")}, append(in, tables...)...)
	return l.fromCache(g, p+"attention.f", out)
}

func past(layer int, kind string) string    { return fmt.Sprintf("past_key_values.%d.%s", layer, kind) }
func present(layer int, kind string) string { return fmt.Sprintf("present.%d.%s", layer, kind) }

// asCache casts to the cache's type where that is float16.
func (l Llama) asCache(g *graph, name, x string) string {
	if !l.Float16Cache {
		return x
	}
	if g.made[name] {
		return name
	}
	g.made[name] = true
	return g.node("Cast", attrs{"to": float16Type}, name, x)
}

func (l Llama) fromCache(g *graph, name, x string) string {
	if !l.Float16Cache {
		return x
	}
	return g.node("Cast", attrs{"to": float32Type}, name, x)
}

func (l Llama) plainAttention(g *graph, layer int, q, k, v string) string {
	p := fmt.Sprintf("layers.%d.", layer)
	group := l.Heads / l.KVHeads
	heads := func(name, x string, n int) string { // [batch, n, positions, headDim]
		split := g.node("Reshape", nil, name+".split", x, g.int64s(fmt.Sprintf("split%d", n), 0, 0, int64(n), int64(l.HeadDim)))
		return g.node("Transpose", attrs{"perm": []int{0, 2, 1, 3}}, name+".heads", split)
	}
	rotate := func(name, x string) string {
		g.add("", "Split", attrs{"axis": -1}, []string{name + ".1", name + ".2"}, []string{x, g.int64s("halves", int64(l.HeadDim/2), int64(l.HeadDim/2))})
		mul := func(out, half, table string) string { return g.node("Mul", nil, out, half, table+".rows") }
		left := g.node("Sub", nil, name+".left", mul(name+".1c", name+".1", "cos"), mul(name+".2s", name+".2", "sin"))
		right := g.node("Add", nil, name+".right", mul(name+".2c", name+".2", "cos"), mul(name+".1s", name+".1", "sin"))
		return g.node("Concat", attrs{"axis": -1}, name+".rotated", left, right)
	}
	extend := func(kind, x string) string { // [batch, kvHeads, 1, total, headDim]
		before := l.fromCache(g, p+kind+".past", past(layer, kind))
		out := present(layer, kind)
		if l.Float16Cache {
			g.node("Cast", attrs{"to": float16Type}, out, g.node("Concat", attrs{"axis": 2}, p+kind+".all", before, x))
			out = p + kind + ".all"
		} else {
			g.node("Concat", attrs{"axis": 2}, out, before, x)
		}
		return g.node("Unsqueeze", nil, p+kind+".group", out, g.int64s("axis2", 2))
	}
	q = rotate(p+"q", heads(p+"q", q, l.Heads))
	q = g.node("Reshape", nil, p+"q.group", q, g.int64s("group", 0, int64(l.KVHeads), int64(group), -1, int64(l.HeadDim)))
	k = extend("key", rotate(p+"k", heads(p+"k", k, l.KVHeads)))
	v = extend("value", heads(p+"v", v, l.KVHeads))
	scores := g.node("MatMul", nil, p+"scores", q, g.node("Transpose", attrs{"perm": []int{0, 1, 2, 4, 3}}, p+"k.t", k))
	scale := g.floats("scale", func(int) float32 { return float32(1 / math.Sqrt(float64(l.HeadDim))) }, 1)
	masked := g.node("Add", nil, p+"masked", g.node("Mul", nil, p+"scaled", scores, scale), "causal")
	mixed := g.node("MatMul", nil, p+"mixed", g.node("Softmax", attrs{"axis": -1}, p+"softmax", masked), v)
	byPosition := g.node("Transpose", attrs{"perm": []int{0, 3, 1, 2, 4}}, p+"mixed.t", mixed)
	return g.node("Reshape", nil, p+"attention", byPosition, g.int64s("joined", 0, 0, int64(l.Heads*l.HeadDim)))
}
