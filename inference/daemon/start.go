package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// startTime bounds what a client waits for a daemon to start.
const startTime = 10 * time.Second

// ready is what a daemon that was started by a client prints once it serves;
// anything else is why it does not.
const ready = "ready"

// Announce tells the client that has started this process that it serves.
func Announce(stdout io.Writer) error {
	_, err := fmt.Fprintln(stdout, ready)
	return err
}

// connect returns a connection to the daemon of p. Where there is none command,
// unless it is nil, makes it; of many clients at once one starts it.
func connect(ctx context.Context, p Place, command func() *exec.Cmd) (*net.UnixConn, error) {
	c, err := dial(ctx, p)
	if command == nil || !IsGone(err) {
		return c, err
	}
	if err := p.prepare(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	lock, err := lockWhenFree(ctx, p.starting())
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("wait for another client that starts the daemon: %w", err)
	case err != nil:
		return nil, fmt.Errorf("start the daemon: %w", err)
	}
	defer lock.release()
	if c, err = dial(ctx, p); !IsGone(err) {
		return c, err // which another client has started
	}
	// One that is about to end listens no more, and is still in the way.
	p.awaitEnd(ctx)
	if err := start(ctx, p, command()); err != nil {
		return nil, fmt.Errorf("start the daemon: %w", err)
	}
	return dial(ctx, p)
}

// IsGone reports whether err means that no daemon serves.
func IsGone(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, errRefused)
}

func dial(ctx context.Context, p Place) (*net.UnixConn, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(p.socket()); err != nil {
		return nil, err // where there is none, none is opened to find that out
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", p.socket())
	if err != nil {
		return nil, fmt.Errorf("connect to the daemon: %w", err)
	}
	u := c.(*net.UnixConn)
	if err := checkPeer(u); err != nil {
		u.Close()
		return nil, err
	}
	return u, nil
}

// start runs the daemon, in a session of its own, and returns once it serves.
func start(ctx context.Context, p Place, command *exec.Cmd) error {
	// What the last one has said before it crashed is not to be lost.
	_ = os.Rename(p.Log(), p.lastLog()) // there may be none
	log, err := os.OpenFile(p.Log(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC|noFollow, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	said, says, err := os.Pipe()
	if err != nil {
		return err
	}
	defer said.Close()
	command.Dir, command.Stdout, command.Stderr, command.SysProcAttr = "/", says, log, detached()
	err = command.Start()
	says.Close()
	if err != nil {
		return err
	}
	go func() { _ = command.Wait() }() // nobody else does
	stop := context.AfterFunc(ctx, func() { _ = said.SetReadDeadline(time.Now()) })
	defer stop()
	line, err := bufio.NewReader(said).ReadString('\n')
	switch line = strings.TrimSpace(line); {
	case line == ready:
		return nil
	case ctx.Err() != nil:
		_ = command.Process.Kill()
		return fmt.Errorf("it does not serve after %s; its log is %s", startTime, p.Log())
	case line != "":
		return errors.New(line)
	}
	return fmt.Errorf("it has ended (%w); its log is %s", err, p.Log())
}
