package models

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenDefault(t *testing.T) {
	m, err := Open(Default)
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != Default || len(m.Generation.EOS) == 0 || m.Description.Prompt.Form == "" {
		t.Errorf("the shipped model is described as %+v", m)
	}
	path, data, err := m.GraphFile()
	want, wantErr := fs.ReadFile(shipped(), m.Description.Graph)
	if err != nil || wantErr != nil || path != "" || !bytes.Equal(data, want) {
		t.Errorf("GraphFile = %q, %d bytes, %v; the graph of %d bytes should be inside the binary, %v", path, len(data), err, len(want), wantErr)
	}
}

// TestOpenDirectory opens directories that differ from a good one in one file.
func TestOpenDirectory(t *testing.T) {
	good := map[string]string{
		"config.json":            `{"model_type":"llama","vocab_size":8}`,
		"generation_config.json": `{"eos_token_id":[2,3]}`,
		"onnx/model.onnx":        "graph",
	}
	for _, test := range []struct {
		name, file, content string
		want                string // part of the error, "" when the model opens
	}{
		{"good", "config.json", good["config.json"], ""},
		{"one eos", "generation_config.json", `{"eos_token_id":2}`, ""},
		{"no eos", "generation_config.json", `{"eos_token_id":null}`, ""},
		{"eos of another type", "generation_config.json", `{"eos_token_id":"x"}`, "token id"},
		{"no config", "config.json", "", "config.json"},
		{"truncated config", "config.json", `{"model_type":`, "config.json is not valid"},
		{"no graph", "onnx/model.onnx", "", "no ONNX graph: looked for"},
		{"graph outside", "gloss.json", `{"graph":"../../etc/passwd"}`, "inside the model's directory"},
		{"missing graph", "gloss.json", `{"graph":"onnx/other.onnx"}`, "onnx/other.onnx"},
		{"absurd limits", "gloss.json", `{"maxOutputTokens":-4}`, "maxOutputTokens"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			files := map[string]string{}
			for name, content := range good {
				files[name] = content
			}
			files[test.file] = test.content
			write(t, dir, files)
			m, err := Open(dir)
			if err == nil {
				_, _, err = m.GraphFile()
			}
			if test.want == "" && err != nil {
				t.Fatal(err)
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("Open gave %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestOpenUnknown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, filepath.Dir(file), map[string]string{"file": "x"})
	for _, ref := range []string{"no-such-model", file} {
		if _, err := Open(ref); !errors.Is(err, ErrNotFound) {
			t.Errorf("Open(%q) = %v, want ErrNotFound", ref, err)
		}
	}
}

// TestHash checks that whatever decides the text changes the hash, and nothing
// else does.
func TestHash(t *testing.T) {
	base := map[string]string{"config.json": `{}`, "tokenizer.json": "t", "onnx/model.onnx": "graph"}
	hash := func(change map[string]string) string {
		dir := t.TempDir()
		write(t, dir, base)
		write(t, dir, change)
		m, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		h, err := m.Hash(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	want := hash(nil)
	if got := hash(map[string]string{"README.md": "other"}); got != want {
		t.Error("a README changes the hash")
	}
	seen := map[string]string{want: "nothing"}
	for _, change := range []map[string]string{
		{"tokenizer.json": "u"},
		{"onnx/model.onnx": "graph2"},
		{"onnx/model.onnx_data": "weights"},
		{"gloss.json": `{"maxOutputTokens":9}`},
		{"chat_template.jinja": "<start_of_turn>user<end_of_turn>"},
		{"tokenizer_config.json": `{"chat_template": "<|start_header_id|>user<|eot_id|>"}`},
	} {
		h := hash(change)
		if other, ok := seen[h]; ok {
			t.Errorf("%v gives the same hash as %s", change, other)
		}
		seen[h] = "another"
	}
}

// An opened model's files are read for its hash once: who first asks a daemon, and
// then runs the model itself, would read gigabytes twice. Its description counts
// as it is.
func TestHashReadsOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"config.json": `{}`, "tokenizer.json": "t", "onnx/model.onnx": "graph", "onnx/other.onnx": "another"})
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	hash := func() string {
		h, err := m.Hash(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Hash(interrupted); err == nil {
		t.Error("a hash is known of files that nobody has read")
	}
	first := hash()
	write(t, dir, map[string]string{"onnx/model.onnx": "changed since"})
	if again := hash(); again != first {
		t.Error("the files were read again")
	}
	m.Description.Graph = "onnx/other.onnx"
	other := hash()
	m.pinned = true
	if pinned := hash(); other == first || pinned == other {
		t.Errorf("%s, with another graph %s, with a description that is pinned %s", first, other, pinned)
	}
}

// write puts files below dir; an empty content removes the file.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if content == "" {
			os.Remove(path)
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
