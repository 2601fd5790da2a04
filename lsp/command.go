package lsp

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/gloss-lsp/gloss/inference"
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

// commandArgument says what a command is about.
type commandArgument struct {
	uri      string
	position Position
}

// commands say what each does about the function g of d. What they return is
// the answer of the request: the summary's text where there is one.
var commands = map[string]func(s *server, ctx context.Context, d *document, g *gloss) (any, error){
	commandShow:       (*server).showSummary,
	commandRegenerate: (*server).regenerate,
	commandInsertDoc:  (*server).insertDoc,
	commandCopy:       (*server).copySummary,
}

func commandNames() []string {
	return append(slices.Sorted(maps.Keys(commands)), commandRefreshFile)
}

func (s *server) executeCommand(ctx context.Context, name string, d *document, a commandArgument) (any, error) {
	command, ok := commands[name]
	switch {
	case !ok && name != commandRefreshFile:
		return nil, failf(codeInvalidParams, "there is no command %.80q; there are %v", name, commandNames())
	case d == nil:
		return nil, failf(codeInvalidParams, `%s needs the argument {"textDocument": {"uri"}, "position"} of an open document; %.200q is not open`, name, a.uri)
	case name == commandRefreshFile:
		s.refreshFile(d)
		return nil, nil
	}
	g := at(s.glosses(d), d.offset(a.position))
	if g == nil {
		return nil, failf(codeInvalidParams, "%s: no function with a summary at line %d of %s", name, a.position.Line+1, d.uri)
	}
	return command(s, ctx, d, g)
}

// text is the answer of a command about g.
func (g *gloss) text() (any, error) {
	switch g.state {
	case fresh, stale, named:
		return g.summary.Text, nil
	case unsure:
		return nil, failf(codeRequestFailed, "%s has no summary: the model is too unsure of what it wrote (setting minConfidence)", g.chunk.Name)
	case failed, unavailable:
		return nil, failf(codeRequestFailed, "%s has no summary: %s", g.chunk.Name, brief(g.err.Error()))
	}
	return nil, failf(codeRequestFailed, "%s has no summary yet", g.chunk.Name)
}

// showSummary is what pressing a lens does: it says what does not fit on it.
func (s *server) showSummary(ctx context.Context, d *document, g *gloss) (any, error) {
	s.await(ctx, d, g)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	message := fmt.Sprintf("%s: %s", g.chunk.Name, oneLine(hoverText(g, false)))
	return nil, s.show(ctx, messageInfo, message)
}

// copySummary answers the text, for the client to put where it likes.
func (s *server) copySummary(_ context.Context, _ *document, g *gloss) (any, error) {
	return g.text()
}

// regenerate has the summary written anew and answers it. Only what would be
// shown takes the place of what is.
func (s *server) regenerate(ctx context.Context, d *document, g *gloss) (any, error) {
	scheduler := s.scheduler()
	if scheduler == nil || !legible(g.chunk) {
		return g.text()
	}
	settings := s.settings()
	summary, err := scheduler.Regenerate(ctx, d.function(g.chunk), func(summary inference.Summary) bool {
		now := confident(settings, d, g.chunk, summary)
		return now.state == fresh && now.summary.Text == summary.Text
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, failf(codeRequestFailed, "%s has no new summary: %s", g.chunk.Name, brief(err.Error()))
	case g.state == fresh && g.summary.Source != inference.SourceDoc && summary.Text == g.summary.Text:
		s.tell("window/showMessage", s.show(ctx, messageInfo, g.chunk.Name+": nothing better came of it"))
	}
	return summary.Text, nil
}

// insertDoc has the client insert the summary as a doc comment.
func (s *server) insertDoc(ctx context.Context, d *document, g *gloss) (any, error) {
	if _, err := g.text(); err != nil {
		return nil, err
	}
	if !g.insertable() {
		return nil, failf(codeRequestFailed, "%s has a doc comment, or its summary is outdated", g.chunk.Name)
	}
	edit, err := insertion(d, g)
	if err != nil {
		return nil, failf(codeRequestFailed, "no doc comment can be inserted at %s: %v", g.chunk.Name, err)
	}
	return nil, s.editor.applyEdit(ctx, "Insert a doc comment", *edit, s.client.documentChanges)
}

// refreshFile summarizes what has no summary, those included that failed. Where
// there is no model it is looked for again, and the user told again.
func (s *server) refreshFile(d *document) {
	s.background(func() { s.reopen(func(u *summaries) bool { return u.err != nil }) })
	if scheduler := s.scheduler(); scheduler != nil {
		for _, g := range s.glosses(d) {
			if g.state != failed && (g.state != stale || g.err == nil) {
				continue
			}
			f := d.function(g.chunk)
			s.background(func() {
				// The outcome is learned like any other.
				_, _ = scheduler.Regenerate(s.ctx, f, nil)
			})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.documents[d.uri]; o != nil {
		s.analyze(o, onCommand)
	}
}
