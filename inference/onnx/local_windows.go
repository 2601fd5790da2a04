package onnx

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// isLocal reports whether a file is known to lie on a disk of this machine.
func isLocal(path string) bool {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(path) + `\`)
	return err == nil && windows.GetDriveType(root) == windows.DRIVE_FIXED
}
