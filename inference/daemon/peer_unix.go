//go:build linux || darwin

package daemon

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

// Supported says whether this system has daemons. Where it has none, models run
// in the process that asks.
const Supported = true

func ownedByUser(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

// checkPeer refuses a connection to a process of somebody else.
func checkPeer(c *net.UnixConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var uid int
	var failed error
	if err := raw.Control(func(fd uintptr) { uid, failed = peer(int(fd)) }); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("ask who is at the other end of the daemon's socket: %w", failed)
	}
	if uid != os.Getuid() {
		return fmt.Errorf("at the other end of the daemon's socket is the user %d, not %d", uid, os.Getuid())
	}
	return nil
}
