package lsp

import "testing"

func TestCodeLensFromPlaceholderToSummary(t *testing.T) {
	e := newEditor(t, editorOptions{})
	open := e.summarizer.shut()
	e.open(goURI, "go", goText("Alpha", "Beta"))
	e.settled(goURI, "…", "…")
	open()
	e.settled(goURI, "Does Alpha", "Does Beta")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}
