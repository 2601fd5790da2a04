//go:build unix

package models

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// The tests below need other processes: this binary, started again with the
// name of a part to play. They pull the fake model into the store given.
const (
	partVariable = "GLOSS_MODELS_TEST_PART"
	rootVariable = "GLOSS_MODELS_TEST_ROOT"
)

func TestMain(m *testing.M) {
	part := os.Getenv(partVariable)
	if part == "" {
		os.Exit(m.Run())
	}
	if err := play(part); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(part string) error {
	if part == "full" {
		signal.Ignore(unix.SIGXFSZ)
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 100_000, Max: 100_000}); err != nil {
			return err
		}
	}
	hub, err := NewHub("gloss/test")
	if err != nil {
		return err
	}
	s := Store{Root: os.Getenv(rootVariable), Catalog: []Entry{fakeEntry("tiny", fakeFiles(1))}}
	p, err := s.Pull(context.Background(), "tiny", PullOptions{Hub: hub})
	if err != nil {
		return err
	}
	fmt.Printf("fetched %d\n", p.Fetched)
	return nil
}

// process is another process that pulls.
func process(h *fakeHub, s *Store, part string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), partVariable+"="+part, rootVariable+"="+s.Root, "HF_ENDPOINT="+h.URL, "HF_HUB_CACHE="+filepath.Join(s.Root, "none"))
	return cmd
}

// Twenty pulls at once download once.
func TestPullTwenty(t *testing.T) {
	h := newFakeHub(t)
	s := h.store(t)
	const pulls = 20
	var all sync.WaitGroup
	var mu sync.Mutex
	outputs := map[string]int{}
	for range pulls {
		all.Go(func() {
			b, err := process(h, s, "pull").CombinedOutput()
			if err != nil {
				t.Errorf("a pull failed: %v\n%s", err, b)
			}
			mu.Lock()
			defer mu.Unlock()
			outputs[string(b)]++
		})
	}
	all.Wait()
	wantInstalled(t, s, h)
	if len(h.requests) != 3 {
		t.Errorf("%d requests, want one for each of 3 files", len(h.requests))
	}
	if outputs["fetched 3\n"] != 1 || outputs["fetched 0\n"] != pulls-1 {
		t.Errorf("the pulls said %v", outputs)
	}
}

// A full disk is named as such, and the next pull goes on from what it took.
func TestPullFullDisk(t *testing.T) {
	h := newFakeHub(t)
	s := h.store(t)
	b, err := process(h, s, "full").CombinedOutput()
	if err == nil || !strings.Contains(string(b), "no room on the disk for") || !strings.Contains(string(b), "it goes on from what is there") {
		t.Fatalf("the pull onto the full disk gave %v\n%s", err, b)
	}
	wantAbsent(t, s)
	h.forget()
	if b, err := process(h, s, "pull").CombinedOutput(); err != nil {
		t.Fatalf("the pull with room gave %v\n%s", err, b)
	}
	wantInstalled(t, s, h)
	if got := h.of(graphPath); len(h.requests) != 1 || len(got) != 1 || got[0].span != "bytes=100000-" {
		t.Errorf("asked for %v, want the rest of the graph", h.requests)
	}
}
