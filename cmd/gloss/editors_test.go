package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// TestEditorsKnowTheLanguages holds what editors are told that cannot ask the
// server: every language, by the name that the server knows.
func TestEditorsKnowTheLanguages(t *testing.T) {
	for file, ids := range map[string]func(*testing.T, []byte) []string{
		"zed/extension.toml":      zedLanguages,
		"jetbrains/template.json": jetbrainsLanguages,
		"claude-code/.lsp.json":   claudeLanguages,
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

// claudeServer is how Claude Code's files name a server.
type claudeServer struct {
	Command               string
	Args                  []string
	ExtensionToLanguage   map[string]string
	InitializationOptions map[string]any
}

// check runs no server: its command is looked up as the program does.
func (s claudeServer) check(t *testing.T) {
	t.Helper()
	c, _, err := newRoot(io.Discard).Find(s.Args)
	if err != nil || s.Command != "gloss" || c.Name() != s.Args[0] {
		t.Errorf("%s %q is no server of gloss: %v", s.Command, s.Args, err)
	}
}

// claudeLanguages returns the ids of a plugin of Claude Code, whose extensions must
// be of files of that language, and whose settings must be some.
func claudeLanguages(t *testing.T, content []byte) (ids []string) {
	var servers map[string]claudeServer
	if err := json.Unmarshal(content, &servers); err != nil {
		t.Fatal(err)
	}
	s := servers["gloss"]
	s.check(t)
	for ext, id := range s.ExtensionToLanguage {
		ids = append(ids, id)
		if language := chunker.LanguageForFile("a"+ext, nil); language == nil || language != chunker.LanguageByID(id) {
			t.Errorf("%s is not taken for %s", ext, id)
		}
	}
	options, err := json.Marshal(s.InitializationOptions)
	if err != nil {
		t.Fatal(err)
	}
	if _, warnings, err := settings.Read(settings.Default(), options, settings.User); err != nil || len(warnings) > 0 {
		t.Errorf("its settings: %v %q", err, warnings)
	}
	return ids
}

// TestEditorsKnowTheTools holds the plugin's other files to what Claude Code reads.
func TestEditorsKnowTheTools(t *testing.T) {
	var plugin struct{ Name, Description string }
	var tools struct{ MCPServers map[string]claudeServer }
	for file, into := range map[string]any{".claude-plugin/plugin.json": &plugin, ".mcp.json": &tools} {
		content, err := os.ReadFile(filepath.Join("..", "..", "editors", "claude-code", filepath.FromSlash(file)))
		if err == nil {
			err = json.Unmarshal(content, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if plugin.Name != "gloss" || plugin.Description == "" {
		t.Errorf("the plugin is %+v", plugin)
	}
	tools.MCPServers["gloss"].check(t)
}
