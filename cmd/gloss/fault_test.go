package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// abort ends the process of the grammar that parses it: its scanner outgrows a
// buffer.
func abort() string {
	var words []string
	for i := range 14 {
		words = append(words, strings.Repeat(string(rune('A'+i)), 64))
	}
	words = append(words, strings.Repeat("P", 60), "QQQ") // as many bytes as the buffer takes, and no check finds
	return "f(<<~" + strings.Join(words, ", <<~") + ")\nt\n" + strings.Join(words, "\nt\n") + "\n"
}

// endless keeps its grammar at work for a minute.
var endless = strings.Repeat(strings.Repeat("\x01\x02\xff\xfe\x03", 50)+"\n", 400)

// TestGrammarFaults holds that a text over which a grammar fails costs an editor
// nothing else: other documents are served, the document itself is once it is
// mended, and the server ends when it is told to, in the middle of a parse.
func TestGrammarFaults(t *testing.T) {
	library := onnxtest.Library(t)
	const function = "def f(x)\n  y = x\n  y\nend\n"
	open := func(c *client, name, language, text string) string {
		uri := "file:///" + name
		c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": language, "version": 1, "text": text}})
		return uri
	}
	change := func(c *client, uri string, version int, text string) {
		c.notify("textDocument/didChange", map[string]any{
			"textDocument":   map[string]any{"uri": uri, "version": version},
			"contentChanges": []any{map[string]any{"text": text}},
		})
	}
	c := startLSP(t, library, os.Getpid())
	good := open(c, "good.rb", "ruby", function)
	bad := open(c, "bad.rb", "ruby", abort())
	c.lenses(bad)
	if got := len(c.lenses(good)); got != 1 {
		t.Errorf("%d lenses in another document, want 1", got)
	}
	change(c, bad, 2, function)
	if got := len(c.lenses(bad)); got != 1 {
		t.Errorf("%d lenses once the text is mended, want 1", got)
	}

	// After two failures in a row a text is not tried at once, but it is without
	// another change.
	for i, text := range []string{abort(), abort() + "\n", function} {
		change(c, bad, 3+i, text)
		c.lenses(bad)
	}
	c.until("lenses of the text that was not tried at once", func(m rpc) bool {
		return m.Method == "workspace/codeLens/refresh" && len(c.lenses(bad)) == 1
	})

	open(c, "endless.lua", "lua", endless)
	c.call("shutdown", nil)
	c.notify("exit", nil)
	if err := c.awaitExit(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// TestGrammarFaultsInTerminal holds the same for gloss summarize.
func TestGrammarFaultsInTerminal(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"bad.rb": abort(), "bad.lua": endless, "typed.kt": "val x = 1\n@A"}
	for i := range 10 {
		files[fmt.Sprintf("%c.py", 'a'+i)] = "def f():\n    \"\"\"Say it.\"\"\"\n    g()\n"
	}
	for name, text := range files {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stderr strings.Builder
	summarize := exec.Command("gloss", "summarize", "--no-cache", dir)
	summarize.Stderr = &stderr
	stdout, err := summarize.Output()
	if got := strings.Count(string(stdout), "Say it."); got != 10 || summarize.ProcessState.ExitCode() != exitFailed {
		t.Errorf("%d of 10 functions are summarized: %v", got, err)
	}
	for _, name := range []string{"bad.rb", "bad.lua"} {
		if !strings.Contains(stderr.String(), name) {
			t.Errorf("nothing is said about %s: %s", name, &stderr)
		}
	}
}
