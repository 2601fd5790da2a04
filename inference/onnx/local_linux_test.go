package onnx

import "testing"

// What another program gives out for files is not mapped.
func TestIsLocal(t *testing.T) {
	if isLocal("/proc/self/status") || isLocal("/does/not/exist") {
		t.Error("a file of the kernel's, or none, is called local")
	}
}
