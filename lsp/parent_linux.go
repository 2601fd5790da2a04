package lsp

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// waitForExit returns true when the process pid has ended, and false when ctx
// has. A pidfd becomes readable when its process ends, and the runtime's poller
// waits for that without a thread.
func waitForExit(ctx context.Context, pid int) bool {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err == unix.ESRCH {
		return true
	}
	if err != nil { // a kernel before 5.10
		return poll(ctx, pid)
	}
	f := os.NewFile(uintptr(fd), "pidfd")
	defer f.Close()
	defer context.AfterFunc(ctx, func() { f.Close() })()
	raw, err := f.SyscallConn()
	if err != nil {
		return poll(ctx, pid)
	}
	ended := false
	err = raw.Read(func(fd uintptr) bool {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		ended = err == nil && n > 0
		return ended
	})
	if err != nil && ctx.Err() == nil {
		return poll(ctx, pid)
	}
	return ended
}
