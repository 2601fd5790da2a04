package onnx

import (
	"cmp"
	"slices"
)

// Info describes a graph.
type Info struct {
	Producer string // the program that wrote the file, "" when it does not say
	Opsets   []Opset
	Inputs   []Tensor // in the file's order
	Outputs  []Tensor

	Parameters int64 // weights, however they are stored
	FileBytes  int64
	External   bool // weights lie in files beside this one
	Products   []Product
	InPlace    bool // the KV cache is written in place (GroupQueryAttention)

	// CanGenerate tells whether Open would accept the graph; Why says why
	// not. The numbers below are known when it would.
	CanGenerate bool
	Why         string
	Layers      int
	KVHeads     int
	HeadDim     int
	VocabSize   int
	Context     int // positions, prompt and output together, or of each where there is an Encoder

	// Encoder and WithPast are the other graphs of an encoder-decoder, nil where
	// there are none. Nothing is said of what they could do alone.
	Encoder, WithPast *Info
}

// Product is a way in which activations are multiplied by stored weights.
type Product struct {
	Op     string // MatMulNBits, DynamicQuantizeMatMul, MatMulInteger, MatMul or Gemm
	Weight DType  // as stored; uint8 for the packed blocks of MatMulNBits
	Count  int

	// The rest is MatMulNBits'.
	Bits, BlockSize int
	// AccuracyLevel 4 lets the CPU compute in int8, which decodes about twice
	// as fast as level 0, float32.
	AccuracyLevel int
}

// Inspect reads the structure of g. It needs no library and loads no weights;
// of a file of any size it reads the names and shapes, within a bound. A file
// that is no ONNX graph is an error; one that cannot generate is not. c
// completes symbolic dimensions, as in Options.
func Inspect(g Graph, c Config) (*Info, error) {
	if g.Encoder != "" {
		return inspectParts(g, c)
	}
	src, p, err := g.read()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	info := structure(p)
	sig, err := readSignature(p, c)
	if refused := g.refuse(src); err == nil && refused != nil {
		err = refused
	}
	info.add(sig, err)
	return info, nil
}

// inspectParts is Inspect for the graphs of an encoder-decoder.
func inspectParts(g Graph, c Config) (*Info, error) {
	ps, err := readParts(g)
	if err != nil {
		return nil, err
	}
	info := structure(ps.first.proto)
	info.Encoder = structure(ps.encoder.proto)
	if ps.next != ps.first {
		info.WithPast = structure(ps.next.proto)
	}
	sig, err := ps.signature(c)
	if refused := ps.refuse(); err == nil && refused != nil {
		err = refused
	}
	info.add(sig, err)
	return info, ps.close()
}

// structure is what there is to say about a graph whatever it can do.
func structure(p *proto) *Info {
	return &Info{
		Producer: p.producer, Opsets: p.opsets, Inputs: p.inputs, Outputs: p.outputs,
		Parameters: p.parameters(), FileBytes: p.size, External: p.external, Products: p.products(),
	}
}

// add says how the graph generates, or why it cannot.
func (info *Info) add(sig *signature, why error) {
	if why != nil {
		info.Why = why.Error()
		return
	}
	info.CanGenerate, info.InPlace = true, sig.inPlace
	info.Layers, info.KVHeads, info.HeadDim = sig.layers(), sig.kvHeads, sig.headDim
	info.VocabSize, info.Context = sig.vocab, sig.context
}

// products counts the nodes that multiply by stored weights, most first.
func (p *proto) products() []Product {
	counts := map[Product]int{}
	for _, n := range p.nodes {
		if len(n.inputs) < 2 {
			continue
		}
		weight, stored := p.initializers[n.inputs[1]]
		kind := Product{Op: n.op, Weight: weight.dtype}
		switch n.op {
		case "MatMulNBits":
			kind.Bits, kind.BlockSize, kind.AccuracyLevel = int(n.ints["bits"]), int(n.ints["block_size"]), int(n.ints["accuracy_level"])
			if kind.Bits == 0 {
				kind.Bits = 4 // the attribute's default
			}
		case "DynamicQuantizeMatMul", "MatMulInteger", "MatMul", "Gemm":
			if !stored {
				continue
			}
		default:
			continue
		}
		counts[kind]++
	}
	var products []Product
	for kind, n := range counts {
		kind.Count = n
		products = append(products, kind)
	}
	slices.SortFunc(products, func(a, b Product) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Op, b.Op), cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Bits, b.Bits),
			cmp.Compare(a.BlockSize, b.BlockSize), cmp.Compare(a.AccuracyLevel, b.AccuracyLevel))
	})
	return products
}

// parameters counts the weights. Scales, zero points and rotary tables are
// none; packed blocks count what they hold.
func (p *proto) parameters() int64 {
	holds := map[string]int64{}
	for _, n := range p.nodes {
		switch n.op {
		case "MatMulNBits":
			for i, in := range n.inputs {
				switch i {
				case 1:
					holds[in] = initializer{dims: []int64{n.ints["K"], n.ints["N"]}}.elements()
				case 2, 3:
					holds[in] = 0
				}
			}
		case "RotaryEmbedding", "GroupQueryAttention":
			for i, in := range n.inputs {
				if in != "" && (n.op == "RotaryEmbedding" && i >= 2 || i >= 7) {
					holds[in] = 0
				}
			}
		}
	}
	sum := int64(0)
	for name, t := range p.initializers {
		n, special := holds[name]
		if !special {
			n = t.elements()
		}
		sum = min(sum+n, 1<<60) // a forged file may claim more
	}
	return sum
}
