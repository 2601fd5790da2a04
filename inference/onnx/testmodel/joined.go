package testmodel

import "fmt"

// products multiplies x by several matrices [in, outs[i]], by all at once where
// l.Joined says so. The matrices are the same either way: it is ONNX Runtime that
// puts them side by side, once, while it loads the graph.
func (l Llama) products(g *graph, x string, in int, names []string, outs ...int) []string {
	if !l.Joined {
		for i, name := range names {
			l.matmul(g, name, x, in, outs[i])
		}
		return names
	}
	joined, width, widths := names[0]+".joined", 0, []int64{}
	for _, out := range outs {
		width += out
		widths = append(widths, int64(out))
	}
	// beside joins what belongs to the matrices, which made adds to the graph or only names.
	beside := func(suffix string, axis int, made func(name string, out int) string) string {
		var parts []string
		for i, name := range names {
			parts = append(parts, made(name, outs[i]))
		}
		return g.node("Concat", attrs{"axis": axis}, joined+suffix, parts...)
	}
	switch {
	case l.NBits > 0:
		quantized := beside(".q", 0, func(name string, out int) string {
			l.quantize(g, name, in, out)
			return name + ".q"
		})
		scales := beside(".s", 0, func(name string, _ int) string { return name + ".s" })
		g.ms("MatMulNBits", l.blocks(in, width), []string{joined}, x, quantized, scales)
	case l.Dynamic:
		matrix := beside(".q", 1, func(name string, out int) string { return l.bytes(g, name, in, in, out) })
		// One scale and zero point for each matrix become one for each column.
		for _, suffix := range []string{".s", ".z"} {
			beside(suffix, 0, func(name string, out int) string {
				return g.node("Expand", nil, name+suffix+".row", name+suffix, g.int64s(fmt.Sprintf("row%d", out), int64(out)))
			})
		}
		l.integer(g, joined, x, matrix, joined)
	default:
		matrix := beside(".w", 1, func(name string, out int) string { return g.floats(name+".w", g.noise(in), in, out) })
		g.node("MatMul", nil, joined, x, matrix)
	}
	g.add("", "Split", attrs{"axis": -1}, names, []string{joined, g.int64s(joined+".widths", widths...)})
	return names
}
