package testmodel

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
)

// Family is a graph of another family than Llama's, with random weights: what is
// stored how, the inputs and the outputs are Llama's, what is computed is what
// the fields say. Plain graphs are of ai.onnx's operators; others have
// GroupQueryAttention where the family can.
type Family struct {
	Llama
	// Type is config.json's model_type.
	Type string
	// Half computes in float16, as fp16 and q4f16 files do: weights, cache and
	// logits.
	Half bool
	// KeepLogits adds the input num_logits_to_keep.
	KeepLogits bool

	Bias     bool // of the products for queries, keys and values
	AllBias  bool // of all other products and of the head
	HeadNorm bool // of each head's query and key
	Packed   bool // one product for queries, keys and values
	Parallel bool // attention and feed-forward read the same

	LayerNorm bool    // with a mean and a bias, in place of RMSNorm
	PostNorms bool    // after attention and feed-forward too
	Gelu      bool    // in place of SiLU, by its approximation with tanh
	Gateless  bool    // one product before it
	Scaled    bool    // embeddings by the root of their size
	Untied    bool    // a head of its own
	Softcap   float64 // bounds the logits, 0 for not

	Learned     bool    // positions are embeddings that are learned; nothing turns
	Rotary      int     // how much of a head turns, 0 for all
	Interleaved bool    // what turns are neighbours, not halves
	Window      int     // positions that each local layer sees, 0 for all
	Every       int     // each so-manieth layer sees all
	LocalTheta  float64 // of local layers
}

// Families are tiny models as exports of other families are.
var Families = map[string]Family{
	"qwen2":  {Llama: small, Type: "qwen2", Bias: true},
	"qwen3":  {Llama: wideHeads, Type: "qwen3", HeadNorm: true, KeepLogits: true},
	"gemma3": {Llama: wideHeads, Type: "gemma3_text", HeadNorm: true, PostNorms: true, Gelu: true, Scaled: true, Window: 24, Every: 3, LocalTheta: 100},
	"gemma2": {Llama: wideHeads, Type: "gemma2", PostNorms: true, Gelu: true, Scaled: true, Window: 24, Every: 2, Softcap: 3},
	"phi":    {Llama: ownHeads, Type: "phi", Bias: true, AllBias: true, Parallel: true, LayerNorm: true, Gelu: true, Gateless: true, Untied: true, Rotary: 8},
	"phi3":   {Llama: small, Type: "phi3", Packed: true, Untied: true, Window: 40},
	"gpt2":   {Llama: ownHeads, Type: "gpt2", Packed: true, Bias: true, AllBias: true, LayerNorm: true, Gelu: true, Gateless: true, Learned: true},
	"codegen": {
		Llama: ownHeads, Type: "codegen", Packed: true, Parallel: true, LayerNorm: true, Gelu: true, Gateless: true,
		Untied: true, Rotary: 8, Interleaved: true,
	},
}

// The shapes of Families. All heads of ownHeads have keys and values of their
// own, and those of wideHeads are wider than the hidden size has room for.
var (
	small     = Tiny
	wideHeads = func(l Llama) Llama { l.Layers, l.HeadDim = 4, 32; return l }(Tiny)
	ownHeads  = func(l Llama) Llama { l.KVHeads, l.HeadDim = l.Heads, l.Hidden/l.Heads; return l }(Tiny)
)

func init() {
	for name, f := range Families {
		f.Plain = f.Learned || f.Rotary > 0 // there is no fused attention for that
		Families[name] = f
	}
}

// Check says why no graph of this family can be written or run.
func (f Family) Check() error {
	if err := f.Llama.Check(); err != nil {
		return err
	}
	switch {
	case f.Rotary%2 != 0 || f.Rotary > f.HeadDim:
		return fmt.Errorf("%d of a head's %d numbers cannot turn in pairs", f.Rotary, f.HeadDim)
	case !f.Plain && (f.Learned || f.Rotary > 0 || f.Interleaved || f.Float16Cache && f.NoPositionIDs):
		return errors.New("no fused attention does that; add --plain")
	case f.NBits == 8 || f.Dynamic || f.External:
		return errors.New("families other than llama are stored as fp32 or q4, in one file")
	}
	return nil
}

