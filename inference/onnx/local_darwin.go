package onnx

import "golang.org/x/sys/unix"

// isLocal reports whether a file is known to lie on a disk of this machine.
func isLocal(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && s.Flags&unix.MNT_LOCAL != 0
}
