package onnx_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

func TestFindLibrary(t *testing.T) {
	dir := t.TempDir()
	explicit, named := filepath.Join(dir, "explicit.so"), filepath.Join(dir, "named.so")
	for _, path := range []string{explicit, named} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv(onnx.LibraryEnv, named)
	if got, err := onnx.FindLibrary(explicit); got != explicit || err != nil {
		t.Errorf("got %q, %v, want the explicit path", got, err)
	}
	if got, err := onnx.FindLibrary(""); got != named || err != nil {
		t.Errorf("got %q, %v, want the one that the environment names", got, err)
	}
	for _, bad := range []string{filepath.Join(dir, "missing.so"), dir, "explicit.so"} {
		var missing *onnx.LibraryError
		if got, err := onnx.FindLibrary(bad); !errors.As(err, &missing) || len(missing.Tried) != 1 || missing.Tried[0] != bad {
			t.Errorf("%s: got %q, %v, want an error about this path alone", bad, got, err)
		}
	}
}

// A library in the current directory, or reached through a relative entry of
// LD_LIBRARY_PATH, is never taken.
func TestFindLibraryIgnoresCurrentDirectory(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"libonnxruntime.so.1", "libonnxruntime.so", "libonnxruntime.dylib"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv(onnx.LibraryEnv, "")
	t.Setenv("LD_LIBRARY_PATH", ":.:"+filepath.Base(dir))
	got, err := onnx.FindLibrary("")
	if strings.HasPrefix(got, dir) || got != "" && !filepath.IsAbs(got) {
		t.Errorf("found %s in the current directory", got)
	}
	if err != nil {
		var missing *onnx.LibraryError
		if !errors.As(err, &missing) || len(missing.Tried) < 5 {
			t.Fatalf("got %v, want the list of paths that were tried", err)
		}
		for _, path := range missing.Tried {
			if !filepath.IsAbs(path) || !strings.Contains(err.Error(), path) {
				t.Errorf("%q is not absolute or not in the message", path)
			}
		}
		if !strings.Contains(err.Error(), "npm install") {
			t.Errorf("no command in: %v", err)
		}
	}
}

func TestFindLibrarySystem(t *testing.T) {
	dir := t.TempDir()
	want := filepath.Join(dir, "libonnxruntime.so.1")
	if err := os.WriteFile(want, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(onnx.LibraryEnv, "")
	t.Setenv("LD_LIBRARY_PATH", dir)
	got, err := onnx.FindLibrary("")
	if strings.Contains(got, "node_modules") {
		t.Skipf("the library that npm installed for this user comes first: %s", got)
	}
	if got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// libraryEnv makes the test binary load the named file and print what came of
// it: a process can load the library once, so each file needs its own.
const libraryEnv = "ONNX_TEST_LIBRARY"

func TestMain(m *testing.M) {
	if path := os.Getenv(libraryEnv); path != "" {
		var e *onnx.LibraryError
		switch err := onnx.Initialize(path); {
		case err == nil:
			os.Stdout.WriteString("loaded")
		case errors.As(err, &e):
			os.Stdout.WriteString(err.Error())
		default:
			os.Exit(3)
		}
		return
	}
	os.Exit(m.Run())
}

func TestInitializeRefuses(t *testing.T) {
	library, err := os.ReadFile(onnxtest.Library(t))
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(library)
	other[18] = 0xf3 // e_machine: RISC-V
	foreign := "int gloss_test_library;"
	old := `static const void *api(unsigned version) { return 0; }
		static const char *version(void) { return "1.0.0"; }
		static const struct { const void *(*api)(unsigned); const char *(*version)(void); } base = { api, version };
		const void *OrtGetApiBase(void) { return &base; }`
	for name, c := range map[string]struct {
		content []byte
		source  string
		want    string
	}{
		"text":               {content: []byte("not a library"), want: "not a complete shared library"},
		"empty":              {content: nil, want: "not a complete shared library"},
		"cut off":            {content: library[:len(library)/2], want: "not a complete shared library"},
		"other architecture": {content: other, want: "is built for EM_RISCV"},
		"another library":    {source: foreign, want: "not ONNX Runtime"},
		"old version":        {source: old, want: "older than version 1.26"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "libonnxruntime.so.1")
			if c.source == "" {
				if err := os.WriteFile(path, c.content, 0o644); err != nil {
					t.Fatal(err)
				}
			} else {
				compile(t, c.source, path)
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), libraryEnv+"="+path)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), c.want) || !strings.Contains(string(out), path) {
				t.Errorf("%v, %s\nwant the path and %q", err, out, c.want)
			}
		})
	}
}

