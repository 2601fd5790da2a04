package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/chunker"
)

// TestEditorsKnowTheLanguages holds what editors are told that cannot ask the
// server: every language, by the name that the server knows.
func TestEditorsKnowTheLanguages(t *testing.T) {
	for file, ids := range map[string]func(*testing.T, []byte) []string{
		"zed/extension.toml":      zedLanguages,
		"jetbrains/template.json": jetbrainsLanguages,
	} {
		t.Run(file, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("..", "..", "editors", filepath.FromSlash(file)))
			if err != nil {
				t.Fatal(err)
			}
			told := map[*chunker.Language]bool{}
			for _, id := range ids(t, content) {
				language := chunker.LanguageByID(id)
				if language == nil {
					t.Errorf("gloss knows no language %q", id)
				}
				told[language] = true
			}
			for _, language := range chunker.Languages() {
				if !told[language] {
					t.Errorf("%s is missing", language.Name)
				}
			}
		})
	}
}

// zedLanguages returns the ids of Zed's languages, each of which must be one that
// the server is for.
func zedLanguages(t *testing.T, content []byte) (ids []string) {
	list, table, found := strings.Cut(string(content), "[language_servers.gloss.language_ids]")
	if !found {
		t.Fatal("there is no table of ids")
	}
	for _, row := range regexp.MustCompile(`(?m)^"(.+)" = "(.+)"$`).FindAllStringSubmatch(table, -1) {
		if !strings.Contains(list, "\n  \""+row[1]+"\",\n") {
			t.Errorf("the server is not for %s", row[1])
		}
		ids = append(ids, row[2])
	}
	return ids
}

// jetbrainsLanguages returns the ids of a template of LSP4IJ, whose patterns must
// be of files of that language.
func jetbrainsLanguages(t *testing.T, content []byte) (ids []string) {
	var template struct {
		FileTypeMappings []struct {
			FileType struct {
				Patterns []string
			}
			LanguageID string
		}
	}
	if err := json.Unmarshal(content, &template); err != nil {
		t.Fatal(err)
	}
	for _, m := range template.FileTypeMappings {
		ids = append(ids, m.LanguageID)
		for _, pattern := range m.FileType.Patterns {
			name := strings.Replace(pattern, "*", "a", 1)
			if language := chunker.LanguageForFile(name, nil); language == nil || language != chunker.LanguageByID(m.LanguageID) {
				t.Errorf("%s is not taken for %s", name, m.LanguageID)
			}
		}
		if len(m.FileType.Patterns) == 0 {
			t.Errorf("no file is %s", m.LanguageID)
		}
	}
	return ids
}
