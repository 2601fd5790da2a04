package main

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// A process must end when it is told to, whatever it is at: here a grammar that
// reads some text forever, or did once, in native code that nothing can stop.
func TestEndWhileAGrammarIsAtWork(t *testing.T) {
	signal := func(s syscall.Signal) func(*client) {
		return func(c *client) { _ = c.process.Process.Signal(s) }
	}
	for name, tt := range map[string]struct {
		end  func(*client)
		code int
	}{
		"shutdown and exit": {func(c *client) {
			c.call("shutdown", nil)
			c.notify("exit", nil)
		}, 0},
		"exit":         {func(c *client) { c.notify("exit", nil) }, 1},
		"end of input": {func(c *client) { _ = c.stdin.Close() }, 0},
		"SIGTERM":      {signal(syscall.SIGTERM), 0},
		"SIGINT":       {signal(syscall.SIGINT), 0},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && len(name) == len("SIGTERM") {
				t.Skip("there are no such signals")
			}
			c := startLSP(t, "", os.Getpid())
			for file, text := range map[string]string{
				"file:///a.kt": "val x = 1\n@A",
				"file:///b.kt": "class A {\n  val x: Int\n  @Inject",
			} {
				c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": file, "languageId": "kotlin", "version": 1, "text": text}})
				c.start("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": file}})
			}
			c.lenses(uri) // of a document that is not open: all before has been read
			start := time.Now()
			tt.end(c)
			code := 0
			var exit *exec.ExitError
			if err := c.awaitExit(); errors.As(err, &exit) {
				code = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			t.Logf("it took %s", took)
			if code != tt.code {
				t.Errorf("exit code %d, want %d; the server's log:\n%s", code, tt.code, c.stderr)
			}
			if took > 10*time.Second { // a second on a machine that has nothing else to do
				t.Errorf("it took %s", took)
			}
		})
	}
}
