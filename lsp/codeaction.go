package lsp

import "github.com/gloss-lsp/gloss/lsp/wire"

// The kinds of our code actions.
const (
	insertKind = "refactor.rewrite"
	sourceKind = "source.gloss"
)

// codeActions offer what can be done about the function around the start of
// the selection. For a request that the user did not make, which shows a light
// bulb in some editors, that is so on the function's first line only.
func codeActions(s *snapshot, selection wire.Range, automatic bool) []wire.CodeAction {
	if !s.settings.CodeActions {
		return nil
	}
	g := s.at(selection.Start)
	if g == nil {
		return nil
	}
	name := s.position(g.chunk.NameRange.Start)
	if automatic && selection.Start.Line != name.Line {
		return nil
	}
	action := func(kind, title, command string) wire.CodeAction {
		return wire.CodeAction{Kind: kind, Command: wire.Command{Title: title, Name: command, Argument: wire.CommandArgument{URI: s.uri, Position: name}}}
	}
	var actions []wire.CodeAction
	if g.insertable() {
		if edit, err := insertion(s.document, g); err == nil {
			insert := action(insertKind, "Insert the summary as a doc comment", commandInsertDoc)
			insert.Edit = edit
			actions = append(actions, insert)
		}
	}
	if g.shown() {
		actions = append(actions, action(sourceKind, "Copy the summary", commandCopy))
	}
	return append(actions, action(sourceKind, "Write the summary anew", commandRegenerate))
}

// insertable is true where there is a summary and no doc comment yet.
func (g *gloss) insertable() bool {
	return (g.state == fresh || g.state == named) && g.chunk.Doc == ""
}

// insertion is the edit that puts the summary over, or into, the function.
func insertion(d *document, g *gloss) (*wire.WorkspaceEdit, error) {
	offset, text, err := d.syntax.language.DocComment(*g.chunk, g.summary.Text, d.text)
	if err != nil {
		return nil, err
	}
	return &wire.WorkspaceEdit{
		URI:     d.uri,
		Version: d.version,
		Edits:   []wire.TextEdit{{Range: d.span(offset, offset), NewText: text}},
	}, nil
}