// Graph returns the ONNX file.
func (f Family) Graph() []byte {
	g := newGraph(f.Seed)
	g.half = f.Half
	f.Float16Cache, f.Float16Logits = f.Float16Cache || f.Half, f.Float16Logits || f.Half
	f.inputs(g)
	if f.Half {
		f.Float16Cache = false // nothing is cast
	}
	if f.KeepLogits {
		g.input("num_logits_to_keep", int64Type)
	}
	x := f.embed(g)
	if f.Scaled {
		x = g.node("Mul", nil, "embedded.scaled", x, constant(g, "root", math.Sqrt(float64(f.Hidden))))
	}
	f.preamble(g)
	if f.Learned {
		x = g.node("Add", nil, "embedded.at", x, g.node("Gather", nil, "position", g.floats("positions.w", g.noise(f.Hidden), f.Context, f.Hidden), f.positions(g)))
	}
	for i := range f.Layers {
		p := fmt.Sprintf("layers.%d.", i)
		read := f.norm(g, p+"input_layernorm", x)
		a := f.attention(g, i, read)
		if f.PostNorms {
			a = f.norm(g, p+"post_attention", a)
		}
		if f.Parallel {
			x = g.node("Add", nil, p+"x2", g.node("Add", nil, p+"x1", x, a), f.feedForward(g, p, read))
			continue
		}
		x = g.node("Add", nil, p+"x1", x, a)
		m := f.feedForward(g, p, f.norm(g, p+"post_attention_layernorm", x))
		if f.PostNorms {
			m = f.norm(g, p+"post_feedforward", m)
		}
		x = g.node("Add", nil, p+"x2", x, m)
	}
	f.head(g, f.norm(g, "norm", x))
	return g.model(14)
}

func constant(g *graph, name string, v float64) string {
	return g.floats(name, func(int) float32 { return float32(v) }, 1)
}

// positions returns the input position_ids, or what stands in its place.
func (f Family) positions(g *graph) string {
	if !f.NoPositionIDs {
		return "position_ids"
	}
	if g.made["positions.made"] {
		return "positions"
	}
	g.made["positions.made"] = true
	return g.node("Unsqueeze", nil, "positions", "queries", g.int64s("axis0", 0))
}

// product is matmul with a bias or without.
func (f Family) product(g *graph, name, x string, in, out int, bias bool) string {
	y := f.matmul(g, name, x, in, out)
	if !bias {
		return y
	}
	return g.node("Add", nil, name+".biased", y, g.floats(name+".b", g.noise(4), out))
}

func (f Family) norm(g *graph, name, x string) string {
	if !f.LayerNorm {
		return f.rms(g, name, x, f.Hidden)
	}
	around := func(centre float32) func(int) float32 {
		random := g.noise(50)
		return func(i int) float32 { return centre + random(i) }
	}
	eps, two := constant(g, "eps", epsilon), constant(g, "two", 2)
	mean := g.node("ReduceMean", attrs{"axes": []int{-1}, "keepdims": 1}, name+".mean", x)
	centred := g.node("Sub", nil, name+".centred", x, mean)
	variance := g.node("ReduceMean", attrs{"axes": []int{-1}, "keepdims": 1}, name+".variance", g.node("Pow", nil, name+".square", centred, two))
	divided := g.node("Div", nil, name+".div", centred, g.node("Sqrt", nil, name+".root", g.node("Add", nil, name+".eps", variance, eps)))
	scaled := g.node("Mul", nil, name+".scaled", divided, g.floats(name+".g", around(1), f.Hidden))
	return g.node("Add", nil, name, scaled, g.floats(name+".b", around(0), f.Hidden))
}

