package lsp

import (
	"context"
	"strings"
	"sync"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
)

// syntax is the syntax tree of one open document. Its versions share it: the
// tree is brought to whichever version is asked for, which costs little where
// the two differ little.
type syntax struct {
	path     string
	language *chunker.Language // nil where there is nothing to cut
	options  chunker.Options
	log      *zap.Logger

	mu     sync.Mutex
	file   *chunker.File
	judged bool
	head   string // of the text that was judged
	skip   string // why it is passed over, or ""
	said   string // the last reason that was logged for cutting nothing
	closed bool
}

// newSyntax decides, once for the time that a document is open, whether and
// how it is cut.
func (s *server) newSyntax(uri, path, languageID string) *syntax {
	settings := s.settings()
	x := &syntax{path: path, options: settings.chunkerOptions(s.workers), log: s.log.With(zap.String("uri", uri))}
	language := chunker.LanguageByID(languageID)
	switch {
	case !settings.Enable:
	case language == nil:
		x.log.Info("no summaries: the language is unknown", zap.String("language", logName(languageID)))
	case !settings.serves(language.ID):
		x.log.Debug("no summaries: the setting gloss.languages leaves the language out", zap.String("language", languageID))
	case s.config.excludes(path):
		x.log.Info("no summaries: the setting gloss.exclude names the file")
	default:
		x.language = language
	}
	return x
}

// cut returns the chunks of text. It returns none for a document that is
// passed over, and says so in the log.
func (x *syntax) cut(text string) []chunker.Chunk {
	if x.language == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil
	}
	reason := x.skipReason(text)
	if reason == "" {
		if err := x.parse(text); err != nil {
			reason = err.Error()
		}
	}
	if reason != "" && x.said != reason {
		x.log.Info("no summaries: " + reason)
	}
	x.said = reason
	if reason != "" {
		return nil
	}
	return x.file.Chunks()
}

// headBytes is where a file says that it was generated.
const headBytes = 2 << 10

// skipReason says why text is passed over, or "". What that is decided by
// takes longer to read than an edit to apply, so it is decided again only when
// the text begins differently.
func (x *syntax) skipReason(text string) string {
	head := text[:min(len(text), headBytes)]
	if !x.judged || head != x.head {
		x.judged, x.head = true, strings.Clone(head)
		x.skip, _ = chunker.SkipReason(x.path, text)
	}
	return x.skip
}

func (x *syntax) parse(text string) error {
	if x.file != nil {
		return x.file.Apply(context.Background(), text)
	}
	file, err := chunker.Parse(context.Background(), x.language, text, x.options)
	if err != nil {
		return err
	}
	x.file = file
	return nil
}

// close frees the tree. Versions that have not been cut have no chunks then.
func (x *syntax) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	if x.file != nil {
		x.file.Close()
		x.file = nil
	}
}
