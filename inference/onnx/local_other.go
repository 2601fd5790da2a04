//go:build !linux && !darwin && !windows

package onnx

// isLocal reports whether a file is known to lie on a disk of this machine.
func isLocal(string) bool { return false }
