package onnx

// Live returns the number of objects that ONNX Runtime holds for this package.
func Live() int64 { return live.Load() }

// InPlace reports whether the cache is written in place.
func (m *Model) InPlace() bool { return m.sig.inPlace }

// LastOnly reports whether logits are computed for the last position only.
func (m *Model) LastOnly() bool { return m.sig.lastOnly }

// Working returns the number of generations that have begun.
func (m *Model) Working() int {
	n := 0
	for _, b := range m.batches {
		n += int(b.working.Load())
	}
	return n
}
