//go:build unix

package chunker

import (
	"os/signal"
	"syscall"
)

// hardenWorker lets a worker leave no core file, which would hold source code,
// and outlive the signals of a terminal: its client ends it.
func hardenWorker() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
}
