package onnx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// Graph names an ONNX graph: a file, or its bytes.
type Graph struct {
	// Path is the file, "" when Data holds the graph.
	Path string
	Data []byte
	// Name stands for the graph in messages; Path by default.
	Name string

	// Encoder is the file of the encoder that reads the prompt, where Path is a
	// decoder that reads what the encoder made of it. WithPast is the file of the
	// decoder that reads a token after others, "" where Path does that too
	// (use_cache_branch).
	Encoder, WithPast string
}

func (g Graph) String() string {
	switch {
	case g.Name != "":
		return g.Name
	case g.Path != "":
		return g.Path
	}
	return "the embedded graph"
}

// proto holds what gloss needs of a ModelProto: everything but the weights.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
type proto struct {
	producer     string
	opsets       []Opset
	nodes        []node
	inputs       []Tensor // without those that an initializer fills
	outputs      []Tensor
	initializers map[string]initializer
	size         int64 // bytes of the file
	graph        span
	external     bool            // some weights lie in other files
	locations    map[string]bool // these files, relative to the graph's folder
}

// span is the extent of a field of the file: its key, its value, its end.
type span struct{ key, start, stop int64 }

func (m *message) span() span { return span{m.key, m.start, m.stop} }

// Opset is a set of operators and its version. The domain "" is ai.onnx.
type Opset struct {
	Domain  string
	Version int64
}

// Tensor describes an input or output of a graph.
type Tensor struct {
	Name string
	Type DType
	Dims []Dim
}

// Dim is one dimension of a shape: fixed when Name is "", else symbolic.
type Dim struct {
	Name string
	Size int64
}

// String returns the dimension as it is written in a shape.
func (d Dim) String() string {
	if d.Name != "" {
		return d.Name
	}
	return strconv.FormatInt(d.Size, 10)
}

type node struct {
	op              string
	inputs, outputs []string
	ints            map[string]int64 // integer attributes
	depth           int              // 0 unless in a graph inside an attribute
	span            span
}

type initializer struct {
	dtype DType
	dims  []int64
}

// elements returns the number of elements, 0 where the shape is nonsense.
func (t initializer) elements() int64 {
	n := int64(1)
	for _, d := range t.dims {
		if d <= 0 || n > 1<<50/d {
			return 0
		}
		n *= d
	}
	return n
}

// maxNesting bounds the graphs inside attributes of nodes (If, Loop).
const maxNesting = 8

// source is an open graph.
type source struct {
	io.ReaderAt
	size  int64
	Close func() error
}

func (g Graph) open() (source, error) {
	if g.Path == "" {
		return source{bytes.NewReader(g.Data), int64(len(g.Data)), func() error { return nil }}, nil
	}
	f, err := untrusted.Open(g.Path)
	if err != nil {
		return source{}, fmt.Errorf("open the model's graph: %w", err)
	}
	return source{f, f.Size(), f.Close}, nil
}

// read opens g, for the caller to close, and reads its structure.
func (g Graph) read() (source, *proto, error) {
	src, err := g.open()
	if err != nil {
		return source{}, nil, err
	}
	p, err := readProto(g, src)
	if err != nil {
		return source{}, nil, errors.Join(err, src.Close())
	}
	return src, p, nil
}

// readProto reads the structure of g, which src holds. It needs no library.
func readProto(g Graph, src source) (*proto, error) {
	if startsWith(src, "version https://git-lfs") {
		return nil, fmt.Errorf("%s is a Git LFS pointer, not a model: fetch the real file with `git lfs pull`", g)
	}
	w := newWire(src)
	p := &proto{initializers: map[string]initializer{}, locations: map[string]bool{}, size: src.size}
	graphs, version := 0, ""
	for m := w.message(0, src.size); m.next(); {
		switch m.field {
		case 2:
			p.producer = m.text()
		case 3:
			version = m.text()
		case 7:
			graphs++
			p.graph = m.span()
			p.readGraph(m.sub(), 0)
		case 8:
			if w.spend(0) {
				p.opsets = append(p.opsets, readOpset(m.sub()))
			}
		}
	}
	err := w.err
	if err == nil && graphs != 1 {
		err = fmt.Errorf("there are %d graphs in it", graphs)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not a complete ONNX file (%d bytes): %w", g, src.size, err)
	}
	if version != "" {
		p.producer += " " + version
	}
	p.dropFilledInputs()
	return p, nil
}

