package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// TestRuntimeFolderFaults holds that an editor has its summaries, and one warning
// that says why, where the daemon's folder cannot be used: each server has a file
// system of its own there, which nobody else sees.
func TestRuntimeFolderFaults(t *testing.T) {
	library := onnxtest.Library(t)
	unshare := []string{"--mount"}
	if os.Getuid() != 0 {
		unshare = append(unshare, "--map-root-user")
	}
	try := exec.Command("unshare", append(unshare, "sh", "-c", `mount -t tmpfs none "$0"`, t.TempDir())...)
	if out, err := try.CombinedOutput(); err != nil {
		t.Skipf("file systems cannot be mounted here: %v: %s", err, out)
	}
	for name, test := range map[string]struct{ prepare, why string }{
		"read-only": {`mount -t tmpfs -o ro none "$0"`, "read-only file system"},
		"read-only, and the folder is there": {
			`mount -t tmpfs none "$0" && mkdir -m 700 "$0/gloss" && mount -o remount,ro "$0"`, "read-only file system",
		},
		"full":           {`mount -t tmpfs -o size=4k none "$0" && ! dd if=/dev/zero of="$0/fill" 2>"$0/said"`, "no space left on device"},
		"without a file": {`mount -t tmpfs -o nr_inodes=2 none "$0" && : >"$0/fill"`, "no space left on device"},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			runtime, err := os.MkdirTemp("", "gloss") // the path of a socket must be short
			if err != nil {
				t.Fatal(err)
			}
			defer os.Remove(runtime)
			process := exec.Command("unshare", append(unshare, "sh", "-c", test.prepare+` && exec gloss lsp`, runtime)...)
			process.Env = append(environment(process, home, library), "XDG_RUNTIME_DIR="+runtime)
			c := startCommand(t, process, nil)
			c.initialize(os.Getpid())
			c.open(largeFile(1))
			c.until("the summary", func(rpc) bool {
				lenses := c.lenses(uri)
				return len(lenses) > 0 && strings.HasSuffix(lenses[0].Command.Title, ".")
			})
			c.call("shutdown", nil)
			c.notify("exit", nil)
			if err := c.awaitExit(); err != nil {
				t.Error(err)
			}
			log := c.stderr.String()
			if n := strings.Count(log, "the model runs in this process"); n != 1 || !strings.Contains(log, test.why) {
				t.Errorf("%d warnings, want one that says %q:\n%s", n, test.why, log)
			}
			if strings.Contains(log, "another client") {
				t.Errorf("another client is blamed:\n%s", log)
			}
		})
	}
}
