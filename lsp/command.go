package lsp

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// The commands of workspace/executeCommand. Each takes one argument, the
// protocol's TextDocumentPositionParams; the position is anywhere in the
// function, and gloss.refreshFile needs none.
const (
	commandShow        = "gloss.showSummary"
	commandRegenerate  = "gloss.regenerate"
	commandInsertDoc   = "gloss.insertDoc"
	commandCopy        = "gloss.copySummary"
	commandRefreshFile = "gloss.refreshFile"
)

// commands say what each does about a function. What they return is
// the answer of the request: the summary's text where there is one.
var commands = map[string]func(s *server, ctx context.Context, snap *snapshot, g *gloss) (any, error){
	commandShow:       (*server).showSummary,
	commandRegenerate: (*server).regenerate,
	commandInsertDoc:  (*server).insertDoc,
	commandCopy:       (*server).copySummary,
}

func commandNames() []string {
	return append(slices.Sorted(maps.Keys(commands)), commandRefreshFile)
}

// ExecuteCommand implements wire.Server.
func (s *server) ExecuteCommand(name string, a wire.CommandArgument) wire.Call[any] {
	d := s.documents.current(a.URI)
	return func(ctx context.Context) (any, error) {
		command, ok := commands[name]
		switch {
		case !ok && name != commandRefreshFile:
			return nil, wire.Failf(wire.CodeInvalidParams, "there is no command %.80q; there are %v", name, commandNames())
		case d == nil:
			return nil, wire.Failf(wire.CodeInvalidParams, `%s needs the argument {"textDocument": {"uri"}, "position"} of an open document; %.200q is not open`, name, a.URI)
		}
		snap := s.snapshot(d)
		if !ok {
			s.refreshFile(snap)
			return nil, nil
		}
		g := snap.at(a.Position)
		if g == nil {
			return nil, wire.Failf(wire.CodeInvalidParams, "%s: no function with a summary at line %d of %s", name, a.Position.Line+1, d.uri)
		}
		return command(s, ctx, snap, g)
	}
}

// text is the answer of a command about g.
func (g *gloss) text() (any, error) {
	switch g.state {
	case fresh, stale, named:
		return g.summary.Text, nil
	case unsure:
		return nil, wire.Failf(wire.CodeRequestFailed, "%s has no summary: the model is too unsure of what it wrote (setting minConfidence)", g.chunk.Name)
	case failed, unavailable:
		return nil, wire.Failf(wire.CodeRequestFailed, "%s has no summary: %s", g.chunk.Name, wire.Brief(g.err.Error()))
	}
	return nil, wire.Failf(wire.CodeRequestFailed, "%s has no summary yet", g.chunk.Name)
}

// showSummary is what pressing a lens does: it says what does not fit on it.
func (s *server) showSummary(ctx context.Context, snap *snapshot, g *gloss) (any, error) {
	g = s.sources.await(ctx, snap, g)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	message := fmt.Sprintf("%s: %s", g.chunk.Name, oneLine(hoverText(g, false)))
	return nil, s.show(ctx, wire.MessageInfo, message)
}

// copySummary answers the text, for the client to put where it likes.
func (s *server) copySummary(_ context.Context, _ *snapshot, g *gloss) (any, error) {
	return g.text()
}

// regenerate has the summary written anew and answers it. Only what would be
// shown takes the place of what is.
func (s *server) regenerate(ctx context.Context, snap *snapshot, g *gloss) (any, error) {
	summaries := s.sources.from()
	if summaries == nil || !legible(g.chunk) {
		return g.text()
	}
	summary, err := summaries.Regenerate(ctx, snap.function(g.chunk), snap.settings.MinConfidence)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, wire.Failf(wire.CodeRequestFailed, "%s has no new summary: %s", g.chunk.Name, wire.Brief(err.Error()))
	case g.state == fresh && g.summary.Source != inference.SourceDoc && summary.Text == g.summary.Text:
		s.tell("window/showMessage", s.show(ctx, wire.MessageInfo, g.chunk.Name+": nothing better came of it"))
	}
	return summary.Text, nil
}

// insertDoc has the client insert the summary as a doc comment.
func (s *server) insertDoc(ctx context.Context, snap *snapshot, g *gloss) (any, error) {
	if _, err := g.text(); err != nil {
		return nil, err
	}
	if !g.insertable() {
		return nil, wire.Failf(wire.CodeRequestFailed, "%s has a doc comment, or its summary is outdated", g.chunk.Name)
	}
	edit, err := insertion(snap.document, g)
	if err != nil {
		return nil, wire.Failf(wire.CodeRequestFailed, "no doc comment can be inserted at %s: %v", g.chunk.Name, err)
	}
	return nil, s.editor.ApplyEdit(ctx, "Insert a doc comment", *edit, s.client.DocumentChanges)
}

// refreshFile summarizes what has no summary, those included that failed. Where
// there is no model it is looked for again, and the user told again.
func (s *server) refreshFile(snap *snapshot) {
	s.background(func() { s.reopen(func(u *origin) bool { return u.err != nil }) })
	if summaries := s.sources.from(); summaries != nil {
		for _, g := range snap.glosses() {
			if g.state != failed && (g.state != stale || g.err == nil) {
				continue
			}
			f := snap.function(g.chunk)
			s.background(func() {
				// The outcome is learned like any other.
				_, _ = summaries.Regenerate(s.ctx, f, 0)
			})
		}
	}
	// Where it has been closed by now there is nothing to do.
	_ = s.documents.with(snap.uri, func(o *openDocument) { s.analyze(o, onCommand) })
}
