package onnx_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
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

// eos is the token that ends the shipped model's texts.
const eos = 0

type golden struct {
	PromptIDs []int64 `json:"prompt_ids"`
	OutputIDs []int64 `json:"output_ids"` // without the end of the text
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

// Rounding the inputs of 57 products to 8 bits moves a token's log-probability
// by 0.007 on average and by 0.054 at most (AVX512-VNNI). Processors without
// such instructions round in other places, but not more coarsely: each bound
// leaves them three times as much.
const (
	meanRounding = 0.02
	mostRounding = 0.2
)

// The graph's 8-bit kernels give what the same weights give when all products
// are computed in float32.
func TestShippedModelRounding(t *testing.T) {
	graph, err := os.ReadFile(filepath.Join(shipped(t), "onnx", "model_quantized.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	const level = "accuracy_level\x18" // of the node's attributes; its value follows
	exact := bytes.ReplaceAll(graph, []byte(level+"\x04"), []byte(level+"\x00"))
	if bytes.Equal(graph, exact) {
		t.Fatal("the graph has no products that round their inputs")
	}
	rounded, reference := open(t, onnx.Graph{Data: graph}, onnx.Options{}), open(t, onnx.Graph{Data: exact}, onnx.Options{})
	sum, n := 0.0, 0
	for _, g := range goldens(t) {
		text := append(g.OutputIDs, eos)
		got, want := score(t, rounded, g.PromptIDs, text)[0], score(t, reference, g.PromptIDs, text)[0]
		for i := range want {
			differ := math.Abs(got[i] - want[i])
			if !(differ <= mostRounding) {
				t.Errorf("prompt %v, token %d of its output: log-probability %v, in float32 %v", g.PromptIDs, i, got[i], want[i])
			}
			sum, n = sum+differ, n+1
		}
	}
	t.Logf("%.4f a token on average", sum/float64(n))
	if !(sum/float64(n) <= meanRounding) {
		t.Errorf("log-probabilities are off by %v on average, %v are tolerated", sum/float64(n), meanRounding)
	}
}

// What the model writes are the golden texts, which its weights before they were
// rounded wrote: where the first token differs the two are nearly as likely.
func TestShippedModelGolden(t *testing.T) {
	m := openShipped(t, onnx.Options{})
	rows := goldens(t)
	equal := 0
	for _, g := range rows {
		out, err := m.Generate(t.Context(), g.PromptIDs, onnx.GenerateOptions{MaxNewTokens: 32, EOS: []int64{eos}})
		if err != nil {
			t.Fatal(err)
		}
		got, want := append(out.IDs, eos), append(g.OutputIDs, eos)
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		if at == len(want) {
			equal++
			continue
		}
		scores := score(t, m, g.PromptIDs, got, want)
		lead := scores[0][at] - scores[1][at]
		t.Logf("token %d differs, by %.4f", at, lead)
		if !(lead <= 2*mostRounding) {
			t.Errorf("prompt %v: after %v comes %d, not %d, which is less likely by %v", g.PromptIDs, got[:at], got[at], want[at], lead)
		}
	}
	t.Logf("%d of %d are equal", equal, len(rows))
	if len(rows) < 18 || 2*equal < len(rows) {
		t.Errorf("only %d of %d outputs are the golden ones", equal, len(rows))
	}
	if !m.InPlace() {
		t.Error("the shipped graph's cache should be written in place")
	}
}

// score returns the log-probabilities of texts after prompt.
func score(t *testing.T, m *onnx.Model, prompt []int64, texts ...[]int64) [][]float64 {
	t.Helper()
	out, err := m.Generate(t.Context(), prompt, onnx.GenerateOptions{Score: texts})
	if err != nil {
		t.Fatal(err)
	}
	return out.Scores
}