// A library is loaded with its telemetry switched off in both ways, and where
// it looks: C's environment need not be Go's.
func TestInitializeSwitchesTelemetryOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "libonnxruntime.so.1")
	compile(t, `#include <stdio.h>
		#include <stdlib.h>
		#include "onnxruntime_c_api.h"
		static OrtStatus *succeed(void) { return NULL; }
		static OrtStatus *create(OrtLoggingLevel level, const char *id, OrtEnv **env) {
			*env = (OrtEnv *)env;
			return NULL;
		}
		static OrtStatus *events_off(const OrtEnv *env) {
			puts("events off");
			fflush(stdout);
			return NULL;
		}
		static const OrtApi *api(uint32_t version) {
			static OrtApi all;
			for (size_t i = 0; i < sizeof all / sizeof(void *); i++) ((void **)&all)[i] = (void *)succeed;
			all.CreateEnv = create;
			all.DisableTelemetryEvents = events_off;
			return &all;
		}
		static const char *version(void) { return "1.99.0"; }
		const OrtApiBase *OrtGetApiBase(void) {
			static const OrtApiBase base = { api, version };
			return &base;
		}
		__attribute__((constructor)) static void loaded(void) {
			const char *off = getenv("ORT_DISABLE_TELEMETRY");
			printf("collector off: %s\n", off ? off : "no");
		}`, path)
	for _, before := range []string{"", "0"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), libraryEnv+"="+path, "ORT_DISABLE_TELEMETRY="+before)
		out, err := cmd.CombinedOutput()
		if want := "collector off: 1\nevents off\nloaded"; err != nil || string(out) != want {
			t.Errorf("with %q before: %v, %q, want %q", before, err, out, want)
		}
	}
}

// compile builds a shared library from C.
func compile(t *testing.T, source, path string) {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		onnxtest.Missing(t, "there is no C compiler (cc)")
	}
	headers, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/yalue/onnxruntime_go").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), cc, "-shared", "-fPIC", "-I", strings.TrimSpace(string(headers)), "-x", "c", "-o", path, "-")
	cmd.Stdin = strings.NewReader(source)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestInitializeTwice(t *testing.T) {
	initialize(t)
	initialize(t)
	if err := onnx.Initialize("/other/libonnxruntime.so.1"); err == nil || !strings.Contains(err.Error(), "already loaded") {
		t.Errorf("a second library: got %v", err)
	}
}

func TestLibraryTelemetry(t *testing.T) {
	for content, want := range map[string]onnx.Telemetry{
		"ELF ORT_DISABLE_ALL": onnx.NoTelemetry,
		"https://mobile.events.data.microsoft.com/OneCollector/1.0\x00ORT_DISABLE_TELEMETRY\x00": onnx.SwitchedOff,
		"https://mobile.events.data.microsoft.com/OneCollector/1.0\x00ORT_TELEMETRY_OFF\x00":     onnx.Unstoppable,
	} {
		path := filepath.Join(t.TempDir(), "libonnxruntime.so.1")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := onnx.LibraryTelemetry(path); got != want || err != nil {
			t.Errorf("%q: %v, %v, want %v", content, got, err, want)
		}
	}
	if got, err := onnx.LibraryTelemetry(filepath.Join(t.TempDir(), "none")); err == nil || got == onnx.NoTelemetry {
		t.Errorf("of no file: %v, %v", got, err)
	}
}
