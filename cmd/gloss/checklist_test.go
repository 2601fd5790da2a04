package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gloss-lsp/gloss/cmd/gloss/record"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/models/eval"
)

// TestChecklist holds what the project's brief asks of a model's summaries: of
// the shipped model, by the real command, over real files. docs/smollm2.md says
// where the rest of that list is tested or measured.
func TestChecklist(t *testing.T) {
	c := checklist{t, onnxtest.Library(t), t.TempDir()}
	root := onnxtest.Root(t)
	store := filepath.Join(root, "cmd", "gloss", "testdata", "source", "keyvalue.rs")

	t.Run("30 chunks of one file", func(t *testing.T) {
		const lines = 20
		c.t = t
		pieces := c.summarize("--chunk-lines", "20", store)
		if len(pieces) < 30 {
			t.Errorf("%d pieces", len(pieces))
		}
		text := c.lines(store)
		end, without := 0, 0
		for _, p := range pieces {
			if p.Language != "rust" || p.Kind != "text" || p.EndLine-p.StartLine >= lines || p.StartLine <= end {
				t.Errorf("a piece is %+v, after line %d", p, end)
			}
			if left := strings.TrimSpace(strings.Join(text[end:p.StartLine-1], "")); left != "" {
				t.Errorf("in no piece: %q", left)
			}
			if flaws := eval.Find(eval.Function{Name: p.Name, Code: c.code(p)}, eval.Output{Text: p.Summary}); p.Error != "" || flaws.Empty || flaws.Repeated {
				t.Logf("a piece has no summary: %+v", p)
				without++
			}
			end = p.EndLine
		}
		if left := strings.TrimSpace(strings.Join(text[end:], "")); left != "" {
			t.Errorf("in no piece: %q", left)
		}
		if 10*without > len(pieces) {
			t.Errorf("%d of %d pieces have no summary", without, len(pieces))
		}
	})

	// This repository's own sources and those that the chunker is tested with.
	sources := []string{store, c.unpack(filepath.Join(root, "chunker", "testdata"))}
	for _, path := range []string{"chunker", "docs/demo", "editors", "inference/prompt", "models/train"} {
		sources = append(sources, filepath.Join(root, filepath.FromSlash(path)))
	}
	functions := c.summarize(append([]string{"--no-doc", "--jobs", "2"}, sources...)...)

	t.Run("success", func(t *testing.T) {
		languages, good := map[string]int{}, 0
		for _, f := range functions {
			languages[f.Language]++
			if f.Error == "" && f.Summary != "" {
				good++
			}
		}
		t.Logf("%d of %d functions, by language %v", good, len(functions), languages)
		if len(functions) < 500 || len(languages) < 18 || 100*good < 95*len(functions) {
			t.Errorf("only %d of %d functions in %d languages have a summary", good, len(functions), len(languages))
		}
	})

	t.Run("meaningful and diverse", func(t *testing.T) {
		c.t = t
		var written []record.Record // by the model; a line by rule from the name is of course about it
		lines, names := map[string]bool{}, map[string]bool{}
		for _, f := range functions {
			if f.Source == inference.SourceModel {
				written = append(written, f)
				lines[f.Summary], names[f.Language+" "+f.Name] = true, true
			}
		}
		flaws := func(line, code record.Record) eval.Flaws {
			return eval.Find(eval.Function{Name: code.Name, Code: c.code(code)}, eval.Output{Text: line.Summary})
		}
		var whole, own, others int
		for i, f := range written {
			found := flaws(f, f)
			if !found.Repeated && !found.Truncated {
				whole++
			}
			if !found.Ungrounded {
				own++
			}
			if other := written[(i+len(written)/2)%len(written)]; !flaws(f, other).Ungrounded {
				others++
			}
		}
		t.Logf("%d lines by the model, %d different, for %d names: %d have words of their function, %d of another, %d are whole", len(written), len(lines), len(names), own, others, whole)
		if len(written) < 300 || 100*len(lines) < 90*len(names) || 100*own < 75*len(written) || own < 4*others || 100*whole < 95*len(written) {
			t.Error("that is not enough")
		}
	})

	t.Run("in parallel as one by one", func(t *testing.T) {
		c.t = t
		alone := c.summarize("--no-doc", "--jobs", "1", "--threads", "1", sources[0], sources[1])
		for i, f := range alone {
			together := functions[i]
			f.Ms, together.Ms = 0, 0
			if f != together {
				t.Errorf("alone %+v\ntogether %+v", f, together)
			}
		}
	})
}

// checklist runs gloss as a person would who has never used it.
type checklist struct {
	t       *testing.T
	library string
	home    string
}

// summarize returns what gloss summarize says of the functions, in order, however
// unsure the model is.
func (c *checklist) summarize(args ...string) []record.Record {
	c.t.Helper()
	cmd := exec.Command("gloss", append([]string{"summarize", "--json", "--no-cache", "--min-confidence", "0"}, args...)...)
	cmd.Env = append(cmd.Environ(), "HOME="+c.home, "XDG_DATA_HOME="+c.home, "XDG_CONFIG_HOME="+c.home, "GLOSS_ONNXRUNTIME="+c.library)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("gloss %q: %v\n%s", args, err, &stderr)
	}
	var records []record.Record
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var r record.Record
		if err := d.Decode(&r); err != nil {
			c.t.Fatal(err)
		}
		records = append(records, r)
	}
	return records
}

// unpack writes the sources in a folder's archives to a folder of their own.
func (c *checklist) unpack(folder string) string {
	c.t.Helper()
	archives, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(archives) == 0 {
		c.t.Fatal(archives, err)
	}
	to := c.t.TempDir()
	for _, path := range archives {
		a, err := txtar.ParseFile(path)
		if err != nil {
			c.t.Fatal(err)
		}
		dir := filepath.Join(to, strings.TrimSuffix(filepath.Base(path), ".txtar"))
		if err := os.Mkdir(dir, 0o700); err != nil {
			c.t.Fatal(err)
		}
		for _, f := range a.Files {
			if f.Name == "want" { // what the chunker should find
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	return to
}

func (c *checklist) lines(path string) []string {
	c.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.SplitAfter(string(b), "\n")
}

// code returns the lines of what was summarized.
func (c *checklist) code(r record.Record) string {
	return strings.Join(c.lines(r.File)[r.StartLine-1:r.EndLine], "")
}
