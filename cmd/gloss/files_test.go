package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gloss-lsp/gloss/lsp/settings"
)

// TestWalkFiles holds the walk equal to what git itself would list.
func TestWalkFiles(t *testing.T) {
	archive := txtar.Parse([]byte(`
-- .gitignore --
# build results
*.log
/build/
!keep.log
docs/*.md
-- a.go --
-- a.log --
-- keep.log --
-- build/out.go --
-- src/build/in.go --
-- src/.gitignore --
secret.py
**/tmp/
-- src/secret.py --
-- src/sub/secret.py --
-- src/sub/tmp/x.py --
-- src/sub/y.py --
-- docs/z.md --
-- docs/deep/z.md --
`))
	top := t.TempDir()
	for _, f := range archive.Files {
		path := filepath.Join(top, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git(t, top, "init", "-q")

	// Git lists nothing below an ignored folder; a person who names it wants it.
	if got := walked(t, filepath.Join(top, "build")); len(got) != 1 {
		t.Errorf("the ignored folder, named, gave %q", got)
	}
	for _, root := range []string{".", "src", "src/sub", "docs"} {
		t.Run(root, func(t *testing.T) {
			t.Chdir(top)
			got := walked(t, root)
			var want []string
			for path := range strings.FieldsSeq(git(t, top, "ls-files", "--cached", "--others", "--exclude-standard", root)) {
				if !strings.HasPrefix(filepath.Base(path), ".") {
					want = append(want, path)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("walked %q, git lists %q", got, want)
			}
		})
	}
}

func walked(t *testing.T, root string) []string { return walkedBy(t, root, walkRules{}) }

func walkedBy(t *testing.T, root string, rules walkRules) []string {
	t.Helper()
	var paths []string
	w := walk{
		rules: rules,
		visit: func(f found) error {
			paths = append(paths, filepath.ToSlash(f.path))
			return nil
		},
		unreadable: func(err error) { t.Error(err) }, warn: func(err error) { t.Error(err) },
	}
	if err := w.files(root); err != nil {
		t.Fatal(err)
	}
	return paths
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c := exec.Command("git", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Skipf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestIgnorePatterns holds what a line of an ignore file means equal to what git
// makes of it.
func TestIgnorePatterns(t *testing.T) {
	top := t.TempDir()
	git(t, top, "init", "-q")
	for _, name := range []string{
		"a.go", "b.go", "ab.go", "a b.go", "#a.go", "!a.go", "[a].go", "{a,b}.go", "d/a.go", "d/x/a.go", "d/x/y/a.go", "e/d/a.go", "e/d/x/a.go", "foo/bar/foo/baz/a.go", "trail .go",
	} {
		writeFile(t, filepath.Join(top, filepath.FromSlash(name)), "")
	}
	t.Chdir(top)
	for _, lines := range []string{
		"a.go", "/a.go", "d/", "/d/", "d/*", "d/**", "d/**/a.go", "**/d", "**/d/a.go", "**/foo/baz", "d/x", "x/a.go", "*.go\n!b.go", "d/**\n!d/a.go", "d\n!d/a.go",
		"[!a].go", "[^a].go", "[a-b].go", "?.go", "a?.go", "a*.go", "a**.go", "d**a.go", "{a,b}.go", "\\{a,b}.go", "\\#a.go", "#a.go", "\\!a.go", "!a.go", "\\[a\\].go", "[a.go", "a.go ", "trail\\ .go", "  ", "", "/", "**", "*", "d/x/", "e/**/x/", "/*\n!/e/\n/e/d/x",
	} {
		writeFile(t, ".gitignore", lines+"\n")
		var want []string
		for path := range strings.SplitSeq(git(t, top, "ls-files", "-z", "--others", "--exclude-standard", "*.go"), "\x00") {
			if path != "" {
				want = append(want, path)
			}
		}
		got := walked(t, ".")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: walked %q, git lists %q", lines, got, want)
		}
	}
}

// TestWalkRules has what people's other search tools do: ripgrep's -g, .ignore,
// --hidden and --no-ignore, and golangci-lint's --tests=false.
func TestWalkRules(t *testing.T) {
	top := t.TempDir()
	for _, name := range []string{
		"a.go", "a_test.go", "b.py", "test_b.py", "conftest.py", "contest.go", ".hidden/h.go", "node_modules/n.js", "vendor/v.go", "src/vendor/w.go", "src/x.go", "src/x.spec.ts", "tests/t.rs",
		"src/LatestThing.java", "src/ThingTest.java", "logged.go", "ignored.go",
	} {
		writeFile(t, filepath.Join(top, filepath.FromSlash(name)), "")
	}
	writeFile(t, filepath.Join(top, ".gitignore"), "logged.go\nignored.go\n")
	writeFile(t, filepath.Join(top, ".ignore"), "\ufeff!logged.go\n/src/x.go\n")
	writeFile(t, filepath.Join(top, ".git", "HEAD"), "")
	writeFile(t, filepath.Join(top, ".git", "g.go"), "")
	all := []string{"a.go", "a_test.go", "b.py", "conftest.py", "contest.go", "logged.go", "src/LatestThing.java", "src/ThingTest.java", "src/vendor/w.go", "src/x.spec.ts", "test_b.py", "tests/t.rs", "vendor/v.go"}
	for name, test := range map[string]struct {
		in    string
		globs []string
		rules walkRules
		want  []string
	}{
		"none":                     {want: all},
		"no ignore":                {rules: walkRules{noIgnore: true}, want: append([]string{"ignored.go", "node_modules/n.js", "src/x.go"}, all...)},
		"hidden":                   {rules: walkRules{hidden: true}, want: append([]string{".gitignore", ".ignore", ".hidden/h.go"}, all...)},
		"no tests":                 {rules: walkRules{noTests: true}, want: []string{"a.go", "b.py", "contest.go", "logged.go", "src/LatestThing.java", "src/vendor/w.go", "vendor/v.go"}},
		"exclude":                  {rules: walkRules{exclude: settings.NewExclude([]string{"vendor/**", "*.py"})}, want: []string{"a.go", "a_test.go", "contest.go", "logged.go", "src/LatestThing.java", "src/ThingTest.java", "src/x.spec.ts", "tests/t.rs"}},
		"a glob":                   {globs: []string{"*.py"}, want: []string{"b.py", "conftest.py", "test_b.py"}},
		"braces":                   {globs: []string{"{a,b}.*"}, want: []string{"a.go", "b.py"}},
		"negated":                  {globs: []string{"!*.py", "!vendor", "!tests/"}, want: []string{"a.go", "a_test.go", "contest.go", "logged.go", "src/LatestThing.java", "src/ThingTest.java", "src/x.spec.ts"}},
		"both":                     {globs: []string{"*.go", "!*_test.go", "!/vendor"}, want: []string{"a.go", "contest.go", "ignored.go", "logged.go", "src/vendor/w.go", "src/x.go"}},
		"over an ignore":           {globs: []string{"src/x.go"}, want: []string{"src/x.go"}},
		"hidden, asked":            {globs: []string{"**/h.go", ".hidden"}, want: []string{".hidden/h.go"}},
		"of the working directory": {in: "src", globs: []string{"/vendor/*.go"}, want: []string{"vendor/w.go"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(filepath.Join(top, test.in))
			var err error
			if test.rules.globs, err = newGlobs(test.globs); err != nil {
				t.Fatal(err)
			}
			got := walkedBy(t, ".", test.rules)
			slices.Sort(got)
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("walked %q, want %q", got, test.want)
			}
		})
	}
}
