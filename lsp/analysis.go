package lsp

import (
	"math"
	"time"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// urgency says when functions that have no summary are worth the model's time.
type urgency int

const (
	afterPause urgency = iota // the user types
	urgently                  // a document was opened or saved
	onCommand                 // the user asked for it
)

// never is a debounce that does not end: what is in the cache is shown, and
// nothing is asked of the model.
const never = time.Duration(math.MaxInt64)

// analysis follows an open document: it cuts the newest version into chunks
// and tells Summaries which are wanted. One runs at a time; those asked
// for meanwhile become one.
type analysis struct {
	running, pending bool
	urgency          urgency // the highest that is pending
	held             bool    // what is unknown waits for a save or a command
	// functions are those of the version that was analyzed last, nil before
	// the first: what each says, by the key of its summary.
	functions map[inference.Key]chunker.Key
}

// analyze has o analyzed soon. The caller holds the lock of s.documents.
func (s *server) analyze(o *openDocument, u urgency) {
	a := &o.analysis
	a.pending = true
	a.urgency = max(a.urgency, u)
	if !a.running {
		a.running = true
		s.background(func() { s.runAnalysis(o) })
	}
}

func (s *server) analyzeAll(u urgency) {
	s.documents.each(func(o *openDocument) { s.analyze(o, u) })
}

func (s *server) runAnalysis(o *openDocument) {
	s.documents.mu.Lock()
	defer s.documents.mu.Unlock()
	defer func() { o.analysis.running = false }()
	for o.analysis.pending && s.documents.isOpen(o) && s.ctx.Err() == nil {
		u := o.analysis.urgency
		o.analysis.pending, o.analysis.urgency = false, afterPause
		s.analyzeOnce(o, o.current, u)
	}
}

// analyzeOnce is called with the lock of s.documents held, which it gives up while
// it parses and reads the cache.
func (s *server) analyzeOnce(o *openDocument, d *document, u urgency) {
	before := o.analysis.functions
	settings := s.settings()
	from := s.sources.from()
	client := o.ask(from)
	after, held := delay(settings, u)
	shown := settings.CodeLens || settings.Symbols || s.hints(settings) // without being asked for one by one
	if !shown && u != onCommand {
		after, held = never, false // hover asks for what it needs
	}
	var functions map[inference.Key]chunker.Key
	s.documents.outside(func() {
		chunks := d.chunks()
		keys := d.keys(from, chunks)
		functions = make(map[inference.Key]chunker.Key, len(chunks))
		texts := make(map[chunker.Key]bool, len(before)) // whatever model they are keyed for
		for _, says := range before {
			texts[says] = true
		}
		wants := make([]inference.Want, 0, len(chunks))
		for i := range chunks {
			c := &chunks[i]
			if functions[keys[i]] = c.Key; showsDoc(settings, c) || !legible(c) {
				continue
			}
			priority := inference.Visible
			if before != nil && !texts[c.Key] {
				priority = inference.Edited
			}
			wants = append(wants, inference.Want{Function: d.function(c), Priority: priority, Key: keys[i]})
		}
		if client != nil {
			client.Update(wants, after)
		}
	})
	if !s.documents.isOpen(o) {
		return
	}
	if o.current.syntax != d.syntax { // cut anew meanwhile, by other settings
		o.analysis.pending, o.analysis.urgency = true, max(o.analysis.urgency, u)
		return
	}
	if from == nil { // nobody has heard of it
		o.analysis.urgency = max(o.analysis.urgency, u)
	}
	o.analysis.functions, o.analysis.held = functions, held
	d.remember(from)
	s.documents.news.tell()
	if o.answered(d) {
		s.refresh.touch(o)
	}
}

// delay returns the debounce of what is unknown, and whether it has to wait for
// something else than time.
func delay(s *settings.Settings, u urgency) (after time.Duration, held bool) {
	switch {
	case u == onCommand:
		return 0, false
	case s.Refresh == "manual", s.Refresh == "onSave" && u == afterPause:
		return never, true
	case u == afterPause:
		return time.Duration(s.Debounce), false
	}
	return 0, false
}

// showsDoc reports whether the doc comment of c is shown in place of a summary.
func showsDoc(s *settings.Settings, c *chunker.Chunk) bool { return s.PreferDocComment && c.Doc != "" }

// function is a chunk of d as a summary is asked for it.
func (d *document) function(c *chunker.Chunk) inference.Function {
	return inference.Function{Language: c.Language, Path: d.path, Container: c.Container, Name: c.Name, Code: c.Text, Sum: c.Key}
}

// keyOf returns the key by which Summaries, or nobody yet, knows f.
func keyOf(from Summaries, f inference.Function) inference.Key {
	if from == nil {
		return f.Key("", nil)
	}
	return from.Key(f)
}

// legible reports whether it is known what c says. It is not where the text
// cannot be parsed just now.
func legible(c *chunker.Chunk) bool { return c.Key != chunker.Key{} }

// learned notes that the outcome of a request has become known.
func (s *server) learned(e inference.Event) {
	from := s.sources.from()
	s.documents.each(func(o *openDocument) {
		says, ok := o.analysis.functions[e.Key]
		if !ok || o.current.syntax.language == nil { // left out by settings since
			return
		}
		if e.Result.Phase == inference.Done {
			o.current.past.learn(e.Result.Summary, func(c *chunker.Chunk) bool {
				return c.Key == says && keyOf(from, o.current.function(c)) == e.Key
			})
		}
		s.refresh.touch(o)
	})
}
