package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode/utf32"

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
	server := newModelServer(t)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, ".home")
			env.Setenv("HOME", home)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
			env.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
			env.Setenv("XDG_RUNTIME_DIR", filepath.Join(home, "runtime"))
			env.Setenv("GLOSS_ONNXRUNTIME", library)
			env.Setenv("DEMO", demo)
			env.Setenv("HUB", hub.URL)
			env.Setenv("SERVER", server.URL)
			env.Setenv("MODEL", model)
			env.Setenv(hubModel, model)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"longline": longLine,
			"bytes":    writeBytes,
			"encode":   encodeFile,
			"git":      gitCommand,
			"codet5":   codeT5,
			"damage":   damage,
			"rank":     rank,
			"mkconfig": writeConfig,
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

// writeBytes writes a file of what stands in a string of Go's: bytes FILE STRING.
func writeBytes(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: bytes FILE STRING")
	}
	content, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(content), 0o600))
}

// encodeFile writes a file in another encoding: encode ENCODING FROM TO.
func encodeFile(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: encode ENCODING FROM TO")
	}
	text := ts.ReadFile(args[1])
	name, mark := strings.CutSuffix(args[0], "-bom")
	if mark {
		text = "\ufeff" + text
	}
	var e encoding.Encoding
	switch name {
	case "utf-8":
		e = encoding.Nop
	case "utf-32le":
		e = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case "utf-32be":
		e = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	default:
		var err error
		e, err = htmlindex.Get(name)
		ts.Check(err)
	}
	b, err := e.NewEncoder().Bytes([]byte(text))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b, 0o600))
}

// writeConfig writes a file of settings: mkconfig FILE JSON, where $SERVER is what
// it is in the script.
func writeConfig(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, []byte(strings.Join(args[1:], " ")), 0o600))
}

// gitCommand runs git as somebody, without that machine's configuration, and
// skips the script where there is none: git ARG...
func gitCommand(ts *testscript.TestScript, _ bool, args []string) {
	path, err := exec.LookPath("git")
	if err != nil {
		ts.Fatalf("SKIP: no git")
	}
	cmd := exec.Command(path, append([]string{"-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = ts.Getenv("WORK")
	if out, err := cmd.CombinedOutput(); err != nil {
		ts.Fatalf("git %q: %v\n%s", args, err, out)
	}
}