// rms is RMSNorm with gains that differ, over the last size numbers.
func (f Family) rms(g *graph, name, x string, size int) string {
	random := g.noise(12)
	gain := g.floats(name+".g", func(i int) float32 { return 1 + random(i) }, size)
	square := g.node("Mul", nil, name+".sq", x, x)
	mean := g.node("ReduceMean", attrs{"axes": []int{-1}, "keepdims": 1}, name+".mean", square)
	root := g.node("Sqrt", nil, name+".root", g.node("Add", nil, name+".eps", mean, constant(g, "eps", epsilon)))
	return g.node("Mul", nil, name, g.node("Div", nil, name+".div", x, root), gain)
}

func (f Family) feedForward(g *graph, p, x string) string {
	y := f.activation(g, p, f.product(g, p+"gate_proj", x, f.Hidden, f.FFN, f.AllBias))
	if !f.Gateless {
		y = g.node("Mul", nil, p+"gated", y, f.product(g, p+"up_proj", x, f.Hidden, f.FFN, f.AllBias))
	}
	return f.product(g, p+"down_proj", y, f.FFN, f.Hidden, f.AllBias)
}

func (f Family) activation(g *graph, p, x string) string {
	if !f.Gelu {
		return g.node("Mul", nil, p+"silu", x, g.node("Sigmoid", nil, p+"sigmoid", x))
	}
	cube := g.node("Pow", nil, p+"cube", x, constant(g, "three", 3))
	inner := g.node("Add", nil, p+"inner", x, g.node("Mul", nil, p+"cubed", cube, constant(g, "gelu.c", 0.044715)))
	tanh := g.node("Tanh", nil, p+"tanh", g.node("Mul", nil, p+"slope", inner, constant(g, "gelu.s", math.Sqrt(2/math.Pi))))
	half := g.node("Mul", nil, p+"half", x, constant(g, "half", 0.5))
	return g.node("Mul", nil, p+"gelu", half, g.node("Add", nil, p+"tanh1", tanh, constant(g, "f1", 1)))
}

// local reports whether a layer sees no more than Window positions.
func (f Family) local(layer int) bool {
	return f.Window > 0 && (f.Every == 0 || (layer+1)%f.Every != 0)
}

// preamble computes what all layers share: masks, and tables of cosines and sines.
func (f Family) preamble(g *graph) {
	zero, step := g.scalar("i0", 0), g.scalar("i1", 1)
	total := g.node("Gather", nil, "total", g.node("Shape", nil, "mask.shape", "attention_mask"), step)
	length := g.node("Gather", nil, "length", g.node("Shape", nil, "ids.shape", "input_ids"), step)
	keys := g.node("Range", nil, "keys", zero, total, step)
	queries := g.node("Range", nil, "queries", g.node("Sub", nil, "past", total, length), total, step)
	column := g.node("Unsqueeze", nil, "column", queries, g.int64s("axis1", 1))
	visible := g.node("LessOrEqual", nil, "visible", keys, column)
	mask := func(name, visible string) {
		g.node("Where", nil, name, visible, constant(g, "f0", 0), constant(g, "fmin", -1e9))
	}
	if !f.Plain {
		one := g.int64s("one", 1)
		sum := g.node("ReduceSum", attrs{"keepdims": 0}, "mask.sum", "attention_mask", one)
		g.node("Cast", attrs{"to": int32Type}, "seqlens_k", g.node("Sub", nil, "mask.last", sum, one))
		g.node("Cast", attrs{"to": int32Type}, "total_len", total)
	} else {
		mask("causal", visible)
		if f.Window > 0 {
			near := g.node("Less", nil, "near", g.node("Sub", nil, "distance", column, keys), g.scalar("window", int64(f.Window)))
			mask("causal.local", g.node("And", nil, "visible.local", visible, near))
		}
	}
	if f.Learned {
		return
	}
	f.tables(g, "", f.Theta)
	if f.LocalTheta > 0 {
		f.tables(g, ".local", f.LocalTheta)
	}
}

