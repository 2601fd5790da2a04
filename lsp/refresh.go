package lsp

import (
	"slices"
	"time"
)

// refreshInterval is the least time between two requests to refresh.
const refreshInterval = time.Second

// refresher asks the client to request lenses and hints again, when it would
// see another text than it was last given, and not more often than it likes.
type refresher struct {
	server   *server
	throttle throttle
}

func newRefresher(s *server) *refresher {
	r := &refresher{server: s}
	r.throttle = throttle{interval: refreshInterval, run: r.run}
	return r
}

// answer is what the client was given for a version of a document.
type answer struct {
	given bool
	order int // of the version
	lines []string
}

// differs reports whether lines would be news to the client. One that never
// asked gets no news.
func (a *answer) differs(lines []string) bool { return a.given && !slices.Equal(a.lines, lines) }

// answered reports whether the client has asked about d. Until it does it needs
// no refresh: clients ask again after every change.
func (o *openDocument) answered(d *document) bool {
	return o.lenses.given && o.lenses.order == d.order || o.hints.given && o.hints.order == d.order
}

// gave notes what the client is given about d.
func (s *server) gave(d *document, in func(*openDocument) *answer, lines []string, glosses []gloss) {
	if d == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.documents[d.uri]
	if o == nil {
		return
	}
	*in(o) = answer{true, d.order, lines}
	if slices.ContainsFunc(glosses, func(g gloss) bool { return g.state != fresh }) {
		s.refresh.touch(o) // more may have become known in between
	}
}

// touch has a document's lines compared soon with what the client was given, if
// it ever asked. The caller holds s.mu.
func (r *refresher) touch(o *openDocument) {
	r.server.news.tell()
	if !o.lenses.given && !o.hints.given {
		return
	}
	o.touched = true
	r.throttle.trigger(r.server.background)
}

func (r *refresher) touchAll() {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	for _, o := range r.server.documents {
		r.touch(o)
	}
}

func (r *refresher) run() (told bool) {
	s := r.server
	if s.shutDown.Load() {
		return false
	}
	var lenses, hints bool
	for _, d := range r.touched() {
		glosses := s.glosses(d)
		lensLines, hintLines := s.lensLines(glosses), s.hintLines(glosses)
		s.mu.Lock()
		o := s.documents[d.uri]
		newLenses := o != nil && o.lenses.differs(lensLines)
		newHints := o != nil && o.hints.differs(hintLines)
		s.mu.Unlock()
		lenses, hints = lenses || newLenses, hints || newHints
		if s.client.GlossRefresh && (newLenses || newHints) {
			s.tell("gloss/refresh", s.editor.GlossRefresh(s.ctx, d.uri))
			told = true
		}
	}
	if lenses && s.client.CodeLensRefresh {
		s.tell("workspace/codeLens/refresh", s.editor.RefreshCodeLenses())
		told = true
	}
	if hints && s.client.InlayHintRefresh {
		s.tell("workspace/inlayHint/refresh", s.editor.RefreshInlayHints())
		told = true
	}
	return told
}

func (r *refresher) touched() []*document {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	var documents []*document
	for _, o := range s.documents {
		if o.touched {
			o.touched = false
			documents = append(documents, o.current)
		}
	}
	return documents
}
