package main

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// stdout is the standard output. It remembers its first error, which cobra and
// what prints a line or two do not look at.
type stdout struct {
	file *os.File
	err  error
}

func (s *stdout) Write(b []byte) (int, error) {
	n, err := s.file.Write(b)
	if err != nil && s.err == nil {
		s.err = err
	}
	return n, err
}

// Fd lets others ask whether it is a terminal.
func (s *stdout) Fd() uintptr { return s.file.Fd() }

// reportClosedPipes makes a write to a pipe that nobody reads an error, so that
// the terminal is left in order. By default it ends the program at once.
func reportClosedPipes() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}

func isClosedPipe(err error) bool {
	if runtime.GOOS == "windows" {
		const brokenPipe, noData = syscall.Errno(109), syscall.Errno(232)
		return errors.Is(err, brokenPipe) || errors.Is(err, noData)
	}
	return errors.Is(err, syscall.EPIPE)
}
