//go:build !windows

package models

import (
	"errors"
	"syscall"
)

// isFull reports whether err means that the disk, the user's share of it, or
// the size that a file may have is used up.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
