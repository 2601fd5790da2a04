package main

import (
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
	"github.com/gloss-lsp/gloss/models"
)

// codeT5 writes a tiny model of CodeT5's kind, with random weights: codet5 DIR.
func codeT5(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: codet5 DIR")
	}
	m, err := models.Open(models.Default)
	ts.Check(err)
	shipped, err := m.ReadFile("tokenizer.json")
	ts.Check(err)
	tokenizer, size, err := testmodel.CodeT5TokenizerLike(shipped)
	ts.Check(err)
	l, dir := testmodel.TinyT5, ts.MkAbs(args[0])
	l.Vocab = size
	ts.Check(l.WriteDir(dir))
	ts.Check(os.WriteFile(filepath.Join(dir, "tokenizer.json"), tokenizer, 0o600))
}
