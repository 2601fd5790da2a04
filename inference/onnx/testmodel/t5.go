package testmodel

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// T5 is the shape of an encoder-decoder model of the T5 family with random
// weights, as CodeT5 is one: RMSNorm, relative positions, a feed-forward of two
// matrices, embeddings that are the head's too, whose input is scaled. Its
// graphs have the interface and the operators of Optimum's exports, which
// Transformers.js runs.
type T5 struct {
	Layers, DecoderLayers, Hidden, FFN, Heads, HeadDim, Vocab, Context int
	// Buckets and MaxDistance are those of the relative positions.
	Buckets, MaxDistance int
	// Start is decoder_start_token_id, and EOS the token that ends a text, 0 for
	// none.
	Start, EOS int64
	// Dynamic is what Llama.Dynamic is.
	Dynamic bool
	// Split writes decoder_model and decoder_with_past_model in the place of
	// decoder_model_merged, with the same weights.
	Split bool
	Seed  uint64
}

// TinyT5 is a shape that loads and runs in milliseconds.
var TinyT5 = T5{Layers: 2, DecoderLayers: 3, Hidden: 32, FFN: 64, Heads: 4, HeadDim: 16, Vocab: 128, Context: 512, Buckets: 8, MaxDistance: 20, Seed: 1}

// CodeT5Base is the shape of CodeT5-base.
var CodeT5Base = T5{Layers: 12, DecoderLayers: 12, Hidden: 768, FFN: 3072, Heads: 12, HeadDim: 64, Vocab: 32100, Context: 512, Buckets: 32, MaxDistance: 128, Seed: 1}

// Check says why no graph of this shape can be written or run.
func (t T5) Check() error {
	for name, size := range map[string]int{
		"layers": t.Layers, "decoder-layers": t.DecoderLayers, "hidden": t.Hidden, "ffn": t.FFN, "heads": t.Heads,
		"head-dim": t.HeadDim, "vocab": t.Vocab, "context": t.Context,
	} {
		if size < 1 {
			return fmt.Errorf("%s is %d; it must be at least 1", name, size)
		}
	}
	return nil
}

// Precision is Transformers.js's name for how the matrices are stored.
func (t T5) Precision() string { return t.stored().Precision() }

// stored is a Llama that stores matrices and computes norms as t does.
func (t T5) stored() Llama { return Llama{Hidden: t.Hidden, Dynamic: t.Dynamic, Plain: true} }

// Paths returns where WriteDir puts the encoder, the decoder, and where t is Split
// the decoder with a past.
func (t T5) Paths(dir string) (encoder, decoder, withPast string) {
	path := func(name string) string {
		return filepath.Join(dir, "onnx", name+map[string]string{"fp32": "", "q8": "_quantized"}[t.Precision()]+".onnx")
	}
	if t.Split {
		return path("encoder_model"), path("decoder_model"), path("decoder_with_past_model")
	}
	return path("encoder_model"), path("decoder_model_merged"), ""
}

// parts returns the graphs by their paths.
func (t T5) parts(dir string) map[string][]byte {
	encoder, decoder, withPast := t.Paths(dir)
	if t.Split {
		return map[string][]byte{encoder: t.Encoder(), decoder: t.Decoder(), withPast: t.DecoderWithPast()}
	}
	return map[string][]byte{encoder: t.Encoder(), decoder: t.Merged()}
}

