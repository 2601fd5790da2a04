package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
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

func walked(t *testing.T, root string) []string {
	t.Helper()
	var paths []string
	err := walkFiles(root, func(path string, _ opener) error {
		paths = append(paths, filepath.ToSlash(path))
		return nil
	}, func(err error) { t.Error(err) })
	if err != nil {
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
