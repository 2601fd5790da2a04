// Package onnxtest helps tests that need ONNX Runtime: it finds the library
// and the repository. Package testmodel writes the graphs.
package onnxtest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Root returns the repository's root, where go.mod is.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = parent
	}
}

// Library returns the path of ONNX Runtime's shared library: the one that
// GLOSS_ONNXRUNTIME names, else the one that npm installed. Without one the
// test fails where the variable CI is set and is skipped elsewhere.
func Library(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("GLOSS_ONNXRUNTIME"); path != "" {
		return path
	}
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	bin := filepath.Join(Root(t), "inference/onnx/npm/node_modules/onnxruntime-node/bin/napi-v6", runtime.GOOS, arch)
	for _, name := range []string{"libonnxruntime.so.1", "libonnxruntime.1.dylib"} {
		if path := filepath.Join(bin, name); exists(path) {
			return path
		}
	}
	Missing(t, "ONNX Runtime is not installed; run `npm ci --ignore-scripts` in inference/onnx/npm")
	return ""
}

// Missing skips the test, or fails it where the variable CI is set: there,
// everything must be present.
func Missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