// WriteDir writes a model directory in Hugging Face layout, without a tokenizer.
func (t T5) WriteDir(dir string) error {
	config, err := json.MarshalIndent(map[string]any{
		"architectures": []string{"T5ForConditionalGeneration"}, "model_type": "t5", "is_encoder_decoder": true,
		"d_model": t.Hidden, "d_ff": t.FFN, "d_kv": t.HeadDim, "num_heads": t.Heads,
		"num_layers": t.Layers, "num_decoder_layers": t.DecoderLayers, "vocab_size": t.Vocab, "n_positions": t.Context,
		"relative_attention_num_buckets": t.Buckets, "relative_attention_max_distance": t.MaxDistance,
		"feed_forward_proj": "relu", "layer_norm_epsilon": epsilon, "pad_token_id": 0, "decoder_start_token_id": t.Start,
	}, "", "  ")
	if err != nil {
		return err
	}
	ends := map[string]any{"pad_token_id": 0, "decoder_start_token_id": t.Start}
	if t.EOS != 0 {
		ends["eos_token_id"] = t.EOS
	}
	generation, err := json.Marshal(ends)
	if err != nil {
		return err
	}
	files := t.parts(dir)
	files[filepath.Join(dir, "config.json")] = config
	files[filepath.Join(dir, "generation_config.json")] = append(generation, '\n')
	if err := os.MkdirAll(filepath.Join(dir, "onnx"), 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (t T5) graph() *graph {
	g := newGraph(t.Seed)
	g.named = true
	return g
}

// Encoder returns the encoder's ONNX file.
func (t T5) Encoder() []byte {
	g := t.graph()
	g.input("input_ids", int64Type, "batch_size", "encoder_sequence_length")
	g.input("attention_mask", int64Type, "batch_size", "encoder_sequence_length")
	g.output("last_hidden_state", float32Type, "batch_size", "encoder_sequence_length", t.Hidden)
	x := t.embed(g)
	length := g.node("Gather", nil, "length", g.node("Shape", nil, "ids.shape", "input_ids"), g.scalar("i1", 1))
	bias := g.node("Add", nil, "bias", t.positions(g, "encoder.bias", g.scalar("i0", 0), length, true), t.mask(g, "attention_mask"))
	for i := range t.Layers {
		p := fmt.Sprintf("encoder.%d.", i)
		x = t.add(g, p+"x1", x, t.attention(g, p+"self.", t.norm(g, p+"norm1", x), "", bias, nil, nil))
		x = t.add(g, p+"x2", x, t.feedForward(g, p, t.norm(g, p+"norm2", x)))
	}
	g.node("Identity", nil, "last_hidden_state", t.norm(g, "encoder.norm", x))
	return g.model(14)
}

// Decoder returns the ONNX file of the decoder that reads the first tokens.
func (t T5) Decoder() []byte {
	g := t.graph()
	t.decoderInputs(g, "decoder_sequence_length", true)
	t.decoderOutputs(g, "decoder_sequence_length", true)
	t.decode(g, false)
	return g.model(14)
}

// DecoderWithPast returns the ONNX file of the decoder that reads one token
// after others.
func (t T5) DecoderWithPast() []byte {
	g := t.graph()
	t.decoderInputs(g, 1, false)
	t.pastInputs(g)
	t.decoderOutputs(g, 1, false)
	t.decode(g, true)
	return g.model(14)
}

// Merged returns the ONNX file that holds both decoders.
func (t T5) Merged() []byte {
	g := t.graph()
	t.decoderInputs(g, "decoder_sequence_length", true)
	t.pastInputs(g)
	g.input("use_cache_branch", boolType, 1)
	t.decoderOutputs(g, "decoder_sequence_length", true)
	first, next := g.branch("no_past"), g.branch("with_past")
	t.decoderOutputs(first, "decoder_sequence_length", true)
	t.decode(first, false)
	t.decoderOutputs(next, 1, true)
	t.decode(next, true)
	outs := []string{"logits"}
	for i := range t.DecoderLayers {
		for _, of := range []string{"decoder", "encoder"} {
			for _, kind := range []string{"key", "value"} {
				out := fmt.Sprintf("present.%d.%s.%s", i, of, kind)
				outs = append(outs, out)
				if of == "encoder" { // what Optimum puts where a branch has no such output
					empty := msg(nil).int(1, 0).int(1, int64(t.Heads)).int(1, 1).int(1, int64(t.HeadDim)).int(2, float32Type).bytes(9, nil)
					next.node("Constant", attrs{"value": tensorValue(empty)}, out)
				}
			}
		}
	}
	g.add("", "If", attrs{"then_branch": next, "else_branch": first}, outs, []string{"use_cache_branch"})
	return g.model(14)
}

func (t T5) decoderInputs(g *graph, length dim, hidden bool) {
	g.input("encoder_attention_mask", int64Type, "batch_size", "encoder_sequence_length")
	g.input("input_ids", int64Type, "batch_size", length)
	if hidden {
		g.input("encoder_hidden_states", float32Type, "batch_size", "encoder_sequence_length", t.Hidden)
	}
}

func (t T5) pastInputs(g *graph) {
	for i := range t.DecoderLayers {
		for _, of := range []struct{ name, length string }{
			{"decoder", "past_decoder_sequence_length"}, {"encoder", "encoder_sequence_length_out"},
		} {
			for _, kind := range []string{"key", "value"} {
				g.input(fmt.Sprintf("past_key_values.%d.%s.%s", i, of.name, kind), float32Type, "batch_size", t.Heads, of.length, t.HeadDim)
			}
		}
	}
}

func (t T5) decoderOutputs(g *graph, length dim, cross bool) {
	g.output("logits", float32Type, "batch_size", length, t.Vocab)
	for i := range t.DecoderLayers {
		for _, kind := range []string{"key", "value"} {
			g.output(fmt.Sprintf("present.%d.decoder.%s", i, kind), float32Type, "batch_size", t.Heads, "present_decoder_sequence_length", t.HeadDim)
		}
		for _, kind := range []string{"key", "value"} {
			if cross {
				g.output(fmt.Sprintf("present.%d.encoder.%s", i, kind), float32Type, "batch_size", t.Heads, "encoder_sequence_length_out", t.HeadDim)
			}
		}
	}
}

// decode computes the logits and the cache, with a past or without.
func (t T5) decode(g *graph, past bool) {
	x := t.embed(g)
	one := g.scalar("i1", 1)
	length := g.node("Gather", nil, "length", g.node("Shape", nil, "ids.shape", "input_ids"), one)
	before, total := g.scalar("i0", 0), length
	if past {
		before = g.node("Gather", nil, "before", g.node("Shape", nil, "past.shape", "past_key_values.0.decoder.key"), g.scalar("i2", 2))
		total = g.node("Add", nil, "total", before, length)
	}
	bias, mask := t.positions(g, "decoder.bias", before, total, false), t.mask(g, "encoder_attention_mask")
	kinds := []string{"key", "value"}
	for i := range t.DecoderLayers {
		p := fmt.Sprintf("decoder.%d.", i)
		own, source := map[string]string{}, map[string]string{}
		for _, kind := range kinds {
			if past {
				own[kind] = fmt.Sprintf("past_key_values.%d.decoder.%s", i, kind)
				source[kind] = fmt.Sprintf("past_key_values.%d.encoder.%s", i, kind)
			}
		}
		present := func(of string) func(string) string {
			return func(kind string) string { return fmt.Sprintf("present.%d.%s.%s", i, of, kind) }
		}
		x = t.add(g, p+"x1", x, t.attention(g, p+"self.", t.norm(g, p+"norm1", x), "", bias, own, present("decoder")))
		x = t.add(g, p+"x2", x, t.attention(g, p+"cross.", t.norm(g, p+"norm2", x), "encoder_hidden_states", mask, source, present("encoder")))
		x = t.add(g, p+"x3", x, t.feedForward(g, p, t.norm(g, p+"norm3", x)))
	}
	scale := g.floats("head.scale", func(int) float32 { return float32(1 / math.Sqrt(float64(t.Hidden))) }, 1)
	scaled := g.node("Mul", nil, "scaled", t.norm(g, "decoder.norm", x), scale)
	transposed := func(table string) string { return g.node("Transpose", attrs{"perm": []int{1, 0}}, "head.t", table) }
	if t.Dynamic {
		g.node("Identity", nil, "logits", t.stored().integer(g, "lm_head", scaled, transposed("shared.q"), "shared"))
	} else {
		g.node("Identity", nil, "logits", g.node("MatMul", nil, "lm_head", scaled, transposed("shared")))
	}
}

func (t T5) add(g *graph, name, x, y string) string { return g.node("Add", nil, name, x, y) }

func (t T5) norm(g *graph, name, x string) string { return t.stored().norm(g, name, x) }

func (t T5) matmul(g *graph, name, x string, in, out int) string {
	return t.stored().matmul(g, name, x, in, out)
}

// embed looks up the embeddings. They are small beside what the layers add, or
// each token would be the likeliest after itself.
func (t T5) embed(g *graph) string {
	if t.Dynamic {
		table := t.stored().bytes(g, "shared", embedFanIn, t.Vocab, t.Hidden)
		return g.node("DequantizeLinear", nil, "embedded", g.node("Gather", nil, "embedded.q", table, "input_ids"), "shared.s", "shared.z")
	}
	return g.node("Gather", nil, "embedded", g.floats("shared", g.noise(embedFanIn), t.Vocab, t.Hidden), "input_ids")
}

// mask hides the keys that a mask of ones leaves out: [batch, 1, 1, keys].
func (t T5) mask(g *graph, input string) string {
	ones := g.node("Cast", attrs{"to": float32Type}, "mask.f", g.node("Unsqueeze", nil, "mask.u", input, g.int64s("axes12", 1, 2)))
	missing := g.node("Sub", nil, "mask.missing", g.floats("f1", func(int) float32 { return 1 }, 1), ones)
	return g.node("Mul", nil, "mask.bias", missing, g.floats("fmin", func(int) float32 { return -1e9 }, 1))
}

// positions adds to the scores of queries at the positions from before to total,
// for keys from 0 to total, what depends on their distance: [1, heads, queries,
// keys]. Where it looks in one direction only, later keys are hidden.
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/t5/modeling_t5.py
func (t T5) positions(g *graph, table, before, total string, both bool) string {
	zero, one := g.scalar("i0", 0), g.scalar("i1", 1)
	keys := g.node("Range", nil, "keys", zero, total, one)
	queries := g.node("Unsqueeze", nil, "queries", g.node("Range", nil, "queries.r", before, total, one), g.int64s("axis1", 1))
	relative := g.node("Sub", nil, "relative", keys, queries)
	buckets := t.Buckets
	var distance, later string
	if both {
		buckets /= 2
		right := g.node("Cast", attrs{"to": int64Type}, "right.i", g.node("Greater", nil, "right", relative, zero))
		later = g.node("Mul", nil, "later", right, g.scalar("half", int64(buckets)))
		distance = g.node("Abs", nil, "distance", relative)
	} else {
		distance = g.node("Neg", nil, "distance", g.node("Min", nil, "left", relative, zero))
	}
	exact := buckets / 2
	float := g.node("Cast", attrs{"to": float32Type}, "distance.f", distance)
	ratio := g.node("Log", nil, "log", g.node("Div", nil, "ratio", float, g.floats("exact.f", func(int) float32 { return float32(exact) }, 1)))
	steps := g.floats("steps", func(int) float32 {
		return float32(float64(buckets-exact) / math.Log(float64(t.MaxDistance)/float64(exact)))
	}, 1)
	far := g.node("Cast", attrs{"to": int64Type}, "far.i", g.node("Mul", nil, "far", ratio, steps))
	far = g.node("Add", nil, "far.n", far, g.scalar("exact", int64(exact)))
	far = g.node("Min", nil, "far.c", far, g.scalar("last", int64(buckets-1)))
	bucket := g.node("Where", nil, "bucket", g.node("Less", nil, "near", distance, g.scalar("exact", int64(exact))), distance, far)
	if both {
		bucket = g.node("Add", nil, "bucket.b", bucket, later)
	}
	values := g.node("Gather", nil, "bias.g", g.floats(table, g.noise(1), t.Buckets, t.Heads), bucket)
	bias := g.node("Unsqueeze", nil, "bias.u", g.node("Transpose", attrs{"perm": []int{2, 0, 1}}, "bias.t", values), g.int64s("axis0", 0))
	if both {
		return bias
	}
	visible := g.node("LessOrEqual", nil, "visible", keys, queries)
	causal := g.node("Where", nil, "causal", visible, g.floats("f0", func(int) float32 { return 0 }, 1), g.floats("fmin", func(int) float32 { return -1e9 }, 1))
	return g.node("Add", nil, "bias.c", bias, causal)
}

// attention returns [batch, positions, hidden]. Keys and values are those of
// source, of x itself where that is "", or of a past: for a source that is all
// there is of them. present names them as outputs.
func (t T5) attention(g *graph, p, x, source, bias string, past map[string]string, present func(kind string) string) string {
	inner := t.Heads * t.HeadDim
	heads := func(name, x string) string { // [batch, heads, positions, headDim]
		split := g.node("Reshape", nil, name+".split", x, g.int64s("split", 0, 0, int64(t.Heads), int64(t.HeadDim)))
		return g.node("Transpose", attrs{"perm": []int{0, 2, 1, 3}}, name+".heads", split)
	}
	read := func(kind string) string {
		if source != "" && past[kind] != "" {
			return past[kind]
		}
		from := source
		if from == "" {
			from = x
		}
		own := heads(p+kind, t.matmul(g, p+kind, from, t.Hidden, inner))
		switch {
		case present == nil:
			return own
		case past[kind] != "":
			return g.node("Concat", attrs{"axis": 2}, present(kind), past[kind], own)
		}
		return g.node("Identity", nil, present(kind), own)
	}
	q, k, v := heads(p+"query", t.matmul(g, p+"query", x, t.Hidden, inner)), read("key"), read("value")
	scores := g.node("MatMul", nil, p+"scores", q, g.node("Transpose", attrs{"perm": []int{0, 1, 3, 2}}, p+"key.t", k))
	biased := g.node("Add", nil, p+"biased", scores, bias)
	mixed := g.node("MatMul", nil, p+"mixed", g.node("Softmax", attrs{"axis": -1}, p+"softmax", biased), v)
	joined := g.node("Reshape", nil, p+"joined", g.node("Transpose", attrs{"perm": []int{0, 2, 1, 3}}, p+"mixed.t", mixed), g.int64s("join", 0, 0, int64(inner)))
	return t.matmul(g, p+"out", joined, inner, t.Hidden)
}

func (t T5) feedForward(g *graph, p, x string) string {
	up := g.node("Relu", nil, p+"relu", t.matmul(g, p+"wi", x, t.Hidden, t.FFN))
	return t.matmul(g, p+"wo", up, t.FFN, t.Hidden)
}

// embedFanIn makes the embeddings' variance 1/32.
const embedFanIn = 32
