package lsp

import (
	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// snapshot is all that an answer about a document depends on, as it is at one
// moment. Each feature is a function of it. It is for one goroutine.
type snapshot struct {
	*document
	functions []chunker.Chunk // of the text, or those from before at their places in it
	settings  *settings.Settings
	client    *wire.ClientCapabilities
	origin    *origin // of summaries; nil until the settings are known
	hints     bool    // inlay hints are on
	held      bool    // what is unknown waits for a save or a command
	all       []gloss // of the functions, once they are asked for
}

// snapshot takes one of d. It waits a while for d to be cut.
func (s *server) snapshot(d *document) *snapshot {
	snap := &snapshot{document: d, client: &s.client, functions: d.shown()} // before what may change meanwhile
	snap.settings, snap.origin = s.settings(), s.sources.now.Load()
	snap.hints = s.hints(snap.settings)
	_ = s.documents.with(d.uri, func(o *openDocument) { snap.held = o.analysis.held }) // nobody asks about one that is closed
	return snap
}

// hints reports whether hints are on. "auto" has them on for clients without
// code lenses; some do not announce code lenses and yet ask for them.
func (s *server) hints(settings *settings.Settings) bool {
	switch settings.InlayHints {
	case "on":
		return true
	case "auto":
		return !s.client.CodeLens && !s.askedLens.Load()
	}
	return false
}

// glosses returns one gloss for each function, at once.
func (s *snapshot) glosses() []gloss {
	if s.all != nil {
		return s.all
	}
	all := make([]gloss, len(s.functions))
	for i, key := range s.keys(s.origin.from(), s.functions) {
		all[i] = s.gloss(&s.functions[i], key)
	}
	s.past.each(s.document, s.functions, func(i int, last *inference.Summary) {
		g, before := &all[i], *last
		if g.state == fresh && g.summary.Source != inference.SourceDoc {
			*last = g.summary
		}
		if g.state != waiting && g.state != unavailable && g.state != named && !g.passing() {
			return
		}
		was := s.confident(g.chunk, before)
		switch {
		case g.state == named && was.summary.Source == inference.SourceName: // the same, and not outdated
		case before.Text != "" && was.state == fresh:
			g.state, g.summary = stale, was.summary
		case g.state == waiting && s.held:
			g.state = held
		}
	})
	s.all = all
	return all
}

// at returns the gloss of the innermost function around a position, or nil.
func (s *snapshot) at(p wire.Position) *gloss {
	var inner *gloss
	offset, glosses := s.offset(p), s.glosses()
	for i := range glosses {
		if r := glosses[i].chunk.Range; r.Start <= offset && offset <= r.End {
			inner = &glosses[i]
		}
	}
	return inner
}
