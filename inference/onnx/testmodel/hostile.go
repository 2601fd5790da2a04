package testmodel

import "strings"

// Hostile returns graphs that could generate, and hold besides what no language
// model has: it never ends, takes all memory, or lies elsewhere.
func Hostile() map[string][]byte {
	graphs := map[string][]byte{}
	for name, add := range map[string]func(g *graph){
		"loop": func(g *graph) { g.node("Loop", attrs{"body": newGraph(1)}, "x", "i1", "i1") },
		"loop in a branch": func(g *graph) {
			branch := newGraph(1)
			branch.node("Loop", attrs{"body": newGraph(1)}, "x", "i1", "i1")
			g.node("If", attrs{"then_branch": branch}, "y", "i1")
		},
		"scan":         func(g *graph) { g.node("Scan", attrs{"body": newGraph(1)}, "x", "i1") },
		"constant":     func(g *graph) { g.node("ConstantOfShape", nil, "x", g.int64s("huge", 1<<31)) },
		"square":       func(g *graph) { g.node("ConstantOfShape", nil, "x", g.int64s("huge", 20_000, 20_000)) },
		"past the end": func(g *graph) { g.node("ConstantOfShape", nil, "x", g.int64s("huge", 1<<40, 1<<40)) },
		"expansion":    func(g *graph) { g.node("Expand", nil, "x", "i1", g.int64s("huge", 1<<31, 1)) },
		"tiles":        func(g *graph) { g.node("Tile", nil, "x", "i1", g.int64s("huge", 1<<31)) },
		"range": func(g *graph) {
			g.node("Range", nil, "x", g.scalar("from", 0), g.scalar("huge", 1<<40), g.scalar("by", 1))
		},
		"shape put together": func(g *graph) {
			side := g.node("Mul", nil, "side", g.int64s("hundred", 100), g.int64s("thousand", 1000))
			g.node("ConstantOfShape", nil, "x", g.node("Concat", attrs{"axis": 0}, "sides", side, g.node("Unsqueeze", nil, "unknown", "input_ids"), side))
		},
		"numbers one by one": func(g *graph) {
			g.body = g.body.bytes(5, msg(nil).text(8, strings.Repeat("n", 1000)).int(1, 1).int(2, int64Type).int(7, 1<<31))
			g.node("ConstantOfShape", nil, "x", strings.Repeat("n", 1000))
		},
		"product of constants": func(g *graph) {
			square := g.node("ConstantOfShape", nil, "square", g.int64s("side", 4000, 4000))
			g.node("MatMul", nil, "x", square, g.node("Transpose", nil, "turned", square))
		},
		"stored product": func(g *graph) {
			none := func() []byte { return nil }
			g.node("MatMul", nil, "x", g.tensor("a", float32Type, none, 20_000, 20_000), g.tensor("b", float32Type, none, 20_000, 20_000))
		},
	} {
		g := Tiny.graph()
		add(g)
		graphs[name] = g.model(14)
	}
	function := msg(nil).text(1, "Twice").text(10, "own")
	graphs["function"] = msg(Tiny.Graph()).bytes(25, function)
	return graphs
}
