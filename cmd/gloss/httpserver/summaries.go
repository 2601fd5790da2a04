package httpserver

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/cmd/gloss/record"
	"github.com/gloss-lsp/gloss/inference"
)

// line is one of an answer: what is known of the function with that index.
type line struct {
	Index int `json:"index"`
	record.Record
}

// item is one function of a request.
type item struct {
	function inference.Function
	doc      string
	line     record.Record
	cut      bool // as a file's functions are; else that is to be done
}

// window is how many functions of a request wait for the model at a time. As many
// requests as are answered at a time fit into the Scheduler's queue so.
const window = 8

// summaries answers POST /v1/summaries.
func (s *Server) summaries(w http.ResponseWriter, r *http.Request) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		s.metrics.failed("full")
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "%d requests are answered already; try again in a moment", s.options.Limits.Requests)
		return
	}
	if !s.ready.Load() {
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "the model is not loaded yet, or the server is about to end")
		return
	}
	control := http.NewResponseController(w)
	q, err := s.read(w, r)
	if err == nil {
		_ = control.SetReadDeadline(time.Time{}) // or it would end what takes longer
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.options.Limits.Time)
	defer cancel()
	var items []*item
	if err == nil {
		_ = control.SetWriteDeadline(time.Now().Add(s.options.Limits.Time + s.options.Limits.Write)) // cutting may wait its turn
		items, err = s.items(ctx, q)
	}
	var no *refusal
	switch {
	case errors.As(err, &no):
		refuse(w, no.status, "%s", no.detail)
		return
	case err != nil:
		s.metrics.failed(kindOf(err))
		refuse(w, http.StatusUnprocessableEntity, "the text cannot be cut: %v", err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Cache-Control", "no-store")
	h.Set("Gloss-Functions", strconv.Itoa(len(items)))
	w.WriteHeader(http.StatusOK)
	for l := range s.answer(ctx, items) {
		if err != nil {
			continue
		}
		// Who does not read is left after a while, and the work with it.
		_ = control.SetWriteDeadline(time.Now().Add(s.options.Limits.Write))
		if err = write(w, l); err == nil {
			err = control.Flush()
		}
		if err != nil {
			cancel()
			s.metrics.failed("unread")
		}
	}
}

// answer gives the line of every item, as it comes to be known. The channel is to
// be read to its end, which comes soon once ctx has ended.
func (s *Server) answer(ctx context.Context, items []*item) <-chan line {
	lines := make(chan line)
	share := s.options.Summaries.NewShare()
	next := make(chan int)
	go func() {
		defer close(next)
		for i := range items {
			next <- i
		}
	}()
	var writers sync.WaitGroup
	for range min(window, len(items)) {
		writers.Go(func() {
			for i := range next {
				lines <- line{i, s.summarize(ctx, share, items[i])}
			}
		})
	}
	go func() {
		writers.Wait()
		close(lines)
	}()
	return lines
}

func (s *Server) summarize(ctx context.Context, share *inference.Share, i *item) record.Record {
	r := i.line
	if !i.cut {
		s.recut(ctx, i)
		r = i.line
	}
	if i.doc != "" && !s.options.NoDoc {
		s.metrics.summary(inference.Summary{Source: inference.SourceDoc})
		r.Summary, r.Source = i.doc, inference.SourceDoc
		return r
	}
	summary, err := share.Wait(ctx, i.function, inference.Background)
	switch {
	case err == nil:
		s.metrics.summary(summary)
		var ok bool
		if summary, ok = inference.Sure(summary, i.function, s.options.MinConfidence); !ok {
			s.metrics.failed("unsure")
			r.Withheld = "the model is not sure enough"
			return r
		}
		r.Summary, r.Source, r.Model, r.Cached, r.Confidence = summary.Text, summary.Source, summary.Model, summary.Cached, summary.Confidence
		r.Ms = float64(summary.Elapsed) / float64(time.Millisecond)
	case errors.Is(err, inference.ErrNoSummary):
		s.metrics.failed("no_summary")
		r.Withheld = err.Error()
	default:
		kind := kindOf(err)
		s.metrics.failed(kind)
		r.Error = failures[kind]
		if kind == "unavailable" || kind == "other" {
			s.options.Log.Warn("a function failed", zap.String("kind", kind), zap.Error(err))
		}
	}
	return r
}

// kindOf is what a failure is counted as.
func kindOf(err error) string {
	var retry *chunker.RetryError
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, inference.ErrUnavailable):
		return "unavailable"
	case errors.Is(err, inference.ErrBusy):
		return "busy"
	case errors.Is(err, inference.ErrClosed):
		return "closed"
	case errors.As(err, &retry):
		return "parse"
	}
	return "other"
}

