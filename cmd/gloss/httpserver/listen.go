package httpserver

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Listen listens on a host and port, or on a Unix socket, unix:/PATH, that only
// this user can open.
func Listen(address string) (net.Listener, error) {
	path, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		if _, _, err := net.SplitHostPort(address); err != nil {
			return nil, fmt.Errorf("%w; an address is HOST:PORT, such as 127.0.0.1:7625, or unix:/PATH", err)
		}
		return net.Listen("tcp", address)
	}
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("the socket's path %q must be absolute", path)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// removeStale removes the socket of a server that has gone. Nothing else that
// lies there is touched.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s exists and is no socket", path)
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		return errors.Join(fmt.Errorf("another server listens on %s", path), c.Close())
	}
	return os.Remove(path)
}

// isLocal reports whether only users of this machine come by a.
func isLocal(a net.Addr) bool {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	}
	return false
}
