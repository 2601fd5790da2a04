package lsp

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// syntax is the syntax tree of one open document. Its versions share it: the
// tree is brought to whichever version is asked for, which costs little where
// the two differ little.
type syntax struct {
	path       string
	language   *chunker.Language // nil where there is nothing to cut
	settings   *inForce          // that it is made for
	options    chunker.Options
	log        *zap.Logger
	again      func(*document, time.Duration) // has it cut once more after so much time
	background func(func())
	ctx        context.Context          // ends with the session
	last       atomic.Pointer[lastText] // that was cut, or whose functions were carried along

	mu     sync.Mutex // held during a parse
	file   *chunker.File
	said   string // the last reason that was logged for cutting nothing
	warned bool   // that a text could not be parsed
	closed bool
}

// lastText is a version of a document and its functions.
type lastText struct {
	order  int
	text   string
	chunks []chunker.Chunk
}

// carried returns the functions at their places in another text.
func (l *lastText) carried(text string) []chunker.Chunk {
	return chunker.Carry(l.chunks, l.text, text)
}

// keepUp is called before d is changed. If d is not cut yet the functions from
// before are carried along, one change at a time: what lies between two changes
// is lost when they are looked at as one.
func (x *syntax) keepUp(d *document) {
	if last := x.last.Load(); last != nil && last.order < d.order {
		x.last.CompareAndSwap(last, &lastText{d.order, d.text, last.carried(d.text)})
	}
}

// keep keeps the functions of a version, unless those of a later one are known.
func (x *syntax) keep(l *lastText) {
	for last := x.last.Load(); last == nil || last.order <= l.order; last = x.last.Load() {
		if x.last.CompareAndSwap(last, l) {
			return
		}
	}
}

// newSyntax decides, once for the time that a document is open, whether and
// how it is cut.
func (s *server) newSyntax(uri, path, languageID string) *syntax {
	settings := s.config.now.Load()
	x := &syntax{path: path, settings: settings, options: settings.ChunkerOptions(s.workers), log: s.log.With(zap.String("uri", uri)), again: s.cutAgain, background: s.background, ctx: s.ctx}
	language := chunker.LanguageByID(languageID)
	switch {
	case !settings.Enable:
	case language == nil:
		x.log.Info("no summaries: the language is unknown", zap.String("language", wire.LogName(languageID)))
	case !settings.Serves(language.ID):
		x.log.Debug("no summaries: the setting gloss.languages leaves the language out", zap.String("language", languageID))
	case settings.exclude.Match(path):
		x.log.Info("no summaries: the setting gloss.exclude names the file")
	case isNotebook(path):
		x.language = language.InCell()
	default:
		x.language = language
	}
	return x
}

// cutAnew gives the open documents a syntax for the settings in force, unless
// theirs would cut alike.
func (s *server) cutAnew() {
	settings := s.config.now.Load()
	s.documents.each(func(o *openDocument) {
		before, anew := o.current.syntax, *o.current
		if cutAlike(before.settings, settings) {
			return
		}
		s.background(before.close)
		anew.syntax = s.newSyntax(anew.uri, anew.path, anew.language)
		if anew.syntax.language != nil { // what was shown is, until it has been cut
			anew.syntax.last.Store(before.last.Load())
		}
		o.current = s.documents.version(anew)
	})
}

func cutAlike(a, b *inForce) bool {
	return a.Enable == b.Enable && a.MinLines == b.MinLines && slices.Equal(a.Kinds, b.Kinds) &&
		slices.Equal(a.Languages, b.Languages) && slices.Equal(a.Exclude, b.Exclude)
}

// isNotebook reports whether a document is one of a notebook's: a cell, as VS Code
// opens each of them, or all cells in one, as JupyterLab does.
func isNotebook(path string) bool { return strings.EqualFold(filepath.Ext(path), ".ipynb") }

// cut returns the chunks of d. It returns none for a document that is passed
// over, and says so in the log. While a text cannot be parsed, its functions are
// those from before, as far as they still stand there.
func (x *syntax) cut(d *document) []chunker.Chunk {
	if x.language == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	reason, skip := chunker.SkipReason(x.path, d.text)
	if skip {
		x.say(reason)
		if last := x.last.Load(); last != nil && last.order <= d.order {
			x.last.CompareAndSwap(last, nil)
		}
		return nil
	}
	chunks, err := x.parse(d.text)
	untried := (*chunker.RetryError)(nil)
	if errors.As(err, &untried) {
		x.again(d, untried.After)
	}
	last := x.last.Load()
	switch {
	case err == nil:
	case last == nil:
		if untried == nil && x.ctx.Err() == nil {
			x.say(err.Error())
		}
		return nil
	default:
		if !x.warned && x.ctx.Err() == nil {
			x.warned = true
			x.log.Warn("the functions of the text before are shown where they still stand, until the text can be parsed", zap.Error(err))
		}
		chunks = last.carried(d.text)
	}
	x.said = ""
	x.keep(&lastText{d.order, d.text, chunks})
	return chunks
}

// say logs why nothing is cut, once until something is, or the reason changes.
func (x *syntax) say(reason string) {
	if reason != x.said {
		x.log.Info("no summaries: " + reason)
	}
	x.said = reason
}

func (x *syntax) parse(text string) ([]chunker.Chunk, error) {
	file := x.file
	if file == nil {
		file = chunker.Open(x.language, x.options)
	}
	if x.closed { // a request is about a version from before
		defer file.Close()
	} else {
		x.file = file
	}
	err := file.Apply(x.ctx, text)
	return file.Chunks(), err
}

// cutAgain has d cut once more after so much time, unless it has changed by then,
// which is another try.
func (s *server) cutAgain(d *document, after time.Duration) {
	time.AfterFunc(after, func() {
		s.documents.mu.Lock()
		defer s.documents.mu.Unlock()
		o := s.documents.open[d.uri]
		if o == nil || o.current != d {
			return
		}
		again := s.documents.version(*d)
		o.current = again
		s.analyze(o, afterPause)
		s.background(func() { // the client knows of no change and will not ask
			again.chunks()
			s.documents.mu.Lock()
			defer s.documents.mu.Unlock()
			s.refresh.touch(o)
		})
	})
}

// close frees the tree. A version that is cut after that is parsed for itself.
func (x *syntax) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	if x.file != nil {
		x.file.Close()
		x.file = nil
	}
}
