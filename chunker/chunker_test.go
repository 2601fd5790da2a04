package chunker

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestLanguages cuts the files of testdata/<language>.txtar and compares what
// it finds with the file "want" that follows each of them. A file whose name
// starts with "types" is cut into types, one that starts with "tests" into tests.
func TestLanguages(t *testing.T) {
	for _, language := range Languages() {
		t.Run(language.ID, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", language.ID+".txtar")
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var rewritten []txtar.File
			for i, file := range archive.Files {
				if file.Name == "want" {
					continue
				}
				text := string(file.Data)
				if got := LanguageForFile(file.Name, file.Data); got != language {
					t.Fatalf("%s is taken for %v", file.Name, got)
				}
				options := Options{}
				if strings.HasPrefix(file.Name, "types") {
					options.Kinds = []Kind{Type}
				}
				if strings.HasPrefix(file.Name, "tests") {
					options.Kinds = []Kind{Test}
				}
				chunks := cut(t, language, text, options)
				got := describe(text, chunks)
				rewritten = append(rewritten, file, txtar.File{Name: "want", Data: []byte(got)})
				if *update {
					continue
				}
				if i+1 == len(archive.Files) || archive.Files[i+1].Name != "want" {
					t.Fatalf("%s has no expectation after it: run go test -update", file.Name)
				}
				if diff := cmp.Diff(string(archive.Files[i+1].Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", file.Name, diff)
				}
				checkInvariants(t, language, text, options, chunks)
				checkLayout(t, language, text, options, chunks)
			}
			if *update {
				archive.Files = rewritten
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// cut parses text afresh.
func cut(t testing.TB, language *Language, text string, options Options) []Chunk {
	t.Helper()
	f, err := Parse(t.Context(), language, text, options)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return f.Chunks()
}

// describe writes chunks for a person to read.
func describe(text string, chunks []Chunk) string {
	var b strings.Builder
	for _, c := range chunks {
		first := 1 + strings.Count(text[:c.Range.Start], "\n")
		last := 1 + strings.Count(text[:c.Range.End], "\n")
		fmt.Fprintf(&b, "%s %s, lines %d to %d\n", c.Kind, c.Name, first, last)
		if c.Container != "" {
			fmt.Fprintf(&b, "\tcontainer: %s\n", c.Container)
		}
		fmt.Fprintf(&b, "\tsignature: %s\n", c.Signature)
		if c.Doc != "" {
			fmt.Fprintf(&b, "\tdoc: %s\n", c.Doc)
		}
		for line := range strings.Lines(c.Text) {
			fmt.Fprintf(&b, "\t| %s\n", strings.TrimSuffix(line, "\n"))
		}
	}
	return b.String()
}

// checkInvariants holds what is true of the chunks of any text.
func checkInvariants(t testing.TB, language *Language, text string, options Options, chunks []Chunk) {
	t.Helper()
	options = options.withDefaults()
	within := func(r Range) bool { return 0 <= r.Start && r.Start <= r.End && r.End <= len(text) }
	for i, c := range chunks {
		switch {
		case !within(c.Range) || !within(c.NameRange) || !within(c.BodyRange) || !within(c.DocRange):
			t.Errorf("%q has a range outside the text of %d bytes: %+v", c.Name, len(text), c)
		case !c.Range.contains(c.NameRange):
			t.Errorf("%q has its name %v outside its range %v", c.Name, c.NameRange, c.Range)
		case c.Name == "" || c.Name != text[c.NameRange.Start:c.NameRange.End]:
			t.Errorf("%q does not stand at %v", c.Name, c.NameRange)
		case i > 0 && chunks[i-1].Range.compare(c.Range) > 0:
			t.Errorf("%q comes after %q", c.Name, chunks[i-1].Name)
		case !slices.Contains(options.Kinds, c.Kind):
			t.Errorf("%q has kind %s, which is not wanted", c.Name, c.Kind)
		case c.Kind == Test && strings.ContainsAny(c.Name, "\r\n"):
			t.Errorf("%q is a title of several lines", c.Name)
		case strings.ContainsAny(c.Container, "\r\n") || len(c.Container) > maxContainer:
			t.Errorf("%q has a container that is no name: %q", c.Name, c.Container)
		case strings.ContainsAny(c.Signature, "\r\n") || strings.ContainsAny(c.Doc, "\r\n"):
			t.Errorf("%q has a signature or a doc of several lines: %q, %q", c.Name, c.Signature, c.Doc)
		case c.Doc != "" && c.DocRange.absent():
			t.Errorf("%q has a doc comment that stands nowhere: %q", c.Name, c.Doc)
		case c.Key != sha256.Sum256([]byte(c.Text)):
			t.Errorf("%q has a key that is not its text's", c.Name)
		}
	}
}

// checkLayout holds that neither CRLF nor a place further down changes what a
// chunk says.
func checkLayout(t *testing.T, language *Language, text string, options Options, chunks []Chunk) {
	t.Helper()
	said := func(text string) []Chunk {
		all := slices.Clone(cut(t, language, text, options))
		for i := range all {
			all[i].Range, all[i].NameRange, all[i].BodyRange, all[i].DocRange = Range{}, Range{}, Range{}, Range{}
		}
		return all
	}
	want := said(text)
	if len(want) != len(chunks) {
		t.Fatalf("cut twice, %d and %d chunks", len(chunks), len(want))
	}
	if diff := cmp.Diff(want, said(strings.ReplaceAll(text, "\n", "\r\n"))); diff != "" {
		t.Errorf("with CRLF (-LF +CRLF):\n%s", diff)
	}
}

func TestEmptyText(t *testing.T) {
	for _, language := range Languages() {
		for _, text := range []string{"", "\n", "\ufeff", " \t\r\n"} {
			if chunks := cut(t, language, text, Options{}); len(chunks) != 0 {
				t.Errorf("%s: %q has chunks %+v", language.ID, text, chunks)
			}
		}
	}
}
