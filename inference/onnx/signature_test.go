package onnx

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// parse reads a graph's structure.
func parse(t testing.TB, data []byte) (source, *proto) {
	t.Helper()
	src, p, err := Graph{Data: data}.read()
	if err != nil {
		t.Fatal(err)
	}
	return src, p
}

func TestSignatureRefuses(t *testing.T) {
	symbolic := Dim{Name: "anything"}
	for want, change := range map[string]func(p *proto){
		`"use_cache_branch" is unknown: two graphs in one`: func(p *proto) { p.inputs = append(p.inputs, Tensor{Name: "use_cache_branch", Type: 9}) },
		`"inputs_embeds" is unknown: it reads embeddings`:  func(p *proto) { p.inputs = append(p.inputs, Tensor{Name: "inputs_embeds", Type: Float32}) },
		`"past_conv.0" is unknown: it has layers other`:    func(p *proto) { p.inputs = append(p.inputs, Tensor{Name: "past_conv.0", Type: Float32}) },
		`"past_key_values.0.decoder.key" is unknown: its`: func(p *proto) {
			p.inputs = append(p.inputs, Tensor{Name: "past_key_values.0.decoder.key", Type: Float32})
		},
		`num_logits_to_keep has 1 dimensions`: func(p *proto) {
			p.inputs = append(p.inputs, Tensor{Name: keepInput, Type: Int64, Dims: []Dim{{Size: 1}}})
		},
		`input "token_type_ids" is unknown`:           func(p *proto) { p.inputs = append(p.inputs, Tensor{Name: "token_type_ids", Type: Int64}) },
		"input input_ids holds int32":                 func(p *proto) { p.inputs[0].Type = 6 },
		"there is no input_ids input":                 func(p *proto) { p.inputs[0].Name = "inputs_embeds" },
		"the KV cache holds int8":                     func(p *proto) { p.inputs[3].Type = 3 },
		"differs in type or shape from the KV cache":  func(p *proto) { p.inputs[5].Dims[1] = Dim{Size: 7} },
		"holds float32, but present.0.key holds":      func(p *proto) { p.outputs[1].Type = Float16 },
		"has 3 dimensions":                            func(p *proto) { p.inputs[3].Dims = p.inputs[3].Dims[:3] },
		"the logits are int32":                        func(p *proto) { p.outputs[0].Type = 6 },
		"the logits have 2 dimensions":                func(p *proto) { p.outputs[0].Dims = p.outputs[0].Dims[1:] },
		"config.json's vocab_size does not":           func(p *proto) { p.outputs[0].Dims[2] = symbolic },
		"config.json's num_key_value_heads does not":  func(p *proto) { p.inputs[3].Dims[1] = symbolic },
		"config.json's head_dim does not":             func(p *proto) { p.inputs[3].Dims[3] = symbolic },
		"dimension 3 of past_key_values.0.key is -16": func(p *proto) { p.inputs[3].Dims[3] = Dim{Size: -16} },
		"dimension 2 of logits is 1099511627776":      func(p *proto) { p.outputs[0].Dims[2] = Dim{Size: 1 << 40} },
	} {
		_, p := parse(t, testmodel.Tiny.Graph())
		change(p)
		if _, err := readSignature(p, Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// Dimensions that the graph leaves open come from config.json.
func TestSignatureFromConfig(t *testing.T) {
	_, p := parse(t, testmodel.Tiny.Graph())
	for i := range p.inputs[3:] {
		p.inputs[3+i].Dims[1], p.inputs[3+i].Dims[3] = Dim{Name: "heads"}, Dim{Name: "size"}
	}
	p.outputs[0].Dims[2] = Dim{Name: "vocabulary"}
	sig, err := readSignature(p, Config{VocabSize: 99, NumKeyValueHeads: 5, HeadDim: 24, MaxPositionEmbeddings: 100})
	if err != nil {
		t.Fatal(err)
	}
	if got := []int{sig.vocab, sig.kvHeads, sig.headDim, sig.context}; !slices.Equal(got, []int{99, 5, 24, 100}) {
		t.Errorf("vocabulary, heads, head size, context: %v", got)
	}
}

// The rotary tables bound the context whatever config.json claims: beyond
// them ONNX Runtime would fail in the middle of an output.
func TestContext(t *testing.T) {
	fused, plain := testmodel.Tiny, testmodel.Tiny
	plain.Plain = true
	for _, c := range []struct {
		graph  testmodel.Llama
		config int
		want   int
	}{{fused, 0, 512}, {fused, 100, 100}, {fused, 9999, 512}, {plain, 0, defaultPositions}, {plain, 300, 300}} {
		_, p := parse(t, c.graph.Graph())
		if got := positions(p, Config{MaxPositionEmbeddings: c.config}); got != c.want {
			t.Errorf("plain %v, config.json %d: got %d, want %d", c.graph.Plain, c.config, got, c.want)
		}
	}
}

// A cache that something besides the attention reads is not written in place.
func TestCacheInPlace(t *testing.T) {
	_, p := parse(t, testmodel.Tiny.Graph())
	p.nodes = append(p.nodes, node{op: "Shape", inputs: []string{"past_key_values.1.value"}, outputs: []string{"x"}})
	sig, err := readSignature(p, Config{})
	if err != nil || sig.inPlace {
		t.Errorf("in place: %v, %v", sig.inPlace, err)
	}
}

func TestTrimLogits(t *testing.T) {
	src, p := parse(t, testmodel.Tiny.Graph())
	sig, err := readSignature(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := trimLogits(src, p, sig)
	if err != nil {
		t.Fatal(err)
	}
	_, got := parse(t, data)
	if len(got.nodes) != len(p.nodes)+1 || len(got.initializers) != len(p.initializers) || len(got.inputs) != len(p.inputs)+1 {
		t.Fatalf("%d nodes, %d inputs; want one more than %d and %d", len(got.nodes), len(got.inputs), len(p.nodes), len(p.inputs))
	}
	if rows := got.inputs[len(p.inputs)]; !sig.lastOnly || sig.inputs[sig.rows] != rows.Name || rows.Name != rowsInput || rows.Type != Int64 || len(rows.Dims) != 1 {
		t.Errorf("the input that chooses positions is %+v, the signature has %v", rows, sig.inputs)
	}
	at := slices.IndexFunc(got.nodes, func(n node) bool { return n.op == "Gather" && slices.Contains(n.outputs, "gloss.chosen") })
	if at < 0 || !slices.Equal(got.nodes[at].inputs, []string{"norm", rowsInput}) || got.nodes[at].ints["axis"] != 1 {
		t.Fatalf("the nodes are %+v", got.nodes)
	}
	head := got.nodes[at+1]
	if before := p.nodes[at]; head.op != before.op || head.inputs[0] != "gloss.chosen" || !slices.Equal(head.inputs[1:], before.inputs[1:]) {
		t.Errorf("the last layer was %+v and is %+v", before, head)
	}
}

// A product that has another use, or an end that is not understood, leaves the graph alone.
func TestTrimLogitsLeavesAlone(t *testing.T) {
	for name, change := range map[string]func(p *proto){
		"second use": func(p *proto) {
			p.nodes = append(p.nodes, node{op: "Shape", inputs: []string{"lm_head"}, outputs: []string{"x"}})
		},
		"a circle":         func(p *proto) { p.nodes[len(p.nodes)-1].inputs[0] = "logits" },
		"unknown operator": func(p *proto) { p.nodes[len(p.nodes)-1].op = "Softmax" },
		"inside a branch":  func(p *proto) { p.nodes[len(p.nodes)-1].depth = 1 },
		"a sum with other numbers of each position": func(p *proto) {
			last := &p.nodes[len(p.nodes)-1]
			last.op, last.inputs = "Add", []string{last.inputs[0], "embedded"}
		},
	} {
		src, p := parse(t, testmodel.Tiny.Graph())
		change(p)
		sig, err := readSignature(p, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if data, err := trimLogits(src, p, sig); data != nil || err != nil {
			t.Errorf("%s: the graph was rewritten, %v", name, err)
		}
	}
}

func TestExplainSession(t *testing.T) {
	const message = "Exception during initialization: Attempting to get index by a name which does not exist:InsertedPrecisionFreeCast_/model/layers.0/input_layernorm/Mul_1_output_0 for node: /model/layers.0/SimplifiedLayerNormFusion/"
	err := explainSession(Graph{Path: "/models/x/onnx/model_fp16.onnx"}, errors.New(message))
	for _, want := range []string{"/models/x/onnx/model_fp16.onnx", "model_quantized.onnx", message} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want %q in it", err, want)
		}
	}
}

// Whatever the file, a rewritten graph is one that can be read again.
func FuzzTrimLogits(f *testing.F) {
	small := testmodel.Llama{Layers: 1, Hidden: 2, FFN: 2, Heads: 1, KVHeads: 1, HeadDim: 2, Vocab: 3, Context: 2, Theta: 10000}
	f.Add(small.Graph())
	small.Plain = true
	f.Add(small.Graph())
	f.Fuzz(func(t *testing.T, data []byte) {
		src := source{ReaderAt: bytes.NewReader(data), size: int64(len(data))}
		p, err := readProto(Graph{Data: data}, src)
		if err != nil {
			return
		}
		sig, err := readSignature(p, Config{})
		if err != nil {
			return
		}
		slim, _, err := withoutWeights(src, p, "x", 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		_, again := parse(t, slim)
		if len(again.nodes) != len(p.nodes) || len(again.initializers) != len(p.initializers) {
			t.Fatalf("%d nodes became %d, %d initializers %d", len(p.nodes), len(again.nodes), len(p.initializers), len(again.initializers))
		}
		trimmed, err := trimLogits(src, p, sig)
		if err != nil {
			t.Fatal(err)
		}
		if trimmed == nil {
			return
		}
		_, again = parse(t, trimmed)
		if len(again.nodes) != len(p.nodes)+1 || len(again.outputs) != len(p.outputs) {
			t.Fatalf("%d nodes became %d, %d outputs %d", len(p.nodes), len(again.nodes), len(p.outputs), len(again.outputs))
		}
	})
}
