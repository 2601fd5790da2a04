// Package testmodel writes models with random weights, for tests and
// benchmarks: ONNX graphs in the ways that exports come in, of any shape, and
// llama.cpp's GGUF files of the same shapes.
package testmodel
