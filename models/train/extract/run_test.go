package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// commit makes a repository of files under root and returns its commit.
func commit(t *testing.T, root, name string, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(root, strings.ReplaceAll(name, "/", "+"))
	for path, content := range files {
		file := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out []byte
	for _, args := range []string{"init -q", "add .", "-c user.name=n -c user.email=e -c commit.gpgsign=false commit -q -m m", "rev-parse HEAD"} {
		cmd := exec.Command("git", strings.Fields(args)...)
		cmd.Dir = dir
		var err error
		if out, err = cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v: %s", args, err, out)
		}
	}
	return strings.TrimSpace(string(out))
}

// The test's own program parses, as extract's does.
func TestMain(m *testing.M) {
	if os.Getenv("EXTRACT_TEST_PARSER") != "" {
		chunker.Work(os.Stdin, os.Stdout)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func testParser() *exec.Cmd {
	program, err := os.Executable()
	return &exec.Cmd{Path: program, Env: []string{"EXTRACT_TEST_PARSER=1"}, Err: err}
}

func TestRun(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	const documented = `package p

// ParsePort parses a port number from the text s.
func (c Config) ParsePort(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err
}

// The first of all ports in the list.
func firstPort(list []int) int {
	sort.Ints(list)
	return list[0]
}
`
	const undescribed = "def close_window(window, force):\n    if not force and window.is_dirty():\n        window.ask()\n    window.handle.close()\n    del window.handle\n"
	root, out := t.TempDir(), t.TempDir()
	held := commit(t, root, "a/held", map[string]string{"p.go": documented, "README": "no code"})
	trained := commit(t, root, "b/train", map[string]string{
		"copy.go":        strings.ReplaceAll(documented, "number", "value"), // of held-out code, the loose pair too
		"gpl.go":         "// under the GNU General Public License\n" + strings.ReplaceAll(documented, "strconv", "other"),
		"walk_test.go":   "package p\n\n// Walk walks all the nodes of a tree.\nfunc Walk() {\n\tx()\n\ty()\n}\n",
		"sub/walk.py":    "class Tree:\n  def walk(tree, visit):\n    \"\"\"Visit all the nodes of a tree.\"\"\"\n    for node in tree.nodes:\n        visit(node)\n",
		"sub/no_doc.py":  undescribed,
		"sub/size.zig":   "/// The size of one whole page.\nfn size(page: Page) usize {\n    const n = page.bytes;\n    return n.len;\n}\n",
		"docs/a.unknown": "text",
	})
	commit(t, root, "d/other", map[string]string{"p.go": documented}) // not at the commit of the list
	list := filepath.Join(root, "list.tsv")
	content := "# a comment\nrepository\tlicence\tsplit\tcommit\na/held\tMIT\theld-out\t" + held + "\t1\t0\nb/train\tMIT\ttrain\t" + trained + "\nc/absent\tMIT\ttrain\tabc\nd/other\tMIT\ttrain\tabc\n"
	if err := os.WriteFile(list, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(options{list: list, repositories: root, out: out, perRepo: 10, perNamed: 10, perText: 2, perEval: 5, parser: testParser}, io.Discard); err != nil {
		t.Fatal(err)
	}
	parsePort := corpus.Pair{Language: "go", Path: "p.go", Container: "Config", Name: "ParsePort", Kind: "method", Reference: "Parses a port number from the text s.", Tier: corpus.Strict, Repo: "a/held", Commit: held}
	for file, want := range map[string][]corpus.Pair{
		"heldout.jsonl": {parsePort},
		"eval.jsonl":    {parsePort},
		"train.jsonl": {
			{Language: "zig", Path: "sub/size.zig", Name: "size", Kind: "function", Reference: "The size of one whole page.", Tier: corpus.Loose, Repo: "b/train", Commit: trained},
			{Language: "python", Path: "sub/walk.py", Container: "Tree", Name: "walk", Kind: "method", Reference: "Visits all the nodes of a tree.", Tier: corpus.Strict, Repo: "b/train", Commit: trained},
			{Language: "python", Path: "sub/no_doc.py", Name: "close_window", Kind: "function", Reference: "Closes the window.", Tier: corpus.Name, Repo: "b/train", Commit: trained},
		},
	} {
		var got []corpus.Pair
		for p, err := range corpus.Read(filepath.Join(out, file)) {
			if err != nil {
				t.Fatal(err)
			}
			if p.Tier != corpus.Name && strings.Contains(p.Code, p.Reference[8:]) {
				t.Errorf("%s: the code still holds its documentation:\n%s", file, p.Code)
			}
			p.Code = ""
			got = append(got, p)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
	var r report
	saved, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(saved, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Missing) != 2 || r.Train.total(corpus.Name) != 1 || r.HeldOut.total(corpus.Strict) != 1 || r.LeftOut[duplicate] != 2 {
		t.Errorf("the report is wrong: %+v", r)
	}
}

func TestReadRepositories(t *testing.T) {
	for content, want := range map[string]string{
		"h\na/b\tMIT\ttrain\tc\na/b\tMIT\ttrain\tc\n": "listed twice",
		"h\na/b\tMIT\tboth\tc\n":                      "want owner/name",
		"h\na/b\tMIT\ttrain\n":                        "want owner/name",
		"h\nab\tMIT\ttrain\tc\n":                      "want owner/name",
	} {
		file := filepath.Join(t.TempDir(), "list.tsv")
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readRepositories(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}

// The committed list keeps the repositories that were ever held out.
func TestCommittedList(t *testing.T) {
	list, err := readRepositories(filepath.Join("..", "repositories.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	split := map[string]string{}
	for _, r := range list {
		split[r.name] = r.split
		if len(r.commit) != 40 {
			t.Errorf("%s: %q is no commit", r.name, r.commit)
		}
	}
	for name := range strings.FieldsSeq(`
		etcd-io/etcd tornadoweb/tornado aio-libs/aiohttp google/gson apache/commons-io shaka-project/shaka-player
		expressjs/express jupyterlab/lumino palantir/blueprint microsoft/rushstack hyperium/hyper crossbeam-rs/crossbeam
		BurntSushi/ripgrep clap-rs/clap libuv/libuv redis/hiredis FreeRTOS/FreeRTOS-Plus-TCP google/leveldb
		apache/trafficserver nunit/nunit NLog/NLog rack/rack ruby/rake octokit/octokit.rb lsegal/yard guzzle/guzzle
		composer/composer twigphp/Twig Kotlin/kotlinx.serialization typelevel/cats-effect elixir-plug/plug
		elixir-ecto/ecto haskell/bytestring nvim-telescope/telescope.nvim folke/lazy.nvim tigerbeetle/tigerbeetle
		ocaml/merlin Bash-it/bash-it`) {
		if split[name] != heldOut {
			t.Errorf("%s is %q, want it %s", name, split[name], heldOut)
		}
	}
}
