//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// peakMemoryMB is the largest resident size that this process had, in MB.
func peakMemoryMB() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / 1e6 // bytes there
	}
	return float64(usage.Maxrss) * 1024 / 1e6
}