func startsWith(src io.ReaderAt, prefix string) bool {
	head := make([]byte, len(prefix))
	n, _ := src.ReadAt(head, 0)
	return string(head[:n]) == prefix
}

func readOpset(m *message) (o Opset) {
	for m.next() {
		switch m.field {
		case 1:
			o.Domain = m.text()
		case 2:
			o.Version = int64(m.varint)
		}
	}
	return o
}

func (p *proto) readGraph(m *message, depth int) {
	if depth > maxNesting {
		m.w.fail(fmt.Errorf("its graphs are nested more than %d deep", maxNesting))
		return
	}
	for m.next() {
		switch m.field {
		case 1:
			p.readNode(m.sub(), node{ints: map[string]int64{}, depth: depth, span: m.span()})
		case 5:
			p.readInitializer(m.sub())
		case 11:
			if depth == 0 && m.w.spend(0) {
				p.inputs = append(p.inputs, readTensor(m.sub()))
			}
		case 12:
			if depth == 0 && m.w.spend(0) {
				p.outputs = append(p.outputs, readTensor(m.sub()))
			}
		}
	}
}

func (p *proto) readNode(m *message, n node) {
	n.read(m, func(attribute *message) { p.readAttribute(attribute, &n) })
	if m.w.spend(0) {
		p.nodes = append(p.nodes, n)
	}
}

// read reads what a node is and what it joins, and gives its attributes away.
func (n *node) read(m *message, attribute func(*message)) {
	for m.next() {
		switch m.field {
		case 1:
			n.inputs = append(n.inputs, m.text())
		case 2:
			n.outputs = append(n.outputs, m.text())
		case 4:
			n.op = m.text()
		case 5:
			attribute(m.sub())
		}
	}
}

func (p *proto) readAttribute(m *message, n *node) {
	var name string
	var value int64
	isInt := false
	for m.next() {
		switch {
		case m.field == 1:
			name = m.text()
		case m.field == 3 && m.kind == wireVarint:
			value, isInt = int64(m.varint), true
		case m.field == 6 || m.field == 11: // a graph, graphs
			p.readGraph(m.sub(), n.depth+1)
		}
	}
	if isInt {
		n.ints[name] = value
	}
}

func (p *proto) readInitializer(m *message) {
	var name string
	var t initializer
	for m.next() {
		switch m.field {
		case 1:
			t.dims = m.ints(t.dims)
		case 2:
			t.dtype = DType(m.varint)
		case 8:
			name = m.text()
		case 13:
			p.external = true
			if key, value := readEntry(m.sub()); key == "location" {
				p.locations[value] = true
			}
		}
	}
	p.initializers[name] = t
}

func readEntry(m *message) (key, value string) {
	for m.next() {
		switch m.field {
		case 1:
			key = m.text()
		case 2:
			value = m.text()
		}
	}
	return key, value
}

func readTensor(m *message) (t Tensor) {
	for m.next() {
		switch m.field {
		case 1:
			t.Name = m.text()
		case 2:
			for typ := m.sub(); typ.next(); {
				if typ.field == 1 {
					t.readTensorType(typ.sub())
				}
			}
		}
	}
	return t
}

func (t *Tensor) readTensorType(m *message) {
	for m.next() {
		switch m.field {
		case 1:
			t.Type = DType(m.varint)
		case 2:
			for shape := m.sub(); shape.next(); {
				if shape.field == 1 && m.w.spend(0) {
					t.Dims = append(t.Dims, readDim(shape.sub()))
				}
			}
		}
	}
}

func readDim(m *message) Dim {
	d := Dim{Name: "?"} // neither a size nor a name: unknown
	for m.next() {
		switch m.field {
		case 1:
			d = Dim{Size: int64(m.varint)}
		case 2:
			d = Dim{Name: m.text()}
		}
	}
	return d
}

// dropFilledInputs drops the inputs that have a default value: files older
// than IR version 4 list every weight as an input.
func (p *proto) dropFilledInputs() {
	inputs := p.inputs[:0]
	for _, t := range p.inputs {
		if _, filled := p.initializers[t.Name]; !filled {
			inputs = append(inputs, t)
		}
	}
	p.inputs = inputs
}
