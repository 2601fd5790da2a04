package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/gloss-lsp/gloss/chunker"
)

func isTrue(b *bool) bool { return b != nil && *b }

func toRange(r protocol.Range) Range { return Range{Position(r.Start), Position(r.End)} }

func fromRange(r Range) protocol.Range {
	return protocol.Range{Start: protocol.Position(r.Start), End: protocol.Position(r.End)}
}

// toClient reads what initialize says about the client.
func toClient(p *protocol.InitializeParams) clientCapabilities {
	c := clientCapabilities{
		name:     p.ClientInfo.Name,
		encoding: utf16Encoding,
		options:  p.InitializationOptions,
	}
	c.version, _ = p.ClientInfo.Version.Get()
	if p.ProcessID != nil {
		c.processID = int(*p.ProcessID)
	}
	if g := p.Capabilities.General; g != nil {
		var offered []string
		for _, e := range g.PositionEncodings {
			offered = append(offered, string(e))
		}
		c.encoding = negotiateEncoding(offered)
	}
	if w := p.Capabilities.Workspace; w != nil {
		c.configuration = isTrue(w.Configuration)
		c.registerConfiguration = w.DidChangeConfiguration != nil && isTrue(w.DidChangeConfiguration.DynamicRegistration)
		c.documentChanges = w.WorkspaceEdit != nil && isTrue(w.WorkspaceEdit.DocumentChanges)
		c.codeLensRefresh = w.CodeLens != nil && isTrue(w.CodeLens.RefreshSupport)
		c.inlayHintRefresh = w.InlayHint != nil && isTrue(w.InlayHint.RefreshSupport)
	}
	if t := p.Capabilities.TextDocument; t != nil {
		c.codeLens = t.CodeLens != nil
		c.markdownHover = t.Hover != nil && len(t.Hover.ContentFormat) > 0 && slices.Contains(t.Hover.ContentFormat, protocol.MarkupKindMarkdown)
		c.codeActionLiterals = t.CodeAction != nil && t.CodeAction.CodeActionLiteralSupport.CodeActionKind.ValueSet != nil
	}
	if w := p.Capabilities.Window; w != nil {
		c.workDoneProgress = isTrue(w.WorkDoneProgress)
		c.messageActions = w.ShowMessage != nil
	}
	wishes := experimental(p.Capabilities.Experimental, p.InitializationOptions)
	c.glossRefresh, c.glossStatus = wishes.GlossRefresh, wishes.GlossStatus
	// Its forks have other names; with our extension they say it themselves.
	c.labelIcons = wishes.LabelIcons || strings.HasPrefix(c.name, "Visual Studio Code")
	return c
}

// experimentalCapabilities are those of ours.
type experimentalCapabilities struct {
	GlossRefresh bool `json:"glossRefresh"`
	GlossStatus  bool `json:"glossStatus"`
	LabelIcons   bool `json:"labelIcons"`
}

// experimental reads what a client says of itself to us, in
// capabilities.experimental or, where its library leaves no way to set that, in
// initializationOptions.experimental.
func experimental(capabilities, options []byte) experimentalCapabilities {
	var both struct {
		Experimental experimentalCapabilities `json:"experimental"`
	}
	// Anything else in there is none of our business, also if it is malformed.
	_ = json.Unmarshal(options, &both)
	_ = json.Unmarshal(capabilities, &both.Experimental)
	return both.Experimental
}

func fromCapabilities(c serverCapabilities, version string) *protocol.InitializeResult {
	yes, no := true, false
	incremental := protocol.TextDocumentSyncKindIncremental
	return &protocol.InitializeResult{
		Capabilities: protocol.ServerCapabilities{
			PositionEncoding: protocol.PositionEncodingKind(c.encoding),
			TextDocumentSync: &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &incremental, Save: protocol.Boolean(true)},
			// Static, because some clients that announce no code lenses ask
			// for them; without resolve, because lenses are complete.
			CodeLensProvider:       &protocol.CodeLensOptions{ResolveProvider: &no},
			HoverProvider:          protocol.Boolean(true),
			InlayHintProvider:      protocol.Boolean(true),
			DocumentSymbolProvider: protocol.Boolean(c.symbols),
			CodeActionProvider:     &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{insertKind, sourceKind}},
			ExecuteCommandProvider: protocol.ExecuteCommandOptions{Commands: commandNames()},
		},
		ServerInfo: protocol.ServerInfo{Name: "gloss", Version: protocol.NewOptional(version)},
	}
}

func fromArgument(a commandArgument) protocol.TextDocumentPositionParams {
	return protocol.TextDocumentPositionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: uri.URI(a.uri)},
		Position:     protocol.Position(a.position),
	}
}

func fromCommand(c Command) (protocol.Command, error) {
	argument := fromArgument(c.Argument)
	raw, err := protocol.Marshal(&argument)
	if err != nil {
		return protocol.Command{}, fmt.Errorf("encode the argument of %s: %w", c.Name, err)
	}
	return protocol.Command{Title: c.Title, Command: c.Name, Arguments: []protocol.LSPAny{raw}}, nil
}

