package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// BenchmarkFirst summarizes one function that nobody has seen, from the start of
// `gloss summarize` to its end: with the model in its process, with a daemon that it
// has to start, and with one that runs.
func BenchmarkFirst(b *testing.B) {
	library := onnxtest.Library(b)
	home := b.TempDir()
	gloss := func(input string, args ...string) error {
		c := exec.Command("gloss", args...)
		c.Env = environment(c, home, library)
		c.Stdin = strings.NewReader(input)
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("gloss %s: %w: %s", strings.Join(args, " "), err, out)
		}
		return nil
	}
	b.Cleanup(func() { _ = gloss("", "daemon", "stop") })
	asked := 0
	ask := func(b *testing.B, mode string) {
		asked++
		input := fmt.Sprintf("func readPart%d(text string) int {\n\tif len(text) > %[1]d {\n\t\treturn %[1]d\n\t}\n\treturn 0\n}\n", asked)
		if err := gloss(input, "summarize", "--no-doc", "--language", "go", "--mode", mode, "-"); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("inprocess", func(b *testing.B) {
		for b.Loop() {
			ask(b, modeInProcess)
		}
	})
	b.Run("daemon=started", func(b *testing.B) {
		for b.Loop() {
			ask(b, modeDaemon)
			b.StopTimer()
			if err := gloss("", "daemon", "stop"); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
	b.Run("daemon=running", func(b *testing.B) {
		ask(b, modeDaemon)
		for b.Loop() {
			ask(b, modeDaemon)
		}
	})
}
