package chunker

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestDissect takes apart the function in testdata/anatomy/<language>.txtar
// and compares it with the file "want": the identifiers it found in ‹›, then
// the remark.
func TestDissect(t *testing.T) {
	for _, language := range Languages() {
		if language.ID == "ocaml.interface" || language.code != nil {
			continue // no function of it has a body, or is written in it
		}
		t.Run(language.ID, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", "anatomy", language.ID+".txtar")
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text := string(archive.Files[0].Data)
			a, err := Dissect(t.Context(), language, text)
			if err != nil {
				t.Fatal(err)
			}
			if name := text[a.NameRange.Start:a.NameRange.End]; name != a.Name || text[a.Range.Start:a.Range.End] == "" {
				t.Errorf("the name %q stands at %v, where the text says %q", a.Name, a.NameRange, name)
			}
			got := marked(text, a.Identifiers) + "remark: " + a.Remark + "\n"
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func marked(text string, at []Range) string {
	for _, r := range slices.Backward(at) {
		text = text[:r.Start] + "‹" + text[r.Start:r.End] + "›" + text[r.End:]
	}
	return text
}

// TestDissectChunks takes apart each chunk of the languages' own tests by
// itself. Its name must be found again, and its text must stay.
func TestDissectChunks(t *testing.T) {
	for _, language := range Languages() {
		t.Run(language.ID, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(filepath.Join("testdata", language.ID+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range archive.Files {
				// Where a bracket has no partner, the lines around say where a
				// method ends.
				if file.Name == "want" || slices.ContainsFunc([]string{"types", "tests", "unpaired"}, func(p string) bool { return strings.HasPrefix(file.Name, p) }) {
					continue
				}
				for _, c := range cut(t, language, string(file.Data), Options{}) {
					a, err := Dissect(t.Context(), LanguageByID(c.Language), c.Text)
					if err != nil {
						t.Errorf("%s: %v:\n%s", c.Name, err, c.Text)
						continue
					}
					if a.Name != c.Name {
						t.Errorf("%s is taken for %s:\n%s", c.Name, a.Name, c.Text)
					} else if a.Text != c.Text {
						t.Errorf("the text of %s changes (-before +after):\n%s", c.Name, cmp.Diff(c.Text, a.Text))
					}
				}
			}
		})
	}
}

func TestDissectNothing(t *testing.T) {
	for _, text := range []string{"", "x = 1\n", "# only a comment\n"} {
		if _, err := Dissect(t.Context(), LanguageByID("python"), text); !errors.Is(err, ErrNoFunction) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzDissect holds that any text is taken apart without a panic, and that
// what is found stands in it.
func FuzzDissect(f *testing.F) {
	all := Languages()
	for i, language := range all {
		if archive, err := txtar.ParseFile(filepath.Join("testdata", "anatomy", language.ID+".txtar")); err == nil {
			f.Add(uint8(i), string(archive.Files[0].Data))
		}
	}
	// A pattern for a name, with two identifiers in it.
	f.Add(uint8(slices.Index(all, LanguageByID("ocaml"))), "let rec pa\xe2\x87is,rse_header raw ?(limit = 10) ~key ~lab:l (a, b) : header =")
	f.Fuzz(func(t *testing.T, id uint8, text string) {
		if len(text) > 8<<10 {
			t.Skip("long inputs find nothing that short ones do not")
		}
		a, err := Dissect(t.Context(), all[int(id)%len(all)], text)
		if err != nil {
			return // of no function, or of a grammar that finds no end
		}
		whole := Range{0, len(text)}
		if !whole.contains(a.Range) || !a.Range.contains(a.NameRange) || text[a.NameRange.Start:a.NameRange.End] != a.Name {
			t.Fatalf("the function stands at %v, its name %q at %v, in %q", a.Range, a.Name, a.NameRange, text)
		}
		at := a.Range.Start
		for _, r := range a.Identifiers {
			if r.Start < at || r.End <= r.Start || r.End > len(text) {
				t.Fatalf("the identifiers of %q stand at %v", text, a.Identifiers)
			}
			at = r.End
		}
	})
}
