package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/models/train/corpus"
	"github.com/gloss-lsp/gloss/models/train/text"
)

func TestHidden(t *testing.T) {
	for _, test := range []struct{ name, code, want string }{
		{"walk", "func walk(t Tree) { walk(t.left); walker(); x.walk2() }", "func f(t Tree) { f(t.left); walker(); x.walk2() }"},
		{"empty?", "def empty?\n  size.empty? || empty\nend", "def f?\n  size.f? || f\nend"},
		{"M.close", "function M.close(h) closed = M.close end", "function M.f(h) closed = M.f end"},
		{"größe", "int größe() { return größe2; }", "int f() { return größe2; }"},
		{"+", "def +(other)", "def +(other)"},
	} {
		if got := hidden(corpus.Pair{Name: test.name, Code: test.code}); got.Name != "f" || got.Code != test.want {
			t.Errorf("%s: %q, want %q", test.name, got.Code, test.want)
		}
	}
}

// read returns the lines of shards, and the repositories, which are the names
// of the functions' files, in each of them.
func read(t *testing.T, out string, n int) (lines []text.Line, repositories []map[string]bool) {
	t.Helper()
	for i := range n {
		content, err := os.ReadFile(fmt.Sprintf("%s.%02d.txt", out, i))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for line := range strings.Lines(string(content)) {
			l, err := text.Parse(strings.TrimSuffix(line, "\n"))
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, l)
			if file := strings.Split(l.Header, "\n")[1]; file != "" {
				seen[file] = true
			}
		}
		repositories = append(repositories, seen)
	}
	return lines, repositories
}

func TestRun(t *testing.T) {
	var pairs []corpus.Pair
	const repositories, each = 12, 100
	for i := range repositories * each {
		repo := string(rune('a' + i/each))
		p := corpus.Pair{
			Language: "go", Repo: repo, Path: "x/" + repo + ".go", Container: "Tree", Name: "walk", Tier: corpus.Strict,
			Code: "func walk() {\n\twalk(1)\n}", Reference: "Walks the tree.",
		}
		switch i % 4 {
		case 1:
			p.Tier = corpus.Loose
		case 2:
			p.Tier = corpus.Name
		}
		pairs = append(pairs, p)
	}
	dir := t.TempDir()
	data, out := filepath.Join(dir, "pairs.jsonl"), filepath.Join(dir, "train")
	if err := corpus.Write(data, pairs); err != nil {
		t.Fatal(err)
	}
	const shards = 3
	if err := run(options{data: data, out: out, shards: shards}, io.Discard); err != nil {
		t.Fatal(err)
	}
	lines, inShards := read(t, out, shards)
	count := map[text.Kind]int{}
	noPath, noContainer := 0, 0
	for _, l := range lines {
		count[l.Kind]++
		says := strings.Contains(l.Header+l.Code, "walk")
		if hides := l.Kind == text.Named || l.Kind == text.Hidden; says == hides {
			t.Fatalf("kind %d, and the name stands in %q, %q: %v", l.Kind, l.Header, l.Code, says)
		}
		names := strings.Split(l.Header, "\n")
		if names[1] == "" {
			noPath++
		}
		if names[2] == "" {
			noContainer++
		}
	}
	if count[text.Strict] != 600 || count[text.Loose] != 300 || count[text.Named] != 300 {
		t.Errorf("lines by kind: %v", count)
	}
	for what, share := range map[string][2]float64{
		"strict pairs twice": {float64(count[text.Hidden]) / 600, 1. / hideName},
		"without a file":     {float64(noPath) / float64(len(lines)), 1. / hidePath},
		"no container":       {float64(noContainer) / float64(len(lines)), 1. / hideContainer},
	} {
		if share[0] < share[1]/2 || share[0] > share[1]*2 {
			t.Errorf("%s: %.3f, want about %.3f", what, share[0], share[1])
		}
	}
	for i, seen := range inShards {
		if len(seen) != repositories/shards {
			t.Errorf("shard %d holds %d repositories, want %d", i, len(seen), repositories/shards)
		}
	}

	if err := run(options{data: data, out: out, shards: 1, plain: true}, io.Discard); err != nil {
		t.Fatal(err)
	}
	lines, _ = read(t, out, 1)
	if len(lines) != len(pairs) {
		t.Errorf("%d plain lines, want %d", len(lines), len(pairs))
	}
	want := text.Line{Kind: text.Strict, Header: "go\n a\n tree\n walk\n", Code: " walk(){ walk(1)", Reference: "Walks the tree."}
	if diff := cmp.Diff(want, lines[0]); diff != "" {
		t.Errorf("a plain line (-want +got):\n%s", diff)
	}
}
