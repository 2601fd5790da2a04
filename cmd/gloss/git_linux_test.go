package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// TestChangedRunsGitAlone traces 'gloss summarize --changed' in a repository
// whose configuration names a program wherever git takes one. Git is run and
// nothing else is; neither of them opens a way out or writes anything.
func TestChangedRunsGitAlone(t *testing.T) {
	program, err := exec.LookPath("git")
	if err != nil {
		t.Skip(err)
	}
	tr := newTrace(t)
	repo := t.TempDir()
	writeFile(t, filepath.Join(repo, "a.go"), "package a\n\nfunc add(a, b int) int {\n\tc := a + b\n\treturn c\n}\n")
	git(t, repo, "init", "-q")
	git(t, repo, "add", "-A")
	git(t, repo, "-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "-m", "first")
	writeFile(t, filepath.Join(repo, "a.go"), "package a\n\nfunc add(a, b int) int {\n\tc := b + a\n\treturn c\n}\n")
	writeFile(t, filepath.Join(repo, ".gitattributes"), "*.go filter=evil diff=evil merge=evil\n")
	config := filepath.Join(repo, ".git", "config")
	b, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for section, keys := range map[string][]string{
		"core":          {"fsmonitor", "pager", "editor", "sshCommand", "gitProxy", "askPass", "alternateRefsCommand"},
		`filter "evil"`: {"clean", "smudge", "process"},
		`diff "evil"`:   {"command", "textconv"},
		"diff":          {"external"},
		"interactive":   {"diffFilter"},
		"gpg":           {"program"},
		"credential":    {"helper"},
		"pager":         {"diff-index", "config", "ls-files"},
	} {
		b = append(b, "["+section+"]\n"...)
		for _, key := range keys {
			b = append(b, key+" = touch evil\n"...)
		}
	}
	writeFile(t, config, string(b)+"[maintenance]\nauto = true\n")

	cmd := tr.command("gloss", "summarize", "--no-cache", "--no-config", "--changed", repo)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GLOSS_ONNXRUNTIME=" + onnxtest.Library(t)}
	out, err := cmd.Output()
	if err != nil || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%v, it printed %q", err, out)
	}
	tr.read(t)
	ran := func(call string) bool {
		return strings.Contains(call, `execve("`+program+`", ["`+program+`", "--no-pager"`)
	}
	for _, leak := range tr.leaks() {
		if !ran(leak) {
			t.Error(leak)
		}
	}
	if !slices.ContainsFunc(tr.calls, ran) {
		t.Errorf("among %d calls is none that runs %s", len(tr.calls), program)
	}
}
