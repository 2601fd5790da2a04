package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Config holds what a model's config.json says about its graph. Its fields
// are used where the graph itself leaves them open; 0 means unknown.
type Config struct {
	VocabSize             int
	NumKeyValueHeads      int
	HeadDim               int
	MaxPositionEmbeddings int
	HiddenSize            int
	// DecoderStart is the token that an encoder-decoder's output follows.
	DecoderStart *int64
}

// defaultPositions bounds a context about which neither the graph nor its
// config.json says anything.
const defaultPositions = 2048

// signature says how a graph that can generate is fed and what it gives. The
// names are those of Hugging Face's exports of decoder-only models.
type signature struct {
	inputs  []string // in the order of the graph
	outputs []string

	ids, mask, positions int   // places in inputs, -1 where the graph lacks one
	past, present        []int // places in inputs and outputs: layer 0's key and value, layer 1's, ...
	logits               int   // place in outputs
	rows                 int   // place in inputs of the positions whose logits are wanted, -1 where there is no choice
	keep                 int   // place in inputs of how many of the last positions these are, -1 where the graph lacks it

	cacheType  DType
	logitsType DType
	kvHeads    int
	headDim    int
	vocab      int
	lastOnly   bool // logits come for the last position only, or for the rows
	dynamic    bool // activations are rounded with one scale for all tokens of a step
	context    int  // positions, prompt and output together
	inPlace    bool // the cache may be longer than what it holds, and past and present one tensor
	batches    bool // several sequences may share a step, and none changes what another gives
	encodes    bool // an encoder reads the prompt
}

func (s *signature) layers() int { return len(s.past) / 2 }

// readSignature reads the signature of p. Its error says plainly why p cannot
// generate.
func readSignature(p *proto, c Config) (*signature, error) {
	s := &signature{inputs: names(p.inputs), outputs: names(p.outputs), rows: -1}
	s.ids, s.mask, s.positions = index(s.inputs, "input_ids"), index(s.inputs, "attention_mask"), index(s.inputs, "position_ids")
	s.keep = index(s.inputs, keepInput)
	s.logits = index(s.outputs, "logits")
	s.findCache()
	switch {
	case s.logits < 0 && index(s.outputs, hiddenOutput) >= 0:
		return nil, fmt.Errorf("encoder-only: there is no logits output, only %s. %s", listing(s.outputs), whatEncodersNeed)
	case s.logits < 0:
		return nil, fmt.Errorf("there is no logits output, only %s", listing(s.outputs))
	case slices.ContainsFunc(s.inputs, isOfEncoder):
		return nil, errors.New("it is the decoder of an encoder-decoder, and the encoder is missing: encoder_model.onnx must lie beside it, of the same export")
	case s.ids < 0:
		return nil, fmt.Errorf("there is no input_ids input, only %s", listing(s.inputs))
	case len(s.past) == 0:
		return nil, errors.New("no KV cache inputs (past_key_values.N.key): every new token would re-read the whole prompt; export with --task text-generation-with-past")
	}
	for i, name := range s.inputs {
		known := i == s.ids || i == s.mask || i == s.positions || i == s.keep
		if !known && !slices.Contains(s.past, i) {
			return nil, unknownInput(name)
		}
		if known && p.inputs[i].Type != Int64 {
			return nil, fmt.Errorf("input %s holds %s; only int64 is supported", name, p.inputs[i].Type)
		}
		if i == s.keep && len(p.inputs[i].Dims) > 0 {
			return nil, fmt.Errorf("input %s has %d dimensions; it should be a single number", name, len(p.inputs[i].Dims))
		}
	}
	if err := s.readCache(p, c); err != nil {
		return nil, err
	}
	if err := s.readLogits(p, c); err != nil {
		return nil, err
	}
	s.context = positions(p, c)
	s.inPlace = cacheInPlace(p, s)
	s.dynamic = slices.ContainsFunc(p.nodes, func(n node) bool { return strings.HasPrefix(n.op, "DynamicQuantize") })
	s.batches = s.inPlace && !s.dynamic && openBatch(p, s) && !slices.ContainsFunc(p.nodes, rowsShareWork)
	return s, nil
}

// whatEncodersNeed is said of an encoder that stands alone.
const whatEncodersNeed = "An encoder makes a vector of each token that it reads; it has no next token, and whoever takes one from these vectors gets the same for every input. " +
	"To write, it needs its decoder beside it: encoder_model.onnx and decoder_model_merged.onnx, or encoder_model.onnx, decoder_model.onnx and decoder_with_past_model.onnx. " +
	"This makes them: optimum-cli export onnx --model MODEL --task text2text-generation-with-past DIR (docs/codet5.md)"

// isOfEncoder reports whether a decoder's input holds what an encoder gave.
func isOfEncoder(input string) bool {
	r, _, ok := cacheSlot(input, "past_key_values")
	return input == "encoder_hidden_states" || ok && r == roleCross
}

func names(tensors []Tensor) []string {
	out := make([]string, len(tensors))
	for i, t := range tensors {
		out[i] = t.Name
	}
	return out
}

func index(names []string, name string) int { return slices.Index(names, name) }

// listing shows at most eight names in a message.
func listing(names []string) string {
	if len(names) > 8 {
		names = append(slices.Clone(names[:8]), "...")
	}
	return strings.Join(names, ", ")
}

// findCache pairs past_key_values.N.key with present.N.key, values likewise,
// for N from 0 as long as all four exist.
func (s *signature) findCache() {
	for layer := 0; ; layer++ {
		var past, present []int
		for _, kind := range []string{"key", "value"} {
			past = append(past, index(s.inputs, fmt.Sprintf("past_key_values.%d.%s", layer, kind)))
			present = append(present, index(s.outputs, fmt.Sprintf("present.%d.%s", layer, kind)))
		}
		if slices.Contains(past, -1) || slices.Contains(present, -1) {
			return
		}
		s.past, s.present = append(s.past, past...), append(s.present, present...)
	}
}

