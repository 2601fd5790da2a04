package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gloss": func() {
		if os.Getenv(hubModel) != "" {
			catalog = hubCatalog
		}
		main()
	}})
}

// TestScripts runs the commands as a person would: the real program, the
// shipped model, real files.
func TestScripts(t *testing.T) {
	library := onnxtest.Library(t)
	demo, err := filepath.Abs(filepath.Join("..", "..", "docs", "demo", "limiter.py"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := filepath.Abs(filepath.Join("..", "..", "models", "default"))
	if err != nil {
		t.Fatal(err)
	}
	hub := newHubServer(t, model)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, ".home")
			env.Setenv("HOME", home)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
			env.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
			env.Setenv("XDG_RUNTIME_DIR", filepath.Join(home, "runtime"))
			env.Setenv("GLOSS_ONNXRUNTIME", library)
			env.Setenv("DEMO", demo)
			env.Setenv("HUB", hub.URL)
			env.Setenv("MODEL", model)
			env.Setenv(hubModel, model)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"longline": longLine,
			"damage":   damage,
			"rank":     rank,
		},
	})
}

// longLine writes a file of one line of 10 MiB: longline FILE.
func longLine(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: longline FILE")
	}
	line := make([]byte, 10<<20)
	for i := range line {
		line[i] = 'a' + byte(i%26)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), line, 0o600))
}

// damage changes a byte of a file, which may be a link to another: damage FILE.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: damage FILE")
	}
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	b[len(b)/2] ^= 1
	ts.Check(os.Remove(path))
	ts.Check(os.WriteFile(path, b, 0o600))
}

// rank fills a blind sheet, with every line alike: rank FILE.
func rank(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: rank FILE")
	}
	sheet := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(sheet, "\n[ ]", "\n[1]")), 0o600))
}
