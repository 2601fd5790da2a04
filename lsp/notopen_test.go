package lsp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// Every request about a document may come before it is opened, or after it was
// closed: clients do not wait for answers.
func TestRequestsAboutADocumentThatIsNotOpen(t *testing.T) {
	params := map[string]string{
		"textDocument/codeLens":       `{"textDocument":{"uri":%q}}`,
		"textDocument/documentSymbol": `{"textDocument":{"uri":%q}}`,
		"textDocument/hover":          `{"textDocument":{"uri":%q},"position":{"line":2,"character":6}}`,
		"textDocument/inlayHint":      `{"textDocument":{"uri":%q},"range":{"start":{"line":0,"character":0},"end":{"line":9,"character":0}}}`,
		"textDocument/codeAction":     `{"textDocument":{"uri":%q},"range":{"start":{"line":2,"character":6},"end":{"line":2,"character":6}},"context":{"diagnostics":[]}}`,
	}
	for method := range wire.Requests() {
		if strings.HasPrefix(method, "textDocument/") && params[method] == "" {
			t.Errorf("this test does not know %s", method)
		}
	}
	const everything = `{"symbols": true, "inlayHints": "on"}`
	for _, tt := range []struct{ capabilities, options string }{
		{allCapabilities, everything}, {plainCapabilities, everything}, {allCapabilities, `{"enable": false}`},
	} {
		e := newEditor(t, editorOptions{capabilities: tt.capabilities, options: tt.options})
		e.open(goURI, "go", goText("Alpha"))
		e.closeDocument(goURI)
		for method, p := range params {
			for _, uri := range []string{goURI, "file:///never/opened.go", "untitled:Untitled-1", ""} {
				var answer any
				if err := e.request(method, fmt.Sprintf(p, uri), &answer); err != nil {
					t.Errorf("%s of %q: %v", method, uri, err)
				}
				if list, isList := answer.([]any); answer != nil && (!isList || len(list) > 0) {
					t.Errorf("%s of %q: %v", method, uri, answer)
				}
			}
		}
		for _, command := range commandNames() {
			if got := code(e.request("workspace/executeCommand", fmt.Sprintf(`{"command":%q,"arguments":[%s]}`, command, place(goURI, 2, 6)), nil)); got != wire.CodeInvalidParams {
				t.Errorf("%s: code %d", command, got)
			}
			if got := code(e.request("workspace/executeCommand", fmt.Sprintf(`{"command":%q}`, command), nil)); got != wire.CodeInvalidParams {
				t.Errorf("%s without arguments: code %d", command, got)
			}
		}
		e.close() // with no panic logged
	}
}
