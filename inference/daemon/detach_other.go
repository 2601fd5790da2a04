//go:build !unix

package daemon

import (
	"errors"
	"syscall"
)

const noFollow = 0

var errRefused = errors.ErrUnsupported

func detached() *syscall.SysProcAttr { return nil }
