package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/models/eval"
)

// TestSubject holds that a function of the data is seen as an editor sees it,
// and what is left of it when its names are hidden.
func TestSubject(t *testing.T) {
	for _, test := range []struct {
		name       string
		function   eval.Function
		want       subject
		hiddenCode string
	}{
		{
			name: "a docstring would give the answer away",
			function: eval.Function{Language: "python", Reference: "Doubles n.", Code: `def double(n):
    """Doubles n."""
    # Adds n to itself.
    total = n + n  # total
    return double_checked(total, "n")`},
			want: subject{
				Function: eval.Function{Language: "python", Name: "double", Kind: "function", Reference: "Doubles n.", Code: `def double(n):
	# Adds n to itself.
	total = n + n  # total
	return double_checked(total, "n")`},
				remark: "Adds n to itself.",
			},
			hiddenCode: `def f(v1):
	# Adds n to itself.
	v2 = v1 + v1  # total
	return double_checked(v2, "n")`,
		},
		{
			name:     "the name given counts, and v1 is taken",
			function: eval.Function{Language: "go", Name: "Get", Kind: "method", Reference: "x", Code: "func (c *Cache) get(key string) int {\n\treturn v1(c, key)\n}"},
			want: subject{Function: eval.Function{
				Language: "go", Container: "Cache", Name: "Get", Kind: "method", Reference: "x",
				Code: "func (c *Cache) get(key string) int {\n\treturn v1(c, key)\n}",
			}},
			hiddenCode: "func (v2 *Cache) f(v3 string) int {\n\treturn v1(v2, v3)\n}",
		},
		{
			name:     "an alias of the language",
			function: eval.Function{Language: "c++", Reference: "x", Code: "int twice(int n) {\n\treturn n + n;\n}"},
			want: subject{Function: eval.Function{
				Language: "cpp", Name: "twice", Kind: "function", Reference: "x",
				Code: "int twice(int n) {\n\treturn n + n;\n}",
			}},
			hiddenCode: "int f(int v1) {\n\treturn v1 + v1;\n}",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := newSubject(t.Context(), test.function)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want.Function, got.Function); diff != "" || got.remark != test.want.remark {
				t.Errorf("remark %q, function (-want +got):\n%s", got.remark, diff)
			}
			hidden, err := got.obfuscated(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.hiddenCode, hidden.Code); diff != "" || hidden.Name != "f" {
				t.Errorf("hidden as %q (-want +got):\n%s", hidden.Name, diff)
			}
		})
	}
}

// A file or a class that is called like the function gives its name away.
func TestObfuscatedPlace(t *testing.T) {
	const code = "func parsePort(s string) int {\n\treturn len(s)\n}"
	for _, test := range []struct{ path, container, hiddenPath, hiddenContainer string }{
		{"net/ports.go", "Net", "net/ports.go", "Net"},
		{"net/parse_port.go", "Net", "", "Net"},
		{"net/ports.go", "ParsePort", "net/ports.go", ""},
	} {
		s, err := newSubject(t.Context(), eval.Function{Language: "go", Path: test.path, Container: test.container, Reference: "x", Code: code})
		if err != nil {
			t.Fatal(err)
		}
		hidden, err := s.obfuscated(t.Context())
		if err != nil || hidden.Path != test.hiddenPath || hidden.Container != test.hiddenContainer {
			t.Errorf("%q, %q is hidden as %q, %q, %v", test.path, test.container, hidden.Path, hidden.Container, err)
		}
	}
}

// What its grammar does not know outside of its file, or only a part of, stands
// as the data has it, and its names cannot be hidden.
func TestSubjectOfItsFile(t *testing.T) {
	for name, f := range map[string]eval.Function{
		"nothing is known": {Language: "haskell", Name: "Nat", Code: "type family Nat a where\n\tNat Int = Int\n\tNat Char = Int"},
		"a part is known":  {Language: "go", Name: "Two", Code: "func One() {\n\tx()\n}\n\nfunc Two() {\n\ty()\n}"},
	} {
		f.Reference, f.Path, f.Container = "x", "a/b", "C"
		got, err := newSubject(t.Context(), f)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(f, got.Function); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if _, err := got.obfuscated(t.Context()); !errors.Is(err, chunker.ErrNoFunction) {
			t.Errorf("%s: hidden: %v", name, err)
		}
		f.Name = ""
		if _, err := newSubject(t.Context(), f); !errors.Is(err, chunker.ErrNoFunction) {
			t.Errorf("%s, without a name: %v", name, err)
		}
	}
}

// TestEvalExitCodes holds the exit codes that need no model.
func TestEvalExitCodes(t *testing.T) {
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty, bad := write("empty.jsonl", "\n"), write("bad.jsonl", "{}\n")
	for _, test := range []struct {
		args string
		want int
	}{
		{"eval", exitUsage},
		{"eval --data " + filepath.Join(t.TempDir(), "nowhere"), exitUsage},
		{"eval --data " + empty, exitUsage},
		{"eval --data " + bad, exitFailed},
		{"eval --data " + bad + " --limit -1", exitUsage},
		{"eval --data " + bad + " --sheet 3", exitUsage},
		{"eval --data " + bad + " --sheet 3 --json --key k", exitUsage},
		{"eval --score " + bad, exitUsage},
		{"eval --score " + bad + " --key " + bad, exitFailed},
		{"eval --score " + bad + " --key " + bad + " --model default", exitUsage},
		{"eval --score " + bad + " --data " + bad, exitUsage},
		{"eval --data " + bad + " more", exitUsage},
	} {
		if got := run(t.Context(), strings.Fields(test.args)); got != test.want {
			t.Errorf("gloss %s: exit code %d, want %d", test.args, got, test.want)
		}
	}
}
