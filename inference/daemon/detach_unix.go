//go:build unix

package daemon

import "syscall"

// noFollow refuses to open what is a link.
const noFollow = syscall.O_NOFOLLOW

var errRefused error = syscall.ECONNREFUSED

// detached gives the daemon a session of its own: it does not end with the
// terminal of the client that has started it.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