// fromCodeLenses encodes protocol.CodeLens, part by part: a long document has
// hundreds, after every edit, and protocol goes through the arguments of a
// command by reflection, which takes more time than all the rest.
func fromCodeLenses(lenses []codeLens) (any, error) {
	var ( // one of each for all lenses, as they escape
		r           protocol.Range
		title, name protocol.String
		argument    protocol.TextDocumentPositionParams
	)
	return array(lenses, func(b []byte, l *codeLens) ([]byte, error) {
		r, title, name, argument = fromRange(l.rng), protocol.String(l.command.Title), protocol.String(l.command.Name), fromArgument(l.command.Argument)
		b, err1 := protocol.AppendMarshal(append(b, `{"range":`...), &r)
		b, err2 := protocol.AppendMarshal(append(b, `,"command":{"title":`...), &title)
		b, err3 := protocol.AppendMarshal(append(b, `,"command":`...), &name)
		b, err4 := protocol.AppendMarshal(append(b, `,"arguments":[`...), &argument)
		return append(b, `]}}`...), errors.Join(err1, err2, err3, err4)
	})
}

// array encodes a slice with what appends one element.
func array[T any](items []T, element func([]byte, *T) ([]byte, error)) (jsonrpc2.RawMessage, error) {
	const usual = 256 // bytes of an element
	b := make([]byte, 1, 2+usual*len(items))
	b[0] = '['
	for i := range items {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = element(b, &items[i]); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func fromHover(h *hover) any {
	if h == nil {
		return nil
	}
	kind := protocol.MarkupKindPlainText
	if h.markdown {
		kind = protocol.MarkupKindMarkdown
	}
	r := fromRange(h.rng)
	return &protocol.Hover{Contents: &protocol.MarkupContent{Kind: kind, Value: h.text}, Range: &r}
}

func fromInlayHints(hints []inlayHint) (any, error) {
	padding := true
	return array(hints, func(b []byte, h *inlayHint) ([]byte, error) {
		return protocol.AppendMarshal(b, &protocol.InlayHint{Position: protocol.Position(h.position), Label: protocol.String(h.label), PaddingLeft: &padding})
	})
}

var symbolKinds = map[chunker.Kind]protocol.SymbolKind{
	chunker.Function:    protocol.SymbolKindFunction,
	chunker.Method:      protocol.SymbolKindMethod,
	chunker.Constructor: protocol.SymbolKindConstructor,
	chunker.Type:        protocol.SymbolKindClass,
	chunker.Test:        protocol.SymbolKindFunction,
}

func fromSymbols(symbols []symbol) []protocol.DocumentSymbol {
	out := make([]protocol.DocumentSymbol, len(symbols))
	for i, s := range symbols {
		out[i] = protocol.DocumentSymbol{
			Name:           s.name,
			Detail:         &s.detail,
			Kind:           symbolKinds[s.kind],
			Range:          fromRange(s.rng),
			SelectionRange: fromRange(s.selection),
		}
		if len(s.children) > 0 {
			out[i].Children = fromSymbols(s.children)
		}
	}
	return out
}

// fromWorkspaceEdit names the version that the edit is for, where the client
// understands that, so that it is refused for any other.
func fromWorkspaceEdit(e WorkspaceEdit, documentChanges bool) protocol.WorkspaceEdit {
	u := uri.URI(e.URI)
	if !documentChanges {
		var edits []protocol.TextEdit
		for _, t := range e.Edits {
			edits = append(edits, protocol.TextEdit{Range: fromRange(t.Range), NewText: t.NewText})
		}
		return protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{u: edits}}
	}
	var edits []protocol.TextDocumentEditElement
	for _, t := range e.Edits {
		edits = append(edits, &protocol.TextEdit{Range: fromRange(t.Range), NewText: t.NewText})
	}
	return protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{&protocol.TextDocumentEdit{
		TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{
			TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: u},
			Version:                &e.Version,
		},
		Edits: edits,
	}}}
}

// fromCodeActions keeps the kinds that the client wants. A client from before
// code action literals gets commands.
func fromCodeActions(actions []codeAction, only []protocol.CodeActionKind, c clientCapabilities) ([]protocol.CommandOrCodeAction, error) {
	out := []protocol.CommandOrCodeAction{}
	for _, a := range actions {
		kind := protocol.CodeActionKind(a.kind)
		if len(only) > 0 && !slices.ContainsFunc(only, func(o protocol.CodeActionKind) bool { return includes(o, kind) }) {
			continue
		}
		command, err := fromCommand(a.command)
		if err != nil {
			return nil, err
		}
		switch {
		case !c.codeActionLiterals:
			out = append(out, &command)
		case a.edit != nil:
			edit := fromWorkspaceEdit(*a.edit, c.documentChanges)
			out = append(out, &protocol.CodeAction{Title: a.command.Title, Kind: &kind, Edit: &edit})
		default:
			out = append(out, &protocol.CodeAction{Title: a.command.Title, Kind: &kind, Command: command})
		}
	}
	return out, nil
}

// includes reports whether kind is wanted or a sub-kind of it.
func includes(wanted, kind protocol.CodeActionKind) bool {
	return wanted == "" || kind == wanted || strings.HasPrefix(string(kind), string(wanted)+".")
}
