package onnx

import (
	"slices"

	"golang.org/x/sys/unix"
)

// localFilesystems are those whose pages this machine alone can take away.
var localFilesystems = []int64{
	unix.BCACHEFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.EROFS_SUPER_MAGIC_V1, unix.EXT4_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC,
	unix.OVERLAYFS_SUPER_MAGIC, unix.SQUASHFS_MAGIC, unix.TMPFS_MAGIC, unix.XFS_SUPER_MAGIC, 0x2fc12fc1, // ZFS
}

// isLocal reports whether a file is known to lie on a disk of this machine:
// not on a server, nor on what another program gives out for files (FUSE).
func isLocal(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && slices.Contains(localFilesystems, int64(s.Type))
}
