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
	*session
	documents *documents
	snapshot  func(*document) *snapshot
	throttle  throttle
}

func newRefresher(s *session, open *documents, take func(*document) *snapshot) *refresher {
	r := &refresher{session: s, documents: open, snapshot: take}
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

// gave notes what the client is given.
func (r *refresher) gave(s *snapshot, in func(*openDocument) *answer, lines []string) {
	more := slices.ContainsFunc(s.glosses(), func(g gloss) bool { return g.state != fresh })
	_ = r.documents.with(s.uri, func(o *openDocument) { // of one that is closed nothing is noted
		*in(o) = answer{true, s.order, lines}
		if more { // may have become known in between
			r.touch(o)
		}
	})
}

// touch has a document's lines compared soon with what the client was given, if
// it ever asked. The caller holds the documents' lock.
func (r *refresher) touch(o *openDocument) {
	r.documents.news.tell()
	if !o.lenses.given && !o.hints.given {
		return
	}
	o.touched = true
	r.throttle.trigger(r.background)
}

func (r *refresher) touchAll() { r.documents.each(r.touch) }

func (r *refresher) run() (told bool) {
	if r.shutDown.Load() {
		return false
	}
	var lenses, hints bool
	for _, d := range r.touched() {
		s := r.snapshot(d)
		lensLines, hintLines := lensLines(s), hintLines(s)
		var newLenses, newHints bool
		_ = r.documents.with(d.uri, func(o *openDocument) { // which may have been closed
			newLenses, newHints = o.lenses.differs(lensLines), o.hints.differs(hintLines)
		})
		lenses, hints = lenses || newLenses, hints || newHints
		if r.client.GlossRefresh && (newLenses || newHints) {
			r.tell("gloss/refresh", r.editor.GlossRefresh(r.ctx, d.uri))
			told = true
		}
	}
	if lenses && r.client.CodeLensRefresh {
		r.tell("workspace/codeLens/refresh", r.editor.RefreshCodeLenses())
		told = true
	}
	if hints && r.client.InlayHintRefresh {
		r.tell("workspace/inlayHint/refresh", r.editor.RefreshInlayHints())
		told = true
	}
	return told
}

func (r *refresher) touched() []*document {
	var documents []*document
	r.documents.each(func(o *openDocument) {
		if o.touched {
			o.touched = false
			documents = append(documents, o.current)
		}
	})
	return documents
}
