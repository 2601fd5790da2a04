package onnx_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// changeEnv makes TestChangedWhileItRuns change a model's file itself, in a
// process of its own, which such a change could end.
const changeEnv = "ONNX_TEST_CHANGE"

// changes are what may happen to the weights of a model that runs.
var changes = map[string]struct {
	change func(path string) error
	goesOn bool
}{
	"shortened": {change: func(path string) error { return os.Truncate(path, 100) }},
	"overwritten": {change: func(path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, make([]byte, info.Size()), 0o600)
	}},
	"removed": {change: os.Remove, goesOn: true},
	"replaced": {change: func(path string) error {
		if err := os.WriteFile(path+".new", []byte("another model"), 0o600); err != nil {
			return err
		}
		return os.Rename(path+".new", path)
	}, goesOn: true},
}

// The weights that lie in a model's file are mapped into memory. A file that
// changes under the model gives an error; it neither ends the process nor
// changes what is written.
func TestChangedWhileItRuns(t *testing.T) {
	if how, file, child := strings.Cut(os.Getenv(changeEnv), "/"); child {
		changeWhileItRuns(t, how, file == "outside")
		return
	}
	library := onnxtest.Library(t)
	for how := range changes {
		for _, file := range []string{"inside", "outside"} {
			t.Run(how+" "+file, func(t *testing.T) {
				cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChangedWhileItRuns$")
				cmd.Env = append(os.Environ(), changeEnv+"="+how+"/"+file, "GLOSS_ONNXRUNTIME="+library)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v: %.2000s", err, out)
				}
			})
		}
	}
}

func changeWhileItRuns(t *testing.T, how string, outside bool) {
	dir := t.TempDir()
	l := testmodel.Tiny
	l.Vocab, l.External = 4096, outside // embeddings of many pages
	if err := l.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	weights := l.GraphPath(dir)
	m := open(t, onnx.Graph{Path: weights}, onnx.Options{Threads: 1})
	prompt := func(first int64) []int64 {
		ids := make([]int64, 100)
		for i := range ids {
			ids[i] = first + int64(i)*31
		}
		return ids
	}
	o := onnx.GenerateOptions{MaxNewTokens: 4}
	before, err := m.Generate(t.Context(), prompt(1), o)
	if err != nil {
		t.Fatal(err)
	}
	if outside {
		names, err := filepath.Glob(filepath.Join(filepath.Dir(weights), "*data*"))
		if err != nil || len(names) != 1 {
			t.Fatalf("%v, %v", names, err)
		}
		weights = names[0]
	}
	c := changes[how]
	if err := c.change(weights); err != nil {
		t.Fatal(err)
	}
	after, err := m.Generate(t.Context(), prompt(1), o)
	if c.goesOn {
		if err != nil || !slices.Equal(before.IDs, after.IDs) {
			t.Errorf("wrote %v, %v, before %v", after.IDs, err, before.IDs)
		}
	} else if err == nil || !strings.Contains(err.Error(), weights) || !strings.Contains(err.Error(), "restart") {
		t.Errorf("got %v, %v, want an error that names %s and what to do", after.IDs, err, weights)
	}
	if _, err := m.Generate(t.Context(), prompt(7), o); err == nil != c.goesOn { // other rows of the embeddings
		t.Errorf("another prompt: %v", err)
	}
}