// turning is how much of a head turns.
func (f Family) turning() int {
	if f.Rotary > 0 {
		return f.Rotary
	}
	return f.HeadDim
}

func (f Family) tables(g *graph, suffix string, theta float64) {
	width := f.turning() / 2
	angle := func(i int) float64 {
		return float64(i/width) * math.Pow(theta, -2*float64(i%width)/float64(f.turning()))
	}
	for name, of := range map[string]func(float64) float64{"cos": math.Cos, "sin": math.Sin} {
		g.floats(name+suffix, func(i int) float32 { return float32(of(angle(i))) }, f.Context, width)
	}
	for _, name := range []string{"cos" + suffix, "sin" + suffix} {
		rows := g.node("Gather", nil, name+".at", name, f.positions(g))
		g.node("Unsqueeze", nil, name+".rows", rows, g.int64s("axis1", 1)) // [batch, 1, positions, width]
	}
}

// attention returns [batch, positions, hidden].
func (f Family) attention(g *graph, layer int, x string) string {
	p := fmt.Sprintf("layers.%d.", layer)
	heads, kv := f.Heads*f.HeadDim, f.KVHeads*f.HeadDim
	var q, k, v string
	if f.Packed {
		all := f.product(g, p+"qkv_proj", x, f.Hidden, heads+2*kv, f.Bias)
		q, k, v = p+"q", p+"k", p+"v"
		g.add("", "Split", attrs{"axis": -1}, []string{q, k, v}, []string{all, g.int64s("qkv", int64(heads), int64(kv), int64(kv))})
	} else {
		q = f.product(g, p+"q_proj", x, f.Hidden, heads, f.Bias)
		k = f.product(g, p+"k_proj", x, f.Hidden, kv, f.Bias)
		v = f.product(g, p+"v_proj", x, f.Hidden, kv, f.Bias)
	}
	suffix := ""
	if f.LocalTheta > 0 && f.local(layer) {
		suffix = ".local"
	}
	q, k = f.queryOrKey(g, p+"q", q, f.Heads, suffix), f.queryOrKey(g, p+"k", k, f.KVHeads, suffix)
	var mixed string
	if f.Plain {
		mixed = f.scores(g, layer, q, k, f.split(g, p+"v", v, f.KVHeads))
	} else {
		mixed = f.grouped(g, layer, q, k, v)
	}
	return f.product(g, p+"o_proj", mixed, heads, f.Hidden, f.AllBias)
}

// split returns [batch, n, positions, headDim].
func (f Family) split(g *graph, name, x string, n int) string {
	parts := g.node("Reshape", nil, name+".split", x, g.int64s(fmt.Sprintf("split%d", n), 0, 0, int64(n), int64(f.HeadDim)))
	return g.node("Transpose", attrs{"perm": []int{0, 2, 1, 3}}, name+".heads", parts)
}

