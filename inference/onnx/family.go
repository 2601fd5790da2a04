package onnx

import ort "github.com/yalue/onnxruntime_go"

// family is what differs between the kinds of models that generate: which graph
// reads what. A batch has one of its own, which may keep what its generations
// have read beside the cache. All of a generation else is the same.
type family interface {
	// open reads what a generation is to continue, as far as the output does not
	// follow it directly, and returns the tokens that it follows.
	open(options *ort.RunOptions, prompt []int64) (head []int64, err error)
	// step runs the graph once: the places from to until read as many of ids
	// each, and give the logits of their last wanted positions.
	step(options *ort.RunOptions, from, until int, ids []int64, wanted int) error
	// most is how many tokens one step can read after so many others.
	most(held int) int
	// free destroys what ONNX Runtime holds between steps.
	free()
}
