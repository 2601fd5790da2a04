package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

const pyURI = "file:///project/b.py"

const pyText = `@decorator
def outer(a, b):
    total = a + b
    def inner(x):
        y = x + 1
        return y
    return inner(total)


def documented(path):
    """Reads the file. And more."""
    with open(path) as f:
        return f.read()
`

func TestCodeLens(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.open(pyURI, "python", pyText)
	e.settled(pyURI, "Does outer", "Does inner", "Reads the file.")
	lenses := e.lenses(pyURI)
	// On the line of the name, not of the decorator, and from its text on.
	for i, want := range []wire.Range{{Start: wire.Position{Line: 1, Character: 0}, End: wire.Position{Line: 1, Character: 9}}, {Start: wire.Position{Line: 3, Character: 4}, End: wire.Position{Line: 3, Character: 13}}} {
		if lenses[i].Range != want {
			t.Errorf("range %v, want %v", lenses[i].Range, want)
		}
	}
	if slices.Contains(e.summarizer.calls(), "documented") {
		t.Error("a documented function was summarized")
	}
	// Pressing a lens runs a command that this server knows.
	argument, _ := json.Marshal(lenses[0].Command.Arguments)
	e.must("workspace/executeCommand", fmt.Sprintf(`{"command":%q,"arguments":%s}`, lenses[0].Command.Command, argument), nil)
	if m := e.expect("window/showMessage"); !strings.Contains(string(m.Params), "outer: Does outer written by the model fake") {
		t.Errorf("shown: %s", m.Params)
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

// What comes from text is shown as it is. VS Code would make icons of some of it,
// other editors would show what keeps it from that.
func TestLensesHaveNoIcons(t *testing.T) {
	const uri = "file:///project/now.sh"
	const text = "# Prints $(date) and $(sync~spin).\nnow() {\n\techo one\n\techo two\n}\n"
	const plain, broken = "Prints $(date) and $(sync~spin).", "Prints $\u200b(date) and $\u200b(sync~spin)."
	for _, tt := range []struct{ client, capabilities, options, want string }{
		{"Neovim", allCapabilities, `{}`, plain},
		{"Visual Studio Code", allCapabilities, `{}`, broken},
		{"Visual Studio Code - Insiders", allCapabilities, `{}`, broken},
		{"code-server", strings.TrimSuffix(allCapabilities, "}") + `, "experimental": {"labelIcons": true}}`, `{}`, broken},
		{"VSCodium", allCapabilities, `{"experimental": {"labelIcons": true}}`, broken},
	} {
		e := newEditor(t, editorOptions{name: tt.client, capabilities: tt.capabilities, options: tt.options})
		e.open(uri, "shellscript", text)
		if got := e.titles(uri); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s: %q, want %q", tt.client, got, tt.want)
		}
		var copied string
		e.must("workspace/executeCommand", fmt.Sprintf(`{"command":"gloss.copySummary","arguments":[%s]}`, place(uri, 1, 1)), &copied)
		if copied != plain {
			t.Errorf("%s: copied %q", tt.client, copied)
		}
		e.close()
	}
}

// A file's names and comments are anybody's, and in a message VS Code would make
// links of some of them, which run a command.
func TestMessagesHaveNoLinks(t *testing.T) {
	const uri = "file:///project/evil.js"
	const name = `[press](command:evil)`
	const text = "class A {\n\t\"" + name + "\"() {\n\t\tone()\n\t\ttwo()\n\t}\n}\n"
	for _, tt := range []struct{ client, want string }{
		{"Neovim", name},
		{"Visual Studio Code", strings.ReplaceAll(name, "](", "]\u200b(")},
	} {
		e := newEditor(t, editorOptions{name: tt.client, capabilities: allCapabilities})
		e.open(uri, "javascript", text)
		e.must("workspace/executeCommand", fmt.Sprintf(`{"command":"gloss.showSummary","arguments":[%s]}`, place(uri, 1, 3)), nil)
		var shown struct{ Message string }
		if err := json.Unmarshal(e.expect("window/showMessage").Params, &shown); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(shown.Message, tt.want+": ") {
			t.Errorf("%s: %q does not begin with %q", tt.client, shown.Message, tt.want)
		}
		e.ignore("workspace/codeLens/refresh")
		e.close()
	}
}

func TestLensesWhileTyping(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.open(goURI, "go", goText("Alpha", "Beta"))
	e.settled(goURI, "Does Alpha", "Does Beta")
	open := e.summarizer.shut()
	// Into the body of Alpha, byte by byte, with the file broken in between.
	for i, r := range `z := "x` {
		e.edit(goURI, 2+i, 3, 1+i, 1+i, string(r))
		if got := e.titles(goURI); len(got) == 0 || got[0] != "Does Alpha (outdated)" {
			t.Fatalf("after %d keys: %q", i+1, got)
		}
	}
	for i, r := range "\"\n\t" {
		e.edit(goURI, 20+i, 3, 8+i, 8+i, string(r))
	}
	if got := e.titles(goURI); !slices.Equal(got, []string{"Does Alpha (outdated)", "Does Beta"}) {
		t.Fatalf("%q", got)
	}
	open()
	e.settled(goURI, "Does Alpha", "Does Beta")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

func TestEditsElsewhereCostNoInference(t *testing.T) {
	e := newEditor(t, editorOptions{options: `{"debounce": 0}`})
	e.open(goURI, "go", goText("Alpha", "Beta"))
	e.settled(goURI, "Does Alpha", "Does Beta")
	for i := range 20 {
		e.edit(goURI, 2+i, 1, 0, 0, "// a comment\n\n")
		if got := e.titles(goURI); !slices.Equal(got, []string{"Does Alpha", "Does Beta"}) {
			t.Fatalf("%q", got)
		}
	}
	e.save(goURI)
	e.closeDocument(goURI)
	if got := e.titles(goURI); len(got) != 0 {
		t.Errorf("a closed document has lenses: %q", got)
	}
	e.open(goURI, "go", strings.ReplaceAll(goText("Beta", "Alpha"), "\n", "\r\n"))
	e.settled(goURI, "Does Beta", "Does Alpha")
	if got := e.summarizer.calls(); len(got) != 2 {
		t.Errorf("the summarizer was called for %q", got)
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

func TestHover(t *testing.T) {
	for _, tt := range []struct{ formats, kind, text string }{
		{`["markdown", "plaintext"]`, "markdown", "Does Alpha\n\n*written by the model fake*"},
		{`["markdown"]`, "markdown", "Does Alpha\n\n*written by the model fake*"},
		{`["plaintext"]`, "plaintext", "Does Alpha\n\nwritten by the model fake"},
		{`[]`, "plaintext", "Does Alpha\n\nwritten by the model fake"},
	} {
		t.Run(tt.formats, func(t *testing.T) {
			e := newEditor(t, editorOptions{capabilities: `{"textDocument":{"hover":{"contentFormat":` + tt.formats + `}}}`})
			open := e.summarizer.shut()
			e.open(goURI, "go", goText("Alpha"))
			id := e.start("textDocument/hover", place(goURI, 2, 7))
			e.summarizer.called(t, 1)
			open() // the hover waits for a run that is under way
			var h *wireHover
			if err := e.finish(id, &h); err != nil || h == nil {
				t.Fatalf("hover %v, %v", h, err)
			}
			if h.Contents.Kind != tt.kind || h.Contents.Value != tt.text {
				t.Errorf("hover %+v", h.Contents)
			}
			if want := (wire.Range{Start: wire.Position{Line: 2, Character: 5}, End: wire.Position{Line: 2, Character: 10}}); *h.Range != want {
				t.Errorf("range %v, want %v", *h.Range, want)
			}
			for _, p := range []wire.Position{{Line: 2, Character: 0}, {Line: 2, Character: 12}, {Line: 3, Character: 4}, {Line: 0, Character: 0}, {Line: 99, Character: 0}} {
				if h := e.hover(goURI, int(p.Line), int(p.Character)); h != nil {
					t.Errorf("hover at %v beside the name: %+v", p, h)
				}
			}
			if h := e.hover("file:///not/open", 0, 0); h != nil {
				t.Errorf("hover in a document that is not open: %+v", h)
			}
			e.close()
		})
	}
}

func TestHoverWaitsNoLongerThanItMay(t *testing.T) {
	e := newEditor(t, editorOptions{options: `{"hoverWait": 1}`})
	open := e.summarizer.shut()
	defer open()
	e.open(goURI, "go", goText("Alpha"))
	if h := e.hover(goURI, 2, 7); h == nil || h.Contents.Value != "*the summary is being written*" {
		t.Errorf("hover %+v", h)
	}
	e.close()
}

func TestPositionEncodings(t *testing.T) {
	for encoding, character := range map[string]int{"utf-8": 18, "utf-16": 15, "utf-32": 14} {
		t.Run(encoding, func(t *testing.T) {
			e := newEditor(t, editorOptions{
				capabilities: `{"general": {"positionEncodings": ["` + encoding + `"]}}`,
				options:      `{"preferDocComment": false}`,
			})
			e.open(goURI, "go", strings.Replace(goText("Alpha"), "func", "/* é😀 */ func", 1))
			h := e.hover(goURI, 2, character)
			if want := (wire.Range{Start: wire.Position{Line: 2, Character: uint32(character)}, End: wire.Position{Line: 2, Character: uint32(character + 5)}}); h == nil || *h.Range != want {
				t.Fatalf("hover %+v, want the range %v", h, want)
			}
			// An edit there is understood as well: it renames the function.
			e.edit(goURI, 2, 2, character, character+5, "Omega")
			if h := e.hover(goURI, 2, character); h == nil || !strings.Contains(h.Contents.Value, "Omega") {
				t.Errorf("hover after an edit %+v", h)
			}
			e.close()
		})
	}
}

func TestEscapeMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"Plain text, with (parens): fine.": "Plain text, with (parens): fine.",
		"a_b *c* `d` [e](f) <g> &amp; ~h~": "a\\_b \\*c\\* \\`d\\` \\[e\\](f) \\<g\\> \\&amp; \\~h\\~",
		"# no\nheading":                    `\# no heading`,
		"- no list":                        `\- no list`,
		"12. no list":                      `12\. no list`,
		"see https://x.org, www.x.org":     `see https\://x.org, www\.x.org`,
		"me@x.org |$x$| \\ !":              `me\@x.org \|\$x\$\| \\ \!`,
	} {
		if got := escapeMarkdown(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestInlayHints(t *testing.T) {
	hints := func(e *fakeEditor, from, to int) []string {
		var answer []struct {
			Position wire.Position
			Label    string
		}
		e.must("textDocument/inlayHint", fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":{"line":%d,"character":0},"end":{"line":%d,"character":0}}}`, pyURI, from, to), &answer)
		out := []string{}
		for _, h := range answer {
			out = append(out, fmt.Sprintf("%d:%d %s", h.Position.Line, h.Position.Character, h.Label))
		}
		return out
	}
	const hintsOnly = `{"workspace": {"inlayHint": {"refreshSupport": true}}}`
	e := newEditor(t, editorOptions{capabilities: hintsOnly})
	open := e.summarizer.shut()
	e.open(pyURI, "python", pyText)
	e.summarizer.called(t, 1)
	if got := hints(e, 0, 99); !slices.Equal(got, []string{"9:21 Reads the file."}) {
		t.Errorf("hints before there are summaries: %q", got)
	}
	open()
	for len(hints(e, 0, 99)) < 3 {
		e.expect("workspace/inlayHint/refresh")
	}
	if got := hints(e, 0, 3); !slices.Equal(got, []string{"1:16 Does outer", "3:17 Does inner"}) {
		t.Errorf("hints in a range: %q", got)
	}
	// A client that asks for lenses, though it did not announce them, has had
	// its hints.
	e.lenses(pyURI)
	if got := hints(e, 0, 99); len(got) != 0 {
		t.Errorf("hints beside lenses: %q", got)
	}
	e.ignore("workspace/inlayHint/refresh")
	e.close()
}

// TestInlayHintsThatCannotBeRefreshed is Helix, which asks once.
func TestInlayHintsThatCannotBeRefreshed(t *testing.T) {
	e := newEditor(t, editorOptions{capabilities: `{"textDocument": {"inlayHint": {}}}`})
	open := e.summarizer.shut()
	e.open(pyURI, "python", pyText)
	id := e.start("textDocument/inlayHint", fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":{"line":0,"character":0},"end":{"line":99,"character":0}}}`, pyURI))
	e.summarizer.called(t, 1)
	open()
	var hints []struct{ Label string }
	if err := e.finish(id, &hints); err != nil || len(hints) != 3 {
		t.Errorf("hints %v, %v", hints, err)
	}
	// Where nothing is written by itself there is nothing to wait for.
	e.notify("workspace/didChangeConfiguration", `{"settings": {"gloss": {"refresh": "manual"}}}`)
	e.edit(pyURI, 2, 2, 0, 0, "    more = 1\n")
	e.must("textDocument/inlayHint", fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":{"line":0,"character":0},"end":{"line":99,"character":0}}}`, pyURI), &hints)
	if len(hints) != 3 || hints[0].Label != "Does outer (outdated)" {
		t.Errorf("hints of an edited function: %v", hints)
	}
	e.close()
}

func TestDocumentSymbols(t *testing.T) {
	type symbol struct {
		Name, Detail          string
		Kind                  int
		Range, SelectionRange wire.Range
		Children              []symbol
	}
	e := newEditor(t, editorOptions{options: `{"symbols": true}`})
	e.open(pyURI, "python", pyText)
	e.settled(pyURI, "Does outer", "Does inner", "Reads the file.")
	var symbols []symbol
	e.must("textDocument/documentSymbol", identify(pyURI), &symbols)
	if len(symbols) != 2 || len(symbols[0].Children) != 1 {
		t.Fatalf("symbols %+v", symbols)
	}
	outer, inner := symbols[0], symbols[0].Children[0]
	if outer.Name != "outer" || outer.Detail != "Does outer" || outer.Kind != 12 || inner.Name != "inner" ||
		outer.Range.Start != (wire.Position{Line: 0, Character: 0}) || outer.SelectionRange.Start != (wire.Position{Line: 1, Character: 4}) {
		t.Errorf("symbols %+v", symbols)
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

// TestKindsOnRequest is a setting that changes what a file is cut into.
func TestKindsOnRequest(t *testing.T) {
	const uri = "file:///w/adds.test.js"
	e := newEditor(t, editorOptions{})
	e.open(uri, "javascript", "it('adds', () => {\n  sum(1)\n})\nfunction sum(a) {\n  return a\n}\n")
	e.settled(uri, "Does sum")
	e.mu.Lock()
	e.settings = map[string]any{"kinds": []string{"function", "test"}}
	e.mu.Unlock()
	e.notify("workspace/didChangeConfiguration", `{"settings": null}`)
	e.expect("workspace/configuration")
	e.settled(uri, "Does adds", "Does sum")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

type wireAction struct {
	Title   string
	Kind    string
	Command json.RawMessage
	Edit    *struct {
		DocumentChanges []struct {
			TextDocument struct {
				URI     string
				Version int
			}
			Edits []struct {
				Range   wire.Range
				NewText string
			}
		}
		Changes map[string][]struct{ NewText string }
	}
}

func (e *fakeEditor) actions(uri string, line, trigger int, only string) []wireAction {
	e.t.Helper()
	var actions []wireAction
	e.must("textDocument/codeAction", fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":{"line":%d,"character":1},"end":{"line":%d,"character":1}},
		"context":{"diagnostics":[],"triggerKind":%d,"only":%s}}`, uri, line, line, trigger, only), &actions)
	return actions
}

func titles(actions []wireAction) string {
	var all []string
	for _, a := range actions {
		all = append(all, a.Title)
	}
	return strings.Join(all, "; ")
}

func TestCodeActions(t *testing.T) {
	const insert, copied, anew = "Insert the summary as a doc comment", "Copy the summary", "Write the summary anew"
	e := newEditor(t, editorOptions{})
	e.open(goURI, "go", goText("Alpha"))
	e.open(pyURI, "python", pyText)
	e.settled(goURI, "Does Alpha")
	e.settled(pyURI, "Does outer", "Does inner", "Reads the file.")
	for _, tt := range []struct {
		uri           string
		line, trigger int
		only, want    string
	}{
		{goURI, 3, 1, "null", strings.Join([]string{insert, copied, anew}, "; ")},
		{goURI, 3, 2, "null", ""}, // a light bulb on every line is a nuisance
		{goURI, 2, 2, "null", strings.Join([]string{insert, copied, anew}, "; ")},
		{goURI, 0, 1, "null", ""},
		{goURI, 3, 1, `["refactor"]`, insert},
		{goURI, 3, 1, `["source"]`, copied + "; " + anew},
		{goURI, 3, 1, `["quickfix"]`, ""},
		{pyURI, 10, 1, "null", copied + "; " + anew}, // documented already
	} {
		if got := titles(e.actions(tt.uri, tt.line, tt.trigger, tt.only)); got != tt.want {
			t.Errorf("actions at line %d of %s: %q, want %q", tt.line, tt.uri, got, tt.want)
		}
	}
	change := e.actions(goURI, 3, 1, "null")[0].Edit.DocumentChanges[0]
	if change.TextDocument.Version != 1 || change.TextDocument.URI != goURI || len(change.Edits) != 1 ||
		change.Edits[0].Range.Start != (wire.Position{Line: 2, Character: 0}) || !strings.HasPrefix(change.Edits[0].NewText, "// Alpha") {
		t.Errorf("edit %+v", change)
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

// A client from before code action literals and versioned edits.
func TestCodeActionsOfOldClients(t *testing.T) {
	e := newEditor(t, editorOptions{capabilities: plainCapabilities})
	e.open(goURI, "go", goText("Alpha"))
	for e.hover(goURI, 2, 7).Contents.Value == "the summary is being written" {
		t.Log("waiting")
	}
	actions := e.actions(goURI, 3, 1, "null")
	if len(actions) != 3 || string(actions[0].Command) != `"gloss.insertDoc"` || actions[0].Edit != nil {
		t.Fatalf("actions %+v", actions)
	}
	e.must("workspace/executeCommand", fmt.Sprintf(`{"command":"gloss.insertDoc","arguments":[{"textDocument":{"uri":%q},"position":{"line":3,"character":0}}]}`, goURI), nil)
	m := e.expect("workspace/applyEdit")
	if !strings.Contains(string(m.Params), `"changes":{"`+goURI+`":[`) || !strings.Contains(string(m.Params), "// Alpha") {
		t.Errorf("applied %s", m.Params)
	}
	e.close()
}

func TestCommands(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.open(goURI, "go", goText("Alpha", "Beta"))
	e.settled(goURI, "Does Alpha", "Does Beta")
	run := func(command, argument string, result any) error {
		return e.request("workspace/executeCommand", fmt.Sprintf(`{"command":%q,"arguments":[%s]}`, command, argument), result)
	}
	function := place(goURI, 8, 2)

	var text string
	if err := run("gloss.copySummary", function, &text); err != nil || text != "Does Beta" {
		t.Errorf("copied %q, %v", text, err)
	}
	if err := run("gloss.regenerate", function, &text); err != nil || text != "Does Beta differently" {
		t.Errorf("regenerated %q, %v", text, err)
	}
	if got := e.summarizer.calls(); len(got) != 3 || got[2] != "Beta" {
		t.Errorf("calls %q", got)
	}
	for _, tt := range []struct{ command, argument, want string }{
		{"gloss.nonsense", function, "there is no command"},
		{"gloss.regenerate", `{"textDocument":{"uri":"file:///other"}}`, "is not open"},
		{"gloss.regenerate", `7`, "must be {"},
		{"gloss.regenerate", identify(goURI), "no function with a summary at line 1"},
	} {
		if err := run(tt.command, tt.argument, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %s: %v, want %q", tt.command, tt.argument, err, tt.want)
		}
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

func TestWriteAnew(t *testing.T) {
	clicks := make(chan struct{}, 100)
	e := newEditor(t, editorOptions{serve: func(o *Options) {
		open := o.OpenSummaries
		o.OpenSummaries = func(ctx context.Context, s settings.Settings, warn func(error)) (Summaries, error) {
			summaries, err := open(ctx, s, warn)
			return clicked{summaries, clicks}, err
		}
	}})
	e.open(goURI, "go", goText("Alpha"))
	e.settled(goURI, "Does Alpha")
	anew := fmt.Sprintf(`{"command":"gloss.regenerate","arguments":[%s]}`, place(goURI, 2, 6))

	// A second click joins the first. The summary that is known stays meanwhile.
	open := e.summarizer.shut()
	first := e.start("workspace/executeCommand", anew)
	e.summarizer.called(t, 2)
	second := e.start("workspace/executeCommand", anew)
	<-clicks
	<-clicks // the second is there before the first is answered
	if got := e.titles(goURI); !slices.Equal(got, []string{"Does Alpha"}) {
		t.Errorf("while another is written: %q", got)
	}
	open()
	for _, id := range []string{first, second} {
		var text string
		if err := e.finish(id, &text); err != nil || text != "Does Alpha differently" {
			t.Errorf("%q, %v", text, err)
		}
	}
	e.settled(goURI, "Does Alpha differently")

	// Nothing but a summary that would be shown takes its place.
	for _, err := range []error{errors.New("it took longer than 5s"), inference.ErrNoSummary} {
		e.summarizer.fail(err)
		if got := e.request("workspace/executeCommand", anew, nil); code(got) != wire.CodeRequestFailed || !strings.Contains(got.Error(), err.Error()) {
			t.Errorf("%v, want %v", got, err)
		}
	}
	e.summarizer.set(func(f *fakeSummarizer) { f.err, f.sure, f.stubborn = nil, 0.01, true })
	if err := e.request("workspace/executeCommand", anew, nil); code(err) != wire.CodeRequestFailed || !strings.Contains(err.Error(), "too unsure") {
		t.Errorf("%v", err)
	}
	if got := e.titles(goURI); !slices.Equal(got, []string{"Does Alpha differently"}) {
		t.Errorf("after failures: %q", got)
	}

	// A model that knows no other text says so.
	e.summarizer.set(func(f *fakeSummarizer) { f.sure = 0 })
	e.must("workspace/executeCommand", anew, nil)
	e.settled(goURI, "Does Alpha")
	e.must("workspace/executeCommand", anew, nil)
	if m := e.expect("window/showMessage"); !strings.Contains(string(m.Params), "Alpha: nothing better came of it") {
		t.Errorf("shown: %s", m.Params)
	}
	if n := len(e.summarizer.calls()); n != 7 {
		t.Errorf("%d calls", n)
	}
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

// clicked tells of each call of Regenerate.
type clicked struct {
	Summaries
	clicks chan<- struct{}
}

func (c clicked) Regenerate(ctx context.Context, f inference.Function, minConfidence float64) (inference.Summary, error) {
	c.clicks <- struct{}{}
	return c.Summaries.Regenerate(ctx, f, minConfidence)
}

// What the model could not do this time it may well do the next.
func TestPassingFailures(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.open(goURI, "go", goText("Alpha", "Beta"))
	e.settled(goURI, "Does Alpha", "Does Beta")
	e.summarizer.fail(errors.New("the model took longer than 5s"))
	e.edit(goURI, 2, 3, 1, 1, "z := 1\n\t")
	e.edit(goURI, 3, 2, 5, 10, "Gamma")
	e.save(goURI)
	for h := e.hover(goURI, 2, 7); !strings.Contains(h.Contents.Value, "longer than 5s"); h = e.hover(goURI, 2, 7) {
		t.Log("waiting")
	}
	e.edit(goURI, 4, 9, 1, 1, "z := 1\n\t")
	e.save(goURI)
	e.settled(goURI, "no summary", "Does Beta (outdated)")
	e.summarizer.fail(nil)
	for line, want := range map[int]string{2: "Does Gamma", 8: "Does Beta"} { // to hover is to ask
		if h := e.hover(goURI, line, 7); !strings.Contains(h.Contents.Value, want+"\n") {
			t.Errorf("hover %+v, want %q", h, want)
		}
	}
	e.settled(goURI, "Does Gamma", "Does Beta")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

func TestFailuresAreShown(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.summarizer.fail(fmt.Errorf("%w: it repeats itself", inference.ErrNoSummary))
	e.open(goURI, "go", goText("Alpha"))
	e.settled(goURI, "no summary")
	if h := e.hover(goURI, 2, 7); !strings.Contains(h.Contents.Value, "it repeats itself") {
		t.Errorf("hover %+v", h)
	}
	e.summarizer.fail(nil)
	e.must("workspace/executeCommand", fmt.Sprintf(`{"command":"gloss.refreshFile","arguments":[%s]}`, identify(goURI)), nil)
	e.settled(goURI, "Does Alpha differently")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

// What the model is unsure of gives way to what the name says, and where that is
// nothing the lens stays, quietly, and the hover says why.
func TestMinConfidence(t *testing.T) {
	e := newEditor(t, editorOptions{})
	e.summarizer.sure = settings.Default().MinConfidence - 0.01
	e.open(goURI, "go", goText("LoadUsers", "X"))
	e.settled(goURI, "Loads users.", "–")
	if h := e.hover(goURI, 7, 5); !strings.Contains(h.Contents.Value, "minConfidence") || strings.Contains(h.Contents.Value, "Does X") {
		t.Errorf("hover %+v", h)
	}
	if h := e.hover(goURI, 2, 7); !strings.Contains(h.Contents.Value, "derived from the name") {
		t.Errorf("hover %+v", h)
	}
	// It does not come back as the last good summary when the functions change.
	open := e.summarizer.shut()
	e.edit(goURI, 2, 3, 1, 1, "z := 1\n\t")
	e.edit(goURI, 3, 9, 1, 1, "z := 1\n\t")
	if got := e.titles(goURI); !slices.Equal(got, []string{"Loads users. (outdated)", "…"}) {
		t.Errorf("%q", got)
	}
	open()
	e.settled(goURI, "Loads users.", "–")
	e.ignore("workspace/codeLens/refresh")
	e.close()
}

// What the model is sure enough of, and what nothing is known about, is shown.
func TestConfident(t *testing.T) {
	settings := settings.Default()
	for sure, want := range map[float64]glossState{0: fresh, settings.MinConfidence: fresh, settings.MinConfidence / 2: unsure} {
		c := &chunker.Chunk{Name: "x"}
		p := &snapshot{settings: &settings, document: &document{}}
		if g := p.confident(c, inference.Summary{Text: "Does x.", Source: inference.SourceModel, Confidence: sure}); g.state != want {
			t.Errorf("a confidence of %g: state %d, want %d", sure, g.state, want)
		}
	}
}

func TestWithoutModel(t *testing.T) {
	unavailable := fmt.Errorf("%w: no library; run make", inference.ErrUnavailable)
	for name, o := range map[string]editorOptions{
		"found at the first summary": {},
		"found at the start": {serve: func(o *Options) {
			o.OpenSummaries = func(context.Context, settings.Settings, func(error)) (Summaries, error) {
				return nil, errors.New("no library; run make")
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEditor(t, o)
			e.summarizer.fail(unavailable)
			e.open(goURI, "go", goText("LoadUsers", "X"))
			e.settled(goURI, "Loads users.", "–")
			if m := e.expect("window/showMessage"); !strings.Contains(string(m.Params), "no library; run make") {
				t.Errorf("shown: %s", m.Params)
			}
			for _, want := range []string{"Loads users", "derived from the name", "no library; run make"} {
				if h := e.hover(goURI, 2, 7); !strings.Contains(h.Contents.Value, want) {
					t.Errorf("hover %+v, want %q in it", h, want)
				}
			}
			e.ignore("workspace/codeLens/refresh", "window/logMessage")
			e.close() // with no second complaint unread
		})
	}
}