// queryOrKey splits x into heads, norms them and turns them.
func (f Family) queryOrKey(g *graph, name, x string, n int, suffix string) string {
	x = f.split(g, name, x, n)
	if f.HeadNorm {
		x = f.rms(g, name+"_norm", x, f.HeadDim)
	}
	if f.Learned {
		return x
	}
	rest := ""
	if still := f.HeadDim - f.turning(); still > 0 {
		g.add("", "Split", attrs{"axis": -1}, []string{name + ".turning", name + ".still"}, []string{x, g.int64s("turning", int64(f.turning()), int64(still))})
		x, rest = name+".turning", name+".still"
	}
	half := f.turning() / 2
	one, two := name+".1", name+".2"
	if f.Interleaved {
		pairs := g.node("Reshape", nil, name+".pairs", x, g.int64s(fmt.Sprintf("pairs%d", n), 0, int64(n), -1, int64(half), 2))
		g.add("", "Split", attrs{"axis": -1}, []string{one, two}, []string{pairs, g.int64s("ones", 1, 1)})
		flat := g.int64s(fmt.Sprintf("halves%d", n), 0, int64(n), -1, int64(half))
		one, two = g.node("Reshape", nil, one+".flat", one, flat), g.node("Reshape", nil, two+".flat", two, flat)
	} else {
		g.add("", "Split", attrs{"axis": -1}, []string{one, two}, []string{x, g.int64s("halves", int64(half), int64(half))})
	}
	mul := func(out, part, table string) string { return g.node("Mul", nil, out, part, table+suffix+".rows") }
	left := g.node("Sub", nil, name+".left", mul(name+".1c", one, "cos"), mul(name+".2s", two, "sin"))
	right := g.node("Add", nil, name+".right", mul(name+".2c", two, "cos"), mul(name+".1s", one, "sin"))
	if f.Interleaved {
		last := g.int64s("axis4", 4)
		pairs := g.node("Concat", attrs{"axis": -1}, name+".joined", g.node("Unsqueeze", nil, name+".left5", left, last), g.node("Unsqueeze", nil, name+".right5", right, last))
		x = g.node("Reshape", nil, name+".rotated", pairs, g.int64s(fmt.Sprintf("turned%d", n), 0, int64(n), -1, int64(f.turning())))
	} else {
		x = g.node("Concat", attrs{"axis": -1}, name+".rotated", left, right)
	}
	if rest != "" {
		x = g.node("Concat", attrs{"axis": -1}, name+".whole", x, rest)
	}
	return x
}

// join is the inverse of split.
func (f Family) join(g *graph, name, x string, n int) string {
	byPosition := g.node("Transpose", attrs{"perm": []int{0, 2, 1, 3}}, name+".by", x)
	return g.node("Reshape", nil, name+".joined3", byPosition, g.int64s(fmt.Sprintf("join%d", n), 0, 0, int64(n*f.HeadDim)))
}

// grouped is attention by com.microsoft's operator.
func (f Family) grouped(g *graph, layer int, q, k, v string) string {
	p := fmt.Sprintf("layers.%d.", layer)
	a := attrs{"num_heads": f.Heads, "kv_num_heads": f.KVHeads}
	if f.local(layer) {
		a["local_window_size"] = f.Window
	}
	q, k = f.join(g, p+"q", q, f.Heads), f.join(g, p+"k", k, f.KVHeads)
	in := []string{f.asCache(g, p+"q.c", q), f.asCache(g, p+"k.c", k), f.asCache(g, p+"v.c", v)}
	in = append(in, past(layer, "key"), past(layer, "value"), "seqlens_k", "total_len")
	out := g.ms("GroupQueryAttention", a, []string{p + "attention", present(layer, "key"), present(layer, "value")}, in...)
	return f.fromCache(g, p+"attention.f", out)
}

