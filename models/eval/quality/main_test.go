package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/models/eval"
)

// reports returns a report and one with hidden names.
func reports() (plain, hidden eval.Report) {
	functions := []eval.Function{
		{Language: "go", Name: "open", Code: "func open() { file() }", Reference: "Secret words of another author.", Repo: "a/b", Path: "x_y.go"},
		{Language: "c", Name: "size", Code: "int size(void) { return 1; }", Reference: "Further secret words."},
	}
	systems := []eval.System{
		{Name: "small", Kind: eval.Model, Prompt: "words@1", SHA256: strings.Repeat("0f", 32), Outputs: []eval.Output{{Text: "Opens *a|b*.", Elapsed: 1e6}, {Elapsed: 2e6}}},
		{Name: "name", Kind: eval.Baseline, Outputs: []eval.Output{{Text: "open"}, {Text: "size"}}},
		{Name: "reference", Kind: eval.Reference, Outputs: []eval.Output{{Text: functions[0].Reference}, {Text: functions[1].Reference}}},
	}
	plain = eval.Measure(functions, systems)
	plain.Examples = eval.Examples(functions, systems, 2)
	hidden = eval.Measure(functions, systems)
	hidden.Obfuscated = true
	return plain, hidden
}

func TestRun(t *testing.T) {
	plain, hidden := reports()
	dir := t.TempDir()
	path := func(name string, r eval.Report) string {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plainPath, hiddenPath := path("plain.json", plain), path("hidden.json", hidden)
	curvePath := filepath.Join(dir, "curve.md")
	if err := os.WriteFile(curvePath, []byte("| minConfidence |\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{plainPath, hiddenPath, plainPath, curvePath}, &out); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, want := range []string{
		"make quality DATA=",
		"\n## The model alone\n",
		"\n| minConfidence |\n",
		"2 functions in 2 languages",
		"Repositories: a/b.",
		"*small* is a model (prompt form `words@1`, SHA-256 of its files `0f0f0f0f0f0f`); *name* splits the function's name into words; *reference* is",
		"\n| reference | - | - | 4.0 | 0.0 % |",
		"\n| `open` (go)<br>a/b x\\_y.go | Opens \\*a\\|b\\*. |\n",
		"\n| `size` (c)<br> | (nothing) |\n",
		"## 2 random examples",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "ecret words") {
		t.Error("the page holds another author's sentence")
	}
	if strings.Contains(page, "%!") {
		t.Errorf("the page holds a format's error:\n%s", page)
	}
	for _, args := range [][]string{{plainPath}, {hiddenPath, plainPath}, {plainPath, filepath.Join(dir, "nowhere")}} {
		if err := run(args, &out); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}
