package onnx_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// Every failure says what is wrong and frees what it made.
func TestOpenRefuses(t *testing.T) {
	initialize(t)
	good := tiny("fused").Graph()
	noise := bytes.Repeat([]byte{0xa7, 0x13, 0x00, 0xfe}, 5000)
	damaged := bytes.Replace(good, []byte("SimplifiedLayerNormalization"), []byte("SimplifiedLayerNormalizatiom"), 1)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":            {nil, "0 graphs"},
		"two graphs":       {slices.Concat(good, good), "2 graphs"},
		"truncated":        {good[:len(good)/2], "interrupted"},
		"cut in the nodes": {good[:len(good)-200], "interrupted"},
		"random bytes":     {noise, "not a protocol buffer"},
		"web page":         {[]byte("<!DOCTYPE html><html><body>Not found</body></html>"), "not a complete ONNX file"},
		"LFS pointer":      {[]byte("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n"), "git lfs pull"},
		"encoder":          {testmodel.Encoder(), "encoder-only: there is no logits output"},
		"no cache":         {testmodel.NoCache(), "no KV cache inputs (past_key_values.N.key)"},
		"unknown operator": {damaged, "operator \"SimplifiedLayerNormalizatiom\""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "model.onnx")
			if err := os.WriteFile(path, c.data, 0o644); err != nil {
				t.Fatal(err)
			}
			before := onnx.Live()
			for _, g := range []onnx.Graph{{Path: path}, {Data: c.data, Name: path}} {
				m, err := onnx.Open(g, onnx.Options{})
				if err == nil {
					m.Close()
					t.Fatal("it was opened")
				}
				if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
					t.Errorf("got %q, want the path and %q", err, c.want)
				}
			}
			if after := onnx.Live(); after != before {
				t.Errorf("%d native objects were left", after-before)
			}
		})
	}
	if _, err := onnx.Open(onnx.Graph{Path: t.TempDir()}, onnx.Options{}); err == nil {
		t.Error("a directory was opened")
	}
}

// Graphs that would not end, or not fit, are refused before ONNX Runtime sees
// them, and whoever inspects one is told.
func TestHostileGraphs(t *testing.T) {
	initialize(t)
	for name, data := range testmodel.Hostile() {
		g := onnx.Graph{Data: data, Name: name}
		m, err := onnx.Open(g, onnx.Options{})
		if err == nil {
			m.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "is refused") {
			t.Errorf("%s: %v, want that it is refused", name, err)
		}
		if info, err := onnx.Inspect(g, onnx.Config{}); err != nil || info.CanGenerate || info.Why == "" {
			t.Errorf("%s: inspected as %+v, %v", name, info, err)
		}
	}
}

