package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/rank"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/eval"
)

// Weights that made the targets are found again, less what the ridge takes, and
// a column that never changes counts for nothing.
func TestFit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var data table
	for range 30000 {
		row := []float64{random.NormFloat64(), 5 + 3*random.NormFloat64(), 7}
		target := 1 / (1 + math.Exp(-(0.5 + row[0] - 0.2*row[1])))
		data.add(row, target, 0.5)
		data.add(row, target, 1.5)
		data.add([]float64{-row[0], row[1], 7}, target, 0) // does not count
	}
	r := fit(data)
	for i, want := range []float64{1, -0.2, 0} {
		if math.Abs(r.weights[i]-want) > 0.1*math.Abs(want) {
			t.Errorf("weight %d is %g, want about %g", i, r.weights[i], want)
		}
	}
	if got := r.sum([]float64{0, 5, 7}); math.Abs(got+0.5) > 0.05 {
		t.Errorf("at the mean: %g, want about -0.5", got)
	}
}

// A repository is in one fold, and folds are about equal.
func TestDivide(t *testing.T) {
	var samples []sample
	for repo := range 40 {
		for range 1 + repo%7*10 {
			samples = append(samples, sample{repo: fmt.Sprint(repo)})
		}
	}
	var sizes [folds]int
	fold := divide(samples)
	for _, s := range samples {
		sizes[fold[s.repo]]++
	}
	for k, n := range sizes {
		if n < len(samples)/folds/2 || n > len(samples)/folds*2 {
			t.Errorf("fold %d has %d of %d functions", k, n, len(samples))
		}
	}
}

// Large repositories count as much as middling ones, and small ones less.
func TestWeigh(t *testing.T) {
	var samples []sample
	for repo, n := range map[string]int{"large": 500, "middling": 50, "small": 5} {
		for range n {
			samples = append(samples, sample{repo: repo})
		}
	}
	weigh(samples)
	counts := map[string]float64{}
	for _, s := range samples {
		counts[s.repo] += s.count
	}
	if math.Abs(counts["large"]/counts["middling"]-1) > 1e-9 || math.Abs(counts["small"]/counts["middling"]-0.1) > 1e-9 {
		t.Error(counts)
	}
}

// Readers' grades decide where there are any, and texts without one are no part of
// it. Elsewhere it is the author's sentence.
func TestJudge(t *testing.T) {
	group := rank.Group{Candidates: []rank.Candidate{{Text: "Closes it."}, {Text: "Opens the file."}, {Text: "Nobody read this."}}}
	f := eval.Function{Reference: "Closes it.", Grades: map[string]eval.Grade{"Closes it.": eval.Wrong, "Opens the file.": eval.More}}
	graded := judge([]eval.Function{f}, []rank.Group{group})[0].candidates
	if len(graded) != 2 || graded[0].worth != 0 || graded[0].good || graded[1].worth != 1 || !graded[1].good {
		t.Errorf("graded: %+v", graded)
	}
	f.Grades = nil
	compared := judge([]eval.Function{f}, []rank.Group{group})[0].candidates
	if len(compared) != 3 || !compared[0].good || compared[0].worth != 1 || compared[1].good {
		t.Errorf("compared: %+v", compared)
	}
}

// What the shipped model says of real functions leads to a ranker that gloss
// takes, which is learnt again from the candidates that were kept, without a
// model.
func TestRun(t *testing.T) {
	library := onnxtest.Library(t)
	dir := t.TempDir()
	data, kept := filepath.Join(dir, "functions.jsonl"), filepath.Join(dir, "candidates.jsonl")
	var lines bytes.Buffer
	for i, noun := range strings.Fields("port header user file token line cache frame window socket packet module") {
		for _, test := range []struct{ verb, said string }{{"parse", "Parses the given " + noun}, {"remove", "Removes the given " + noun}, {"qxz", "Computes eigenvalues quickly"}} {
			name := test.verb + "_" + noun
			line, err := json.Marshal(map[string]string{
				"language": "python", "name": name, "repo": fmt.Sprint("r", i), "path": noun + "s.py",
				"code":      fmt.Sprintf("def %s(%s):\n    return %ss.%s(%s)", name, noun, noun, test.verb, noun),
				"reference": test.said + ".",
			})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&lines, "%s\n", line)
		}
	}
	if err := os.WriteFile(data, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var outputs []string
	for _, library := range []string{library, filepath.Join(dir, "none.so")} {
		var out, report bytes.Buffer
		if err := run(t.Context(), []string{"-onnxruntime", library, "-candidates", kept, data}, &out, &report); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(report.String(), "36 functions of 12 repositories") {
			t.Errorf("report:\n%s", &report)
		}
		outputs = append(outputs, out.String())
	}
	if outputs[0] != outputs[1] {
		t.Errorf("first\n%s\nand from what was kept\n%s", outputs[0], outputs[1])
	}
	var d models.Description
	if err := json.Unmarshal([]byte(outputs[0]), &d); err != nil {
		t.Fatal(err)
	}
	if d.Ranker.Detours != 2 || d.Ranker.Confidence.Scale <= 0 || d.Calibration != nil {
		t.Errorf("%+v", d)
	}
	if _, err := rank.New(d.Ranker); err != nil {
		t.Error(err)
	}
	// More detours are another question: nothing that was kept answers it.
	if err := run(t.Context(), []string{"-onnxruntime", filepath.Join(dir, "none.so"), "-candidates", kept, "-detours", "1", data}, &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
		t.Error("no error although the model was to be asked")
	}
}
