package testmodel

// Encoder returns an encoder's graph: it gives hidden states and no logits.
func Encoder() []byte {
	g := newGraph(1)
	g.input("input_ids", int64Type, "batch_size", "sequence_length")
	g.input("attention_mask", int64Type, "batch_size", "sequence_length")
	g.output("last_hidden_state", float32Type, "batch_size", "sequence_length", 8)
	g.node("Gather", nil, "last_hidden_state", g.floats("embed_tokens", g.noise(8), 16, 8), "input_ids")
	return g.model(14)
}

// NoCache returns the graph of a decoder that was exported without a KV cache.
func NoCache() []byte {
	g := newGraph(1)
	g.input("input_ids", int64Type, "batch_size", "sequence_length")
	g.output("logits", float32Type, "batch_size", "sequence_length", 16)
	x := g.node("Gather", nil, "embedded", g.floats("embed_tokens", g.noise(8), 16, 8), "input_ids")
	g.node("MatMul", nil, "logits", x, g.floats("lm_head", g.noise(8), 8, 16))
	return g.model(14)
}
