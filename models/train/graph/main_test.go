package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
	"github.com/gloss-lsp/gloss/models"
)

// written runs the program with args, and returns the model that it has written
// and what gloss finds in its graph.
func written(t *testing.T, args []string) (*models.Model, *onnx.Info) {
	t.Helper()
	dir := t.TempDir()
	if err := run(append(args, dir)); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	m, err := models.Open(dir)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	graph, err := local.Graph(m)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	info, err := onnx.Inspect(graph, local.GraphConfig(m))
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return m, info
}

// A written directory is a model that gloss opens, and its graph holds the
// products that its weights' name promises.
func TestRun(t *testing.T) {
	for weights, product := range map[string]string{
		"fp32": "MatMul", "q8": "MatMulInteger", "nbits8": "MatMulNBits", "q4": "MatMulNBits",
	} {
		for _, flags := range [][]string{nil, {"--plain"}} {
			args := append([]string{"--shape", "tiny", "--weights", weights, "--layers", "3"}, flags...)
			_, info := written(t, args)
			if !info.CanGenerate || info.Layers != 3 || info.InPlace != (len(flags) == 0) || info.Products[0].Op != product {
				t.Errorf("%v: %+v", args, info)
			}
		}
	}
}

// An encoder-decoder too, in two files or in three.
func TestRunEncoderDecoder(t *testing.T) {
	for _, weights := range []string{"fp32", "q8"} {
		for _, flags := range [][]string{nil, {"--split"}} {
			args := append([]string{"--shape", "tiny-t5", "--weights", weights, "--decoder-layers", "4"}, flags...)
			m, info := written(t, args)
			product := map[string]string{"fp32": "MatMul", "q8": "MatMulInteger"}[weights]
			if !info.CanGenerate || info.Layers != 4 || info.Encoder == nil || (info.WithPast == nil) != (flags == nil) || info.Encoder.Products[0].Op != product {
				t.Errorf("%v: %+v", args, info)
			}
			if m.Description.Prompt.Form != "code2text" {
				t.Errorf("%v: the form is %+v", args, m.Description.Prompt)
			}
		}
	}
}

// The same flags give the same bytes, GGUF file included.
func TestSameBytes(t *testing.T) {
	var first []byte
	for range 2 {
		dir := t.TempDir()
		if err := run([]string{"--shape", "tiny", "--weights", "q4", "--gguf", dir}); err != nil {
			t.Fatal(err)
		}
		graph, err := os.ReadFile(filepath.Join(dir, "onnx", "model_q4.onnx"))
		if err != nil {
			t.Fatal(err)
		}
		gguf, err := os.ReadFile(filepath.Join(dir, "model.gguf"))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = append(graph, gguf...)
		} else if !bytes.Equal(first, append(graph, gguf...)) {
			t.Error("the second run wrote other bytes")
		}
		if version := binary.LittleEndian.Uint32(gguf[4:]); string(gguf[:4]) != "GGUF" || version != 3 || len(gguf)%32 != 0 {
			t.Errorf("GGUF %q, version %d, %d bytes", gguf[:4], version, len(gguf))
		}
	}
}

func TestTokenizer(t *testing.T) {
	dir := t.TempDir()
	if err := run([]string{"--shape", "tiny", "--vocab", "8192", "--tokenizer", "../../default", dir}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "tokenizer.json")); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	for want, args := range map[string][]string{
		`--shape "x" is unknown: it is one of smollm2-135m, tiny, codet5-base, tiny-t5`: {"--shape", "x", "d"},
		"--shape tiny has one graph":           {"--shape", "tiny", "--split", "d"},
		"--split and --decoder-layers are of":  {"--shape", "tiny", "--decoder-layers", "2", "d"},
		"an encoder-decoder has no --kv-heads": {"--shape", "tiny-t5", "--weights", "fp32", "--kv-heads", "2", "d"},
		`--weights fp32 or q8, not "q4"`:       {"--shape", "tiny-t5", "--weights", "q4", "d"},
		"decoder-layers is -1":                 {"--shape", "tiny-t5", "--decoder-layers", "-1", "d"},
		`--weights "x" is unknown`:             {"--weights", "x", "d"},
		"give one directory":                   {},
		"4 heads cannot share 3":               {"--shape", "tiny", "--kv-heads", "3", "d"},
		"blocks of 32 need":                    {"--shape", "tiny", "--weights", "q4", "--hidden", "40", "d"},
		"layers is -1":                         {"--shape", "tiny", "--layers", "-1", "d"},
	} {
		if err := run(args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("run(%q) = %v, want %s", args, err, want)
		}
	}
}

// So are those of other families.
func TestFamilies(t *testing.T) {
	for family := range testmodel.Families {
		dir := t.TempDir()
		if err := run([]string{"--family", family, "--weights", "q4", "--layers", "3", dir}); err != nil {
			t.Fatalf("%s: %v", family, err)
		}
		m, err := models.Open(dir)
		if err != nil {
			t.Fatalf("%s: %v", family, err)
		}
		graph, err := local.Graph(m)
		if err != nil {
			t.Fatalf("%s: %v", family, err)
		}
		info, err := onnx.Inspect(graph, local.GraphConfig(m))
		if err != nil || !info.CanGenerate || info.Layers != 3 {
			t.Errorf("%s: %+v, %v", family, info, err)
		}
	}
}
