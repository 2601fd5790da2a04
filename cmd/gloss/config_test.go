package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The user's settings file lies below what an editor says, and mistakes in it
// keep no server from starting.
func TestUserSettingsInAnEditor(t *testing.T) {
	const text = "package a\n\nfunc small() int {\n\treturn 1\n}\n\nfunc large() int {\n\tx := 1\n\ty := x\n\treturn y\n}\n"
	for _, test := range []struct {
		name, file string
		options    map[string]any
		lenses     int
		logged     string
	}{
		{name: "the file", file: `{"minLines": 4, /* as long as */ "minLine": 1}`, lenses: 1, logged: "did you mean gloss.minLines?"},
		{name: "the editor", file: `{"minLines": 4}`, options: map[string]any{"minLines": 3}, lenses: 2},
		{name: "a broken file", file: `{"minLines": `, lenses: 2, logged: "it is no JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			writeFile(t, filepath.Join(home, "gloss", "config.json"), test.file)
			c := startProcess(t, home, "", nil)
			c.call("initialize", map[string]any{
				"capabilities":          map[string]any{"textDocument": map[string]any{"codeLens": map[string]any{}}},
				"initializationOptions": test.options,
			})
			c.notify("initialized", map[string]any{})
			c.open(text)
			if n := len(c.lenses(uri)); n != test.lenses {
				t.Errorf("%d lenses, want %d", n, test.lenses)
			}
			c.call("shutdown", nil)
			c.notify("exit", nil)
			if err := c.awaitExit(); err != nil {
				t.Error(err)
			}
			if !strings.Contains(c.stderr.String(), test.logged) {
				t.Errorf("the log says nothing of %q: %s", test.logged, c.stderr)
			}
		})
	}
}
