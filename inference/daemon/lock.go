package daemon

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// fileLock is a lock file that is gone once nobody holds it.
type fileLock struct{ *flock.Flock }

// lockFile locks the file, or returns ErrRunning where another process has.
func lockFile(path string) (fileLock, error) {
	for {
		f := flock.New(path, flock.SetPermissions(0o600))
		locked, err := f.TryLock()
		if err != nil {
			return fileLock{}, fmt.Errorf("lock %s: %w", path, err)
		}
		if !locked {
			return fileLock{}, ErrRunning
		}
		// Its last owner may have removed the file in between.
		if l := (fileLock{f}); l.stands() {
			return l, nil
		}
		_ = f.Close()
	}
}

// stands reports whether the file that is locked still is where it was: who comes
// would find it. Where somebody has removed it, another may be there.
func (l fileLock) stands() bool {
	own, err1 := l.Stat()
	there, err2 := os.Lstat(l.Path())
	return err1 == nil && err2 == nil && os.SameFile(own, there)
}

func (l fileLock) release() {
	if l.stands() {
		_ = os.Remove(l.Path())
	}
	_ = l.Close()
}

// lockPoll is how often those look who wait for a lock.
const lockPoll = 20 * time.Millisecond

// lockMoment is longer than anybody has a lock but a daemon that serves.
const lockMoment = time.Second

// lockWhenFree locks the file once its owner has released it.
func lockWhenFree(ctx context.Context, path string) (fileLock, error) {
	poll := time.NewTicker(lockPoll)
	defer poll.Stop()
	for {
		l, err := lockFile(path)
		if err != ErrRunning {
			return l, err
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return fileLock{}, ctx.Err()
		}
	}
}
