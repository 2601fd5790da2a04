package models

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"
)

// TestCatalog holds the entries to what the rest of the package relies on.
func TestCatalog(t *testing.T) {
	commit := regexp.MustCompile(`^[0-9a-f]{40}$`)
	seen := map[string]bool{}
	for _, e := range Catalog() {
		if err := CheckName(e.Name); err != nil || seen[e.Name] {
			t.Errorf("%s: %v, or there are two", e.Name, err)
		}
		seen[e.Name] = true
		if e.Licence == "" || e.About == "" {
			t.Errorf("%s has no licence or says nothing about itself", e.Name)
		}
		d := e.Description
		if d.fill(); !reflect.DeepEqual(d, e.Description) || d.check() != nil {
			t.Errorf("%s: its description leaves things open, or is wrong: %+v", e.Name, e.Description)
		}
		paths := map[string]bool{}
		for _, f := range e.Files {
			src := e.source(&f)
			if !filepath.IsLocal(f.Path) || paths[f.Path] || f.Size <= 0 || !hexSHA256.MatchString(f.SHA256) || !commit.MatchString(src.Revision) {
				t.Errorf("%s: %+v from %+v is not pinned", e.Name, f, src)
			}
			paths[f.Path] = true
		}
		if !e.Pullable() {
			continue
		}
		for _, needed := range []string{"config.json", "generation_config.json", "tokenizer.json", d.Graph} {
			if !paths[needed] {
				t.Errorf("%s has no %s", e.Name, needed)
			}
		}
	}
	if !seen[Recommended] {
		t.Errorf("the catalog has no %s", Recommended)
	}
}

// TestCatalogFiles compares the pins with the real files where they are at
// hand. They are not part of this repository.
func TestCatalogFiles(t *testing.T) {
	dir := filepath.Join("..", "..", "shared", "data", "smollm2")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("SmolLM2's tokenizer and configs are not at hand:", err)
	}
	s := Store{Catalog: Catalog()}
	e := s.entry(Recommended)
	checked := 0
	for _, f := range e.Files {
		if f.Path == e.Description.Graph {
			continue
		}
		checked++
		if err := f.check(t.Context(), filepath.Join(dir, f.Path)); err != nil {
			t.Errorf("%s %v", f.Path, err)
		}
	}
	if checked != 5 {
		t.Errorf("%d files were checked, want 5", checked)
	}
	m, err := openDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c := m.Config; c.VocabSize != 49152 || c.NumKeyValueHeads != 3 || c.HeadDim != 64 || len(m.Generation.EOS) != 1 || m.Generation.EOS[0] != 2 {
		t.Errorf("the real config.json says %+v, %+v", c, m.Generation)
	}
}