// scores is attention by ai.onnx's operators.
func (f Family) scores(g *graph, layer int, q, k, v string) string {
	p := fmt.Sprintf("layers.%d.", layer)
	group := f.Heads / f.KVHeads
	extend := func(kind, x string) string { // [batch, kvHeads, 1, total, headDim]
		before := f.fromCache(g, p+kind+".past", past(layer, kind))
		out := present(layer, kind)
		if f.Float16Cache {
			g.node("Cast", attrs{"to": float16Type}, out, g.node("Concat", attrs{"axis": 2}, p+kind+".all", before, x))
			out = p + kind + ".all"
		} else {
			g.node("Concat", attrs{"axis": 2}, out, before, x)
		}
		return g.node("Unsqueeze", nil, p+kind+".group", out, g.int64s("axis2", 2))
	}
	mask := "causal"
	if f.local(layer) {
		mask = "causal.local"
	}
	q = g.node("Reshape", nil, p+"q.group", q, g.int64s("group", 0, int64(f.KVHeads), int64(group), -1, int64(f.HeadDim)))
	k, v = extend("key", k), extend("value", v)
	scores := g.node("MatMul", nil, p+"scores", q, g.node("Transpose", attrs{"perm": []int{0, 1, 2, 4, 3}}, p+"k.t", k))
	masked := g.node("Add", nil, p+"masked", g.node("Mul", nil, p+"scaled", scores, constant(g, "scale", 1/math.Sqrt(float64(f.HeadDim)))), mask)
	mixed := g.node("MatMul", nil, p+"mixed", g.node("Softmax", attrs{"axis": -1}, p+"softmax", masked), v)
	byPosition := g.node("Transpose", attrs{"perm": []int{0, 3, 1, 2, 4}}, p+"mixed.t", mixed)
	return g.node("Reshape", nil, p+"attention", byPosition, g.int64s("joined", 0, 0, int64(f.Heads*f.HeadDim)))
}

// head computes the logits of the last positions that are wanted.
func (f Family) head(g *graph, x string) {
	if f.KeepLogits {
		start := g.node("Unsqueeze", nil, "keep.start", g.node("Neg", nil, "keep.minus", "num_logits_to_keep"), g.int64s("axis0", 0))
		x = g.node("Slice", nil, "kept", x, start, g.int64s("most", math.MaxInt64), g.int64s("axis1", 1))
	}
	var logits string
	if f.Untied {
		logits = f.product(g, "lm_head", x, f.Hidden, f.Vocab, f.AllBias)
	} else {
		logits = g.node("MatMul", nil, "lm_head", x, g.node("Transpose", attrs{"perm": []int{1, 0}}, "embed_tokens.t", "embed_tokens"))
	}
	if f.Softcap > 0 {
		bound := constant(g, "cap", f.Softcap)
		logits = g.node("Mul", nil, "capped", g.node("Tanh", nil, "cap.tanh", g.node("Div", nil, "cap.div", logits, bound)), bound)
	}
	g.node("Identity", nil, "logits", logits)
}

// Precision is Transformers.js's name for how the matrices are stored.
func (f Family) Precision() string {
	switch {
	case f.Half && f.NBits == 4:
		return "q4f16"
	case f.Half:
		return "fp16"
	}
	return f.Llama.Precision()
}

// GraphPath returns where WriteDir puts the graph.
func (f Family) GraphPath(dir string) string {
	return filepath.Join(dir, "onnx", graphFiles[f.Precision()])
}

// WriteDir writes a model directory as Llama.WriteDir does.
func (f Family) WriteDir(dir string) error {
	cacheType := "float32"
	if f.Float16Cache || f.Half {
		cacheType = "float16"
	}
	config := map[string]any{
		"model_type": f.Type, "hidden_size": f.Hidden, "intermediate_size": f.FFN, "num_hidden_layers": f.Layers,
		"num_attention_heads": f.Heads, "num_key_value_heads": f.KVHeads, "head_dim": f.HeadDim,
		"vocab_size": f.Vocab, "max_position_embeddings": f.Context,
		"transformers.js_config": map[string]any{"kv_cache_dtype": cacheType},
	}
	if f.Type == "gpt2" || f.Type == "codegen" {
		maps.Copy(config, map[string]any{"n_embd": f.Hidden, "n_layer": f.Layers, "n_head": f.Heads, "n_positions": f.Context})
		for _, other := range []string{"hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim", "max_position_embeddings"} {
			delete(config, other)
		}
	}
	b, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return err
	}
	graph := f.GraphPath(dir)
	if err := os.MkdirAll(filepath.Dir(graph), 0o755); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "config.json"), b, 0o644),
		os.WriteFile(filepath.Join(dir, "generation_config.json"), []byte("{}\n"), 0o644),
		os.WriteFile(graph, f.Graph(), 0o644),
	)
}
