//go:build unix

package untrusted

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe without another end is refused at once, however it comes there.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for how, open := range map[string]func() error{
		"its path": func() error { _, err := Open(pipe); return err },
		"inside":   func() error { _, err := OpenIn(root, "pipe"); return err },
		"a log":    func() error { _, err := OpenLog(pipe); return err },
		// As if it had come between the look and the opening.
		"a race": func() error { _, err := opened(os.OpenFile(pipe, os.O_RDONLY|nonblock, 0)); return err },
	} {
		within(t, func() {
			if err := open(); !errors.Is(err, ErrNotRegular) {
				t.Errorf("%s: %v, want %v", how, err, ErrNotRegular)
			}
		})
	}
}
