package lsp

import (
	"slices"
	"testing"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// TestNotebookCells opens cells as VS Code does, each as a document of its own.
func TestNotebookCells(t *testing.T) {
	const (
		first  = "vscode-notebook-cell:/project/a.ipynb#W0sZmlsZQ%3D%3D"
		second = "vscode-notebook-cell:/project/a.ipynb#W1sZmlsZQ%3D%3D"
		remote = "vscode-notebook-cell://ssh-remote%2Bhost/project/a.ipynb#W0s"
		text   = "%matplotlib inline\n!pip install \\\n  x\ndef load(p):\n    names = !ls {p}\n    return names\n"
	)
	e := newEditor(t, editorOptions{})
	for _, uri := range []string{first, second, remote} {
		e.open(uri, "python", text)
		e.settled(uri, "Does load")
	}
	e.change(second, 2, "%%bash\n"+text)
	e.settled(second)
	e.change(second, 3, "%%time\n"+text)
	e.settled(second, "Does load")
	e.open("vscode-notebook-cell:/project/a.ipynb#C2", "markdown", text)
	e.settled("vscode-notebook-cell:/project/a.ipynb#C2")

	e = newEditor(t, editorOptions{options: `{"exclude": ["a.ipynb"]}`})
	e.open(first, "python", text)
	e.settled(first)
}

// TestEmbeddedLanguages holds what a model is told of a function that stands in a
// file of another kind.
func TestEmbeddedLanguages(t *testing.T) {
	for _, test := range []struct{ path, language, text, want string }{
		{"/project/a.ipynb", "python", "x = !ls\ndef f(p):\n    x = !ls {p}\n    return x\n", "python"},
		{"/project/A.vue", "vue", "<script>\nfunction f(a) {\n  return a;\n}\n</script>\n", "javascript"},
		{"/project/A.vue", "vue", "<script setup lang=\"ts\">\nfunction f(a) {\n  return a;\n}\n</script>\n", "typescript"},
		{"/project/A.svelte", "svelte", "<script lang=\"ts\">\nfunction f(a) {\n  return a;\n}\n</script>\n", "typescript"},
	} {
		o := newOffline(t)
		if err := o.DidOpen(wire.Document{URI: goURI, Path: test.path, Language: test.language, Text: test.text}); err != nil {
			t.Fatal(err)
		}
		d := o.documents.current(goURI)
		var got []inference.Function
		for _, c := range d.chunks() {
			got = append(got, d.function(&c))
		}
		if !slices.ContainsFunc(got, func(f inference.Function) bool {
			return f.Name == "f" && f.Language == test.want && f.Path == test.path
		}) {
			t.Errorf("%s: %+v, want one of %s", test.path, got, test.want)
		}
	}
}
