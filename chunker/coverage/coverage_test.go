package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/gloss-lsp/gloss/chunker"
)

func TestMain(m *testing.M) {
	if slices.Equal(os.Args[1:], []string{parserArg}) {
		fmt.Fprintln(os.Stderr, chunker.Work(os.Stdin, os.Stdout))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestRun compares the checkout in testdata/checkout.txtar by Go's lister: an
// ignored file, a generated one, one that does not parse, and one that gloss
// reads otherwise than Go does.
func TestRun(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not here: ", err)
	}
	dir := checkoutOf(t, "checkout.txtar")
	var out, log bytes.Buffer
	err := run(t.Context(), options{
		dirs: []string{dir}, languages: []string{"go"}, minLines: 3, show: 1, markdown: true,
		timeout: time.Minute, parser: ownParser,
	}, &out, &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	commit, err := exec.Command("git", "-C", dir, "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := `Go beside go/parser, functions of at least 3 lines:

| repository | commit | files | listed | found | missed | false | wrong range | wrong name | wrong container | left out |
|---|---|---|---|---|---|---|---|---|---|---|
| gopher/hole | COMMIT | 2 | 4 | 4 (100.00 %) | 0 | 0 | 0 | 0 | 0 | 2 |

left out: gopher/hole/broken.go: WHY
`
	got := strings.Replace(out.String(), strings.TrimSpace(string(commit)), "COMMIT", 1)
	got = regexp.MustCompile(`(broken\.go: ).+`).ReplaceAllString(got, "${1}WHY")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestPython runs the first of the external listers over the same checkout.
func TestPython(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not here: ", err)
	}
	var out, log bytes.Buffer
	err := run(t.Context(), options{
		dirs: []string{checkoutOf(t, "checkout.txtar")}, languages: []string{"python"}, minLines: 2, show: 1,
		listers: "listers", timeout: time.Minute, parser: ownParser,
	}, &out, &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	fields := strings.Fields(strings.Split(out.String(), "\n")[3])
	if got, want := strings.Join(fields[2:], " "), "1 3 3 (100.00 %) 0 0 0 0 0 1"; got != want {
		t.Errorf("counts are %q, want %q, in\n%s", got, want, &out)
	}
}

// checkoutOf makes a git repository of an archive in testdata.
func checkoutOf(t *testing.T, archive string) string {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", archive))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "gopher+hole")
	for _, f := range a.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "."},
		{"-c", "user.name=g", "-c", "user.email=g@example.org", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "all"},
	} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return dir
}

func TestDifference(t *testing.T) {
	// A function is "name first-last", "name first-last container" where it has one.
	tests := []struct {
		name          string
		listed, found string
		differs       string // "kind: function", joined by "; "
		counts        string // listed, equal
	}{
		{"equal", "a 1-3, b 5-9", "a 1-3, b 5-9", "", "2 2"},
		{"missed", "a 1-3, b 5-9", "b 5-9", "missed a 1-3", "2 1"},
		{"false", "a 1-3", "a 1-3, b 5-9", "false b 5-9", "1 1"},
		{"short", "a 1-2, b 4-5", "b 4-5, c 7-8", "", "0 0"},
		{"short only as one has it", "a 1-2", "a 1-4", "wrong range a 1-2 a 1-4", "1 1"},
		{"last line", "a 1-9", "a 1-8", "wrong range a 1-9 a 1-8", "1 1"},
		{"another name", "a 1-9", "b 1-9", "wrong name a 1-9 b 1-9", "1 0"},
		{"one inside is no other name", "a 1-9", "b 2-5", "missed a 1-9; false b 2-5", "1 0"},
		{"the same name inside", "a 1-9, a 2-4", "a 2-4", "missed a 1-9", "2 1"},
		{"the name before the range", "a 1-9, b 10-19", "b 1-9, b 10-19", "wrong name a 1-9 b 1-9", "2 1"},
		{"elsewhere", "a 1-3", "a 11-13", "missed a 1-3; false a 11-13", "1 0"},
		{"container", "a 1-3 C", "a 1-3 D", "wrong container a 1-3 C a 1-3 D", "1 1"},
		{"container not known", "a 1-3", "a 1-3 D", "", "1 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := difference(functions(t, test.listed), functions(t, test.found), 3, true)
			var differs []string
			for k, of := range d.of {
				for _, one := range of {
					s := kindNames[k]
					for _, f := range []*function{one.listed, one.found} {
						if f != nil {
							s += " " + written(*f)
						}
					}
					differs = append(differs, s)
				}
			}
			if got := strings.Join(differs, "; "); got != test.differs {
				t.Errorf("differs by %q, want %q", got, test.differs)
			}
			if got := fmt.Sprint(d.listed, d.equal); got != test.counts {
				t.Errorf("listed and equal are %s, want %s", got, test.counts)
			}
		})
	}
	// Where a lister knows the name's line only, first lines are not compared.
	if d := difference(functions(t, "a 2-5"), functions(t, "a 1-5"), 3, false); len(d.of[wrongRange]) > 0 {
		t.Errorf("wrong range although starts are not known: %v", d.of)
	}
}

func functions(t *testing.T, list string) (all []function) {
	t.Helper()
	for item := range strings.SplitSeq(list, ", ") {
		f := function{}
		var container string
		n, _ := fmt.Sscanf(item, "%s %d-%d %s", &f.Name, &f.Start, &f.End, &container)
		if n < 3 {
			t.Fatalf("%q is no function", item)
		}
		if n == 4 {
			f.Container = &container
		}
		all = append(all, f)
	}
	return all
}

func written(f function) string {
	s := fmt.Sprintf("%s %d-%d", f.Name, f.Start, f.End)
	if f.Container != nil {
		s += " " + *f.Container
	}
	return s
}

// What a lister prints is checked before it is used.
func TestRecords(t *testing.T) {
	files := []file{{path: "/a", name: "a", text: "1\n2\n3\n"}}
	tests := []struct{ name, output, want, err string }{
		{"functions", `{"file":"/a","name":"f","start":1,"end":2}` + "\n" + `{"file":"/a","name":"g","start":3,"end":3,"container":""}`, "f 1-2, g 3-3 ", ""},
		{"a file that does not parse", `{"file":"/a","name":"f","start":1,"end":2}` + "\n" + `{"file":"/a","error":"line 3"}`, "line 3", ""},
		{"another file", `{"file":"/etc/passwd","name":"f","start":1,"end":2}`, "", "not asked about"},
		{"no line of it", `{"file":"/a","name":"f","start":1,"end":7}`, "", "does not have"},
		{"backwards", `{"file":"/a","name":"f","start":3,"end":2}`, "", "does not have"},
		{"no name", `{"file":"/a","start":1,"end":2}`, "", "neither a name"},
		{"no JSON", `Segmentation fault`, "", "invalid character"},
		{"too long", `{"file":"/a","name":"` + strings.Repeat("f", maxRecord) + `"}`, "", "too long"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			listed, err := records(strings.NewReader(test.output), lister{}, files)
			if err != nil || test.err != "" {
				if err == nil || test.err == "" || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error is %v, want %q", err, test.err)
				}
				return
			}
			got := listed["/a"].unparsed
			if got == "" {
				var all []string
				for _, f := range listed["/a"].functions {
					all = append(all, written(f))
				}
				got = strings.Join(all, ", ")
			}
			if got != test.want {
				t.Errorf("listed %q, want %q", got, test.want)
			}
		})
	}
}

// A lister that is not there, one that fails and one that hangs are told from
// one another, and the next of the language is asked.
func TestListersInTurn(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("sh is not here: ", err)
	}
	files := []file{{path: "/a", name: "a", text: "1\n2\n3\n"}}
	row := func(name string, command ...string) lister {
		return lister{name: name, languages: []string{"lua"}, command: command, get: "install " + name}
	}
	before := listers
	t.Cleanup(func() { listers = before })
	listers = []lister{
		row("missing", "no-such-program-anywhere"),
		row("failing", "sh", "-c", "echo first what is wrong >&2; exit 3"),
		row("hanging", "sh", "-c", "exec sleep 600"),
		row("working", "sh", "-c", `while read -r path; do printf '{"file":"%s","name":"f","start":1,"end":3}\n' "$path"; done`),
	}
	var log bytes.Buffer
	c := comparer{options: options{listers: ".", timeout: 2 * time.Second}, log: &log}
	listed, used, err := c.list(t.Context(), chunker.LanguageByID("lua"), files)
	if err != nil {
		t.Fatal(err)
	}
	if used.name != "working" || len(listed["/a"].functions) != 1 {
		t.Errorf("%s listed %v", used.name, listed)
	}
	for _, want := range []string{"missing: ", "install missing", "first what is wrong", "install failing", "not done after 2s"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not said in\n%s", want, &log)
		}
	}
	listers = listers[:1]
	if _, _, err := c.list(t.Context(), chunker.LanguageByID("lua"), files); err != errNoLister {
		t.Errorf("without a lister the error is %v, want %v", err, errNoLister)
	}
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"file":"/a","name":"f","start":1,"end":2,"container":"C"}` + "\n" + `{"file":"/a","error":"x"}`))
	f.Add([]byte(`{"name":"f","path":"/a","kind":"function","line":1,"end":2}`))
	files := []file{{path: "/a", name: "a", text: "1\n2\n3\n"}}
	f.Fuzz(func(t *testing.T, output []byte) {
		for _, read := range []func([]byte) (record, error){readRecord, readCtags} {
			listed, err := records(bytes.NewReader(output), lister{read: read}, files)
			if err != nil {
				continue
			}
			for path, of := range listed {
				for _, g := range of.functions {
					if path != "/a" || g.Name == "" || g.Start < 1 || g.End < g.Start || g.End > 4 {
						t.Errorf("%s: %+v", path, g)
					}
				}
				d := difference(of.functions, of.functions, 1, true)
				if d.equal != d.listed || len(d.of[falsely]) > 0 {
					b, _ := json.Marshal(of.functions)
					t.Errorf("differs from itself: %s", b)
				}
			}
		}
	})
}