// failures are what clients are told of a function's failure. Where a model or the
// servers behind it are, and what they say, is this server's own affair, and in
// its log.
var failures = map[string]string{
	"timeout":     "there was no time left",
	"cancelled":   "the request was ended",
	"busy":        inference.ErrBusy.Error(),
	"closed":      inference.ErrClosed.Error(),
	"unavailable": inference.ErrUnavailable.Error(),
	"other":       "the model failed",
}

// items cuts what is asked into functions.
func (s *Server) items(ctx context.Context, q *request) ([]*item, error) {
	if len(q.Functions) > 0 {
		items := make([]*item, len(q.Functions))
		for n, f := range q.Functions {
			items[n] = f.item()
		}
		return items, nil
	}
	language := chunker.LanguageNamed(q.Language)
	if language == nil {
		language = chunker.LanguageForFile(q.Path, []byte(q.Text))
	}
	if language == nil {
		return nil, refused(http.StatusUnprocessableEntity, "the language of %q is not known by its name; give one", path.Base(q.Path))
	}
	if reason, skip := chunker.SkipReason(q.Path, q.Text); skip {
		return nil, refused(http.StatusUnprocessableEntity, "the text is passed over, because it is %s", reason)
	}
	chunks, err := s.chunks(ctx, language, q.Text, s.options.Chunker)
	if err != nil {
		return nil, err
	}
	if len(chunks) > s.options.Limits.Functions {
		return nil, refused(http.StatusRequestEntityTooLarge, "the text has %d functions, more than the %d of one request", len(chunks), s.options.Limits.Functions)
	}
	var items []*item
	at, number := 0, 1
	for _, c := range chunks { // which are ordered by where they start
		number += strings.Count(q.Text[at:c.Range.Start], "\n")
		at = c.Range.Start
		i := &item{cut: true}
		i.take(c, cmp.Or(c.Language, language.ID), q.Path)
		i.line.StartLine = number
		i.line.EndLine = number + lineEnds(q.Text[c.Range.Start:c.Range.End])
		items = append(items, i)
	}
	return items, nil
}

func lineEnds(text string) int { return strings.Count(strings.TrimRight(text, "\r\n"), "\n") }

// take makes i the function that c is.
func (i *item) take(c chunker.Chunk, language, file string) {
	i.function = inference.Function{Language: language, Path: file, Container: c.Container, Name: c.Name, Code: c.Text, Sum: c.Key}
	i.doc = c.Doc
	i.line.File, i.line.Language, i.line.Container, i.line.Name, i.line.Kind = file, language, c.Container, c.Name, string(c.Kind)
}

// item is f as it was sent. Its lines are those of its code.
func (f *function) item() *item {
	language := chunker.LanguageNamed(f.Language).ID
	i := &item{function: inference.Function{Language: language, Path: f.File, Container: f.Container, Name: f.Name, Code: f.Code}}
	i.line = record.Record{
		File: f.File, Language: language, Container: f.Container, Name: f.Name, Kind: string(chunker.Function),
		StartLine: 1, EndLine: 1 + lineEnds(f.Code),
	}
	return i
}

// recut cuts the code of a function that a client has cut as it would be cut in
// its file, so that both have one key, and the comment says what it says. What
// no grammar takes for that function stays as it was sent.
func (s *Server) recut(ctx context.Context, i *item) {
	given := i.function
	options := s.options.Chunker
	options.MinLines = 1
	options.Kinds = []chunker.Kind{chunker.Function, chunker.Method, chunker.Constructor, chunker.Type, chunker.Test}
	chunks, err := s.chunks(ctx, chunker.LanguageByID(given.Language), given.Code, options)
	if err != nil {
		s.metrics.failed("parse")
		return
	}
	for _, c := range chunks {
		if c.Name != given.Name {
			continue
		}
		i.take(c, cmp.Or(c.Language, given.Language), given.Path)
		if given.Container != "" {
			i.function.Container, i.line.Container = given.Container, given.Container
		}
		return
	}
}

// chunks cuts one text, when it is its turn.
func (s *Server) chunks(ctx context.Context, l *chunker.Language, text string, o chunker.Options) ([]chunker.Chunk, error) {
	select {
	case s.cutting <- struct{}{}:
		defer func() { <-s.cutting }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	parsed, err := chunker.Parse(ctx, l, text, o)
	if err != nil {
		return nil, err
	}
	defer parsed.Close()
	return parsed.Chunks(), nil
}