// Weights beside a graph are regular files there.
func TestHostileWeights(t *testing.T) {
	initialize(t)
	outside := tiny("fused")
	outside.External = true
	for name, c := range map[string]struct {
		make func(t *testing.T, data string)
		want string
	}{
		"gone":      {func(*testing.T, string) {}, "must be beside it"},
		"a folder":  {func(t *testing.T, data string) { must(t, os.Mkdir(data, 0o700)) }, "not a regular file"},
		"a device":  {func(t *testing.T, data string) { link(t, "/dev/zero", data) }, "not a regular file"},
		"a pipe":    {func(t *testing.T, data string) { pipe(t, data) }, "not a regular file"},
		"elsewhere": {func(*testing.T, string) {}, "not beside it"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, outside.WriteDir(dir))
			path := outside.GraphPath(dir)
			const dataFile = "model.onnx_data"
			data := filepath.Join(filepath.Dir(path), dataFile)
			must(t, os.Remove(data))
			c.make(t, data)
			if name == "elsewhere" {
				b, err := os.ReadFile(path)
				must(t, err)
				must(t, os.WriteFile(path, bytes.ReplaceAll(b, []byte(dataFile), []byte("../config/.json")), 0o600))
			}
			m, err := onnx.Open(onnx.Graph{Path: path}, onnx.Options{})
			if err == nil {
				m.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, path string) {
	t.Helper()
	if _, err := os.Lstat(to); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Skip(err)
	}
}

func pipe(t *testing.T, path string) {
	t.Helper()
	if out, err := exec.Command("mkfifo", path).CombinedOutput(); err != nil {
		t.Skipf("mkfifo: %v, %s", err, out)
	}
}

func TestGenerateRefuses(t *testing.T) {
	m := openTiny(t, "fused")
	ok := []int64{1}
	for name, c := range map[string]struct {
		prompt []int64
		o      onnx.GenerateOptions
		want   string
	}{
		"empty prompt":         {nil, onnx.GenerateOptions{}, "empty"},
		"prompt too long":      {make([]int64, testmodel.Tiny.Context), onnx.GenerateOptions{}, "positions"},
		"id too large":         {[]int64{128}, onnx.GenerateOptions{}, "token 128"},
		"negative id":          {[]int64{-1}, onnx.GenerateOptions{}, "token -1"},
		"negative temperature": {ok, onnx.GenerateOptions{Temperature: -1}, "temperature"},
		"temperature NaN":      {ok, onnx.GenerateOptions{Temperature: float32(math.NaN())}, "temperature"},
		"top-p above 1":        {ok, onnx.GenerateOptions{TopP: 1.5}, "top-p"},
		"infinite penalty":     {ok, onnx.GenerateOptions{RepetitionPenalty: float32(math.Inf(1))}, "penalty"},
		"negative length":      {ok, onnx.GenerateOptions{MaxNewTokens: -1}, "negative"},
	} {
		if _, err := m.Generate(t.Context(), c.prompt, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestGenerateStopsAtLastPosition(t *testing.T) {
	m := openTiny(t, "fused")
	out, err := m.Generate(t.Context(), make([]int64, testmodel.Tiny.Context-3), onnx.GenerateOptions{MaxNewTokens: 50})
	if err != nil || len(out.IDs) != 3 || out.Reason != onnx.Length {
		t.Errorf("got %d tokens, %q, %v; want 3, length", len(out.IDs), out.Reason, err)
	}
}

// Damaged weights give an error, not the first token of the vocabulary.
func TestLogitsNotFinite(t *testing.T) {
	for _, plain := range []bool{false, true} {
		l := testmodel.Tiny
		l.Damaged, l.Plain = true, plain
		m := open(t, onnx.Graph{Data: l.Graph()}, onnx.Options{})
		if out, err := m.Generate(t.Context(), []int64{1, 2}, onnx.GenerateOptions{MaxNewTokens: 4}); err == nil || !strings.Contains(err.Error(), "not finite") {
			t.Errorf("plain %v: got %v, %v", plain, out.IDs, err)
		}
	}
}

// Nothing native is left after any way in which a generation can end.
func TestNothingLeaks(t *testing.T) {
	initialize(t)
	before := onnx.Live()
	for name := range variants {
		m, err := onnx.Open(onnx.Graph{Data: tiny(name).Graph()}, onnx.Options{})
		if err != nil {
			t.Fatal(err)
		}
		opened := onnx.Live()
		for range 3 {
			cancelled, cancel := context.WithCancel(t.Context())
			for way, o := range map[string]onnx.GenerateOptions{
				"length": {MaxNewTokens: 4},
				"prefix": {MaxNewTokens: 4, PrefixLen: 2},
				"stop":   {MaxNewTokens: 4, Stop: func([]int64) bool { return true }},
				"cancel": {MaxNewTokens: 4, Stop: func([]int64) bool { cancel(); return false }},
			} {
				ctx := t.Context()
				if way == "cancel" {
					ctx = cancelled
				}
				_, err := m.Generate(ctx, []int64{1, 2, 3}, o)
				if (err != nil) != (way == "cancel") {
					t.Errorf("%s, %s: %v", name, way, err)
				}
				if n := onnx.Live(); n != opened {
					t.Errorf("%s, %s: %d native objects were left", name, way, n-opened)
				}
			}
			cancel()
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if n := onnx.Live(); n != before {
			t.Errorf("%s: %d native objects after Close", name, n-before)
		}
	}
}
