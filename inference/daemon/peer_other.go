//go:build !linux && !darwin

package daemon

import (
	"errors"
	"net"
	"os"
)

// Supported says whether this system has daemons. Where it has none, models run
// in the process that asks: Windows' sockets do not say who is at the other end.
const Supported = false

func ownedByUser(os.FileInfo) bool { return false }

func checkPeer(*net.UnixConn) error { return errors.ErrUnsupported }
