package onnx

import ort "github.com/yalue/onnxruntime_go"

// Version returns the version of the library that Initialize loaded.
func Version() string { return ort.GetVersion() }
