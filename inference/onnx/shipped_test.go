package onnx_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// initialize loads ONNX Runtime into the test's process.
func initialize(t testing.TB) {
	t.Helper()
	if err := onnx.Initialize(onnxtest.Library(t)); err != nil {
		t.Fatal(err)
	}
}

// open opens a graph and closes it when the test ends.
func open(t testing.TB, g onnx.Graph, o onnx.Options) *onnx.Model {
	t.Helper()
	initialize(t)
	m, err := onnx.Open(g, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// shipped returns the directory of the model that ships with gloss.
func shipped(t testing.TB) string {
	return filepath.Join(onnxtest.Root(t), "models", "default")
}

func openShipped(t testing.TB, o onnx.Options) *onnx.Model {
	return open(t, onnx.Graph{Path: filepath.Join(shipped(t), "onnx", "model_quantized.onnx")}, o)
}

type golden struct {
	PromptIDs  []int64 `json:"prompt_ids"`
	Output8Bit string  `json:"output_8bit"`
}

func goldens(t testing.TB) []golden {
	t.Helper()
	f, err := os.Open(filepath.Join(shipped(t), "golden.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows []golden
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var g golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, g)
	}
	return rows
}

// shippedVocab returns the ids of the shipped model's tokens, which stand for
// bytes in the way of GPT-2.
func shippedVocab(t testing.TB) map[string]int64 {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shipped(t), "tokenizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Model struct{ Vocab map[string]int64 }
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Model.Vocab
}

// decoder returns a function that turns ids of the shipped model into text:
// enough of a byte-level BPE for output in ASCII.
func decoder(t testing.TB) func(ids []int64) string {
	t.Helper()
	tokens := map[int64]string{}
	for token, id := range shippedVocab(t) {
		tokens[id] = strings.ReplaceAll(token, "\u0120", " ")
	}
	return func(ids []int64) string {
		var b strings.Builder
		for _, id := range ids {
			b.WriteString(tokens[id])
		}
		return strings.TrimSpace(b.String())
	}
}

// The golden texts were written by another release of ONNX Runtime on another
// CPU, whose 8-bit kernels round differently, so near-ties may fall the other
// way: with VNNI two of the twelve do.
func TestShippedModelGolden(t *testing.T) {
	m := openShipped(t, onnx.Options{})
	rows, decode := goldens(t), decoder(t)
	agree := 0
	for _, g := range rows {
		out, err := m.Generate(t.Context(), g.PromptIDs, onnx.GenerateOptions{MaxNewTokens: 32, EOS: []int64{0}})
		if err != nil {
			t.Fatal(err)
		}
		if got := decode(out.IDs); got == g.Output8Bit {
			agree++
		} else {
			t.Logf("got %q, want %q", got, g.Output8Bit)
		}
	}
	t.Logf("%d of %d agree", agree, len(rows))
	if len(rows) < 12 || agree < len(rows)*3/4 {
		t.Errorf("only %d of %d outputs agree with the golden ones", agree, len(rows))
	}
	if !m.InPlace() {
		t.Error("the shipped graph's cache should be written in place")
	}
}
