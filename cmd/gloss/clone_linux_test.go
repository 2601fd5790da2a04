package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// BenchmarkColdClone summarizes a folder, each time with an empty cache of one's
// own: alone; as the first of a team, who fills Redis; as the next one; as the next
// one whose Redis takes connections and says nothing; and then with one's own cache,
// which is filled.
func BenchmarkColdClone(b *testing.B) {
	library := onnxtest.Library(b)
	home := b.TempDir()
	socket := filepath.Join(home, "redis")
	server := exec.Command("redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", home)
	if err := server.Start(); err != nil {
		b.Skipf("redis-server does not run; on Debian: apt-get install redis-server: %v", err)
	}
	b.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for _, err := os.Stat(socket); err != nil; _, err = os.Stat(socket) {
		<-time.After(10 * time.Millisecond)
	}
	config := filepath.Join(home, "config.json")
	if err := os.WriteFile(config, fmt.Appendf(nil, `{"cache": {"redis": {"url": "unix://%s", "keyEnv": "TEAM_KEY"}}}`, socket), 0o600); err != nil {
		b.Fatal(err)
	}
	summarize := func(b *testing.B, cache string, args ...string) {
		c := exec.Command("gloss", append([]string{"summarize", "--mode", modeInProcess, "--no-doc", filepath.Join("..", "..", "inference", "naming")}, args...)...)
		c.Env = append(environment(c, home, library), "XDG_CACHE_HOME="+cache, "TEAM_KEY=0123456789abcdef0123456789abcdef")
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
	team := []string{"--config", config}
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			summarize(b, b.TempDir())
		}
	})
	b.Run("team=first", func(b *testing.B) {
		for b.Loop() {
			summarize(b, b.TempDir(), team...)
		}
	})
	own := filepath.Join(home, "own")
	b.Run("team=next", func(b *testing.B) {
		for b.Loop() {
			summarize(b, b.TempDir(), team...)
		}
	})
	summarize(b, own, team...)
	b.Run("own", func(b *testing.B) {
		for b.Loop() {
			summarize(b, own)
		}
	})
	b.Run("team=silent", func(b *testing.B) {
		_ = server.Process.Signal(syscall.SIGSTOP)
		defer func() { _ = server.Process.Signal(syscall.SIGCONT) }()
		for b.Loop() {
			summarize(b, b.TempDir(), team...)
		}
	})
}