// maxDim bounds heads, head sizes and vocabularies, so that sizes computed
// from them cannot overflow. The largest vocabulary in use is about 262,000.
const maxDim = 1 << 22

// readCache checks that all tensors of the cache are alike:
// [batch, kvHeads, positions, headDim] of float32 or float16.
func (s *signature) readCache(p *proto, c Config) error {
	for k, i := range s.past {
		past, present := p.inputs[i], p.outputs[s.present[k]]
		if past.Type != Float32 && past.Type != Float16 {
			return fmt.Errorf("the KV cache holds %s; only float32 and float16 are supported", past.Type)
		}
		if len(past.Dims) != 4 {
			return fmt.Errorf("%s has %d dimensions; expected [batch, heads, positions, head size]", past.Name, len(past.Dims))
		}
		if present.Type != past.Type {
			return fmt.Errorf("%s holds %s, but %s holds %s", past.Name, past.Type, present.Name, present.Type)
		}
		heads, err := resolve(past, 1, c.NumKeyValueHeads, "num_key_value_heads")
		if err != nil {
			return err
		}
		headDim, err := resolve(past, 3, c.HeadDim, "head_dim")
		if err != nil {
			return err
		}
		if k == 0 {
			s.cacheType, s.kvHeads, s.headDim = past.Type, heads, headDim
		}
		if past.Type != s.cacheType || heads != s.kvHeads || headDim != s.headDim {
			return fmt.Errorf("%s differs in type or shape from the KV cache of layer 0", past.Name)
		}
	}
	return nil
}

func (s *signature) readLogits(p *proto, c Config) (err error) {
	t := p.outputs[s.logits]
	if t.Type != Float32 && t.Type != Float16 {
		return fmt.Errorf("the logits are %s; only float32 and float16 are supported", t.Type)
	}
	if len(t.Dims) != 3 {
		return fmt.Errorf("the logits have %d dimensions; expected [batch, positions, vocabulary]", len(t.Dims))
	}
	s.logitsType = t.Type
	s.lastOnly = t.Dims[1] == Dim{Size: 1} || s.keep >= 0
	s.vocab, err = resolve(t, 2, c.VocabSize, "vocab_size")
	return err
}

// resolve returns dimension i of t, or known when the graph leaves it open.
func resolve(t Tensor, i, known int, key string) (int, error) {
	size := t.Dims[i].Size
	if t.Dims[i].Name != "" {
		size = int64(known)
	}
	if size < 1 || size > maxDim {
		return 0, fmt.Errorf("dimension %d of %s is %s; config.json's %s does not say its size either", i, t.Name, t.Dims[i], key)
	}
	return int(size), nil
}

// positions returns the number of positions that p and c allow.
func positions(p *proto, c Config) int {
	bound := c.MaxPositionEmbeddings
	for _, n := range p.nodes {
		if table := n.rotaryTable(); table != "" {
			if t, ok := p.initializers[table]; ok && len(t.dims) == 2 && t.dims[0] > 0 && (bound <= 0 || t.dims[0] < int64(bound)) {
				bound = int(t.dims[0])
			}
		}
	}
	if bound <= 0 {
		return defaultPositions
	}
	return bound
}

// rotaryTable names the node's table of cosines, which has a row per position.
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
func (n *node) rotaryTable() string {
	switch {
	case n.op == "RotaryEmbedding" && len(n.inputs) > 2:
		return n.inputs[2]
	case n.op == "GroupQueryAttention" && len(n.inputs) > 7:
		return n.inputs[7]
	}
	return ""
}

// rowsShareWork reports whether n may compute a row otherwise when others are
// computed beside it: ONNX Runtime has other kernels of MatMulNBits for one row
// than for several, which round alike for 8 bits at accuracy level 4 only.
func rowsShareWork(n node) bool {
	return n.op == "MatMulNBits" && (n.ints["bits"] != 8 || n.ints["accuracy_level"] != 4)
}

// openBatch reports whether the graph leaves the number of sequences open.
func openBatch(p *proto, s *signature) bool {
	open := func(t Tensor) bool { return len(t.Dims) > 0 && t.Dims[0].Name != "" }
	for i, t := range p.outputs {
		if (i == s.logits || slices.Contains(s.present, i)) && !open(t) {
			return false
		}
	}
	return !slices.ContainsFunc(p.inputs, func(t Tensor) bool { return t.Name != keepInput && !open(t) })
}

// cacheInPlace reports whether every tensor of the cache goes into a
// GroupQueryAttention and nowhere else, and comes out of the same node. That
// operator takes the number of tokens from its own inputs, not from the
// cache's shape, and when past and present are one buffer it writes the new
// rows into it and copies nothing.
func cacheInPlace(p *proto, s *signature) bool {
	users := map[string]int{}
	for _, n := range p.nodes {
		for _, in := range n.inputs {
			users[in]++
		}
	}
	found := 0
	for _, n := range p.nodes {
		if n.op != "GroupQueryAttention" || len(n.inputs) < 5 || len(n.outputs) < 3 {
			continue
		}
		for k := range 2 { // key, value
			place := slices.Index(s.past, index(s.inputs, n.inputs[3+k]))
			if place >= 0 && users[n.inputs[3+k]] == 1 && s.outputs[s.present[place]] == n.outputs[1+k] {
				found++
			}
		}
	}
	return found == len(s.past)
}
