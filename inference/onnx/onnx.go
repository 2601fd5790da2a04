// Package onnx generates text with a decoder-only ONNX model and a key-value
// cache, through ONNX Runtime's shared library.
//
// A process finds the library (FindLibrary), loads it once (Initialize), opens
// a graph (Open) and asks it for tokens (Model.Generate). Text is none of its
// business: token ids go in, token ids come out.
package onnx
