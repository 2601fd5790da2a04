package onnx

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"
)

// minLeft is the size from which a weight is left in its file, a page.
const minLeft = 4096

// leaveWeights returns g without its large weights, which it names as parts of
// the file that they stand in, as a graph names external data. ONNX Runtime
// maps such parts into memory, where it would copy a graph's own weights twice
// while it loads; the file's bytes need not pass through Go either to have the
// graph rewritten. So it is with bytes that are a mapped part of a file, as the
// graph inside the program is. Other bytes, and a graph whose weights lie outside
// already, stay as they are.
func leaveWeights(g Graph, src source, p *proto) (Graph, source, *proto, error) {
	at, offset, ok := g.Path, int64(0), g.Path != ""
	if !ok {
		at, offset, ok = mapped(g.Data)
	}
	if !ok || p.external {
		return g, src, p, nil
	}
	path, err := filepath.EvalSymlinks(at) // weights must lie in the graph's folder
	if err != nil {
		return g, src, p, err
	}
	data, left, err := withoutWeights(src, p, filepath.Base(path), offset, minLeft)
	if err != nil || left == 0 {
		return g, src, p, err
	}
	slim := Graph{Data: data, Path: path, Name: g.String()}
	src, err = Graph{Data: data}.open()
	if err != nil {
		return g, src, p, err
	}
	p, err = readProto(slim, src)
	release(g.Data)
	return slim, src, p, err
}

// withoutWeights returns the bytes of the graph in src, which starts at offset
// in the named file, with the weights of at least so many bytes left in that
// file, and how many these are.
func withoutWeights(src source, p *proto, file string, offset, least int64) (data []byte, left int, err error) {
	w := newWire(src)
	part := func(start, stop int64) []byte {
		b := make([]byte, stop-start)
		if _, err := io.ReadFull(io.NewSectionReader(src, start, stop-start), b); err != nil {
			w.fail(err)
		}
		return b
	}
	var graph field
	for m := w.message(p.graph.start, p.graph.stop); m.next(); {
		const initializers = 5
		if m.field == initializers {
			if raw := rawData(m.sub()); raw.stop-raw.start >= least {
				left++
				tensor := field(append(part(m.start, raw.key), part(raw.stop, m.stop)...))
				graph = graph.bytes(initializers, tensor.elsewhere(file, offset, raw))
				continue
			}
		}
		graph = append(graph, part(m.key, m.pos)...)
	}
	if w.err != nil {
		return nil, 0, fmt.Errorf("it cannot be rewritten: %w", w.err)
	}
	data = field(part(0, p.graph.key)).bytes(7, graph)
	data = append(data, part(p.graph.stop, p.size)...)
	return data, left, w.err
}

// rawData returns the extent of a tensor's bytes, an empty one where it has
// none.
func rawData(tensor *message) (raw span) {
	for tensor.next() {
		if tensor.field == 9 && tensor.kind == wireBytes {
			raw = tensor.span()
		}
	}
	return raw
}

// elsewhere says of a tensor that its bytes are part of what starts at offset
// in a file.
func (f field) elsewhere(file string, offset int64, part span) field {
	for _, entry := range [][2]string{
		{"location", file},
		{"offset", strconv.FormatInt(offset+part.start, 10)},
		{"length", strconv.FormatInt(part.stop-part.start, 10)},
	} {
		f = f.bytes(13, field(nil).text(1, entry[0]).text(2, entry[1]))
	}
	const external = 1
	return f.varint(14, external)
}
