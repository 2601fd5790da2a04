package onnxtest

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
)

// Reference has a script of inference/onnx/npm answer questions, each a line of
// JSON for one. Without Node.js or the packages there the test fails where the
// variable CI is set and is skipped elsewhere.
func Reference[Question, Answer any](t testing.TB, script string, args []string, questions []Question) []Answer {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		Missing(t, "Node.js is not installed; the reference implementation needs version 20 or later")
	}
	npm := filepath.Join(Root(t), "inference", "onnx", "npm")
	if !exists(filepath.Join(npm, "node_modules", "@huggingface", "transformers")) {
		Missing(t, "the reference implementation is not installed; run `npm ci --ignore-scripts` in inference/onnx/npm")
	}
	var in, out, problems bytes.Buffer
	encoder := json.NewEncoder(&in)
	for _, q := range questions {
		if err := encoder.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), node, append([]string{filepath.Join(npm, script)}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s failed: %v\n%s", script, err, &problems)
	}
	var answers []Answer
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var a Answer
		if err := decoder.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%s answered %d of %d questions", script, len(answers), len(questions))
	}
	return answers
}
