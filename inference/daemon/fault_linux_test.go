package daemon

import (
	"testing"

	"golang.org/x/sys/unix"
)

// limitDescriptors lets a process have no more descriptors than those below n,
// until it may again.
func limitDescriptors(t *testing.T, pid int, n uint64) (restore func()) {
	t.Helper()
	var before unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &before); err != nil {
		t.Fatal(err)
	}
	set := func(cur uint64) {
		if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: cur, Max: before.Max}, nil); err != nil {
			t.Fatal(err)
		}
	}
	set(n)
	return func() { set(before.Cur) }
}
