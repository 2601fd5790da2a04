package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference/naming"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

// defaultChunkLines is the size of a piece of a file in an unknown language.
const defaultChunkLines = 40

// plainText is the language of files that are of none.
const plainText = "plaintext"

// sources are the files named on the command line.
type sources struct {
	args  []string
	stdin io.Reader
	*selection
	report

	reach func(found) found // how files are opened and called; nil: as they were found

	named map[string]bool // the files among args, by where they lie
	seen  map[string]bool // the files that were looked at, by where they lie
}

func newSources(args []string, f inputFlags, stdin io.Reader) (*sources, error) {
	s := &sources{args: args, stdin: stdin, named: map[string]bool{}, seen: map[string]bool{}}
	var err error
	if s.selection, err = f.selection(s.warn); err != nil {
		return nil, err
	}
	if s.changes != nil && slices.Contains(args, "-") {
		return nil, usage("--changed cannot tell what has changed of standard input")
	}
	if f.stdinName != "" && !slices.Contains(args, "-") {
		return nil, usage("--stdin-filename names what '-' reads, and %q does not", args)
	}
	return s, nil
}

func languageNamed(name string) (*chunker.Language, error) {
	if l := chunker.LanguageNamed(name); l != nil {
		return l, nil
	}
	var known []string
	for _, l := range chunker.Languages() {
		known = append(known, l.ID)
	}
	return nil, fmt.Errorf("unknown language %q; known are %s", name, strings.Join(known, ", "))
}

// each gives every function of every source to emit, in order.
func (s *sources) each(ctx context.Context, emit func(*item) error) error {
	defer s.options.Workers.Close()
	for _, arg := range s.args {
		if real, err := realPath(arg); err == nil && arg != "-" {
			s.named[real] = true
		}
	}
	for _, arg := range s.args {
		if err := s.argument(ctx, arg, emit); err != nil {
			return err
		}
	}
	return nil
}

func (s *sources) argument(ctx context.Context, arg string, emit func(*item) error) error {
	if arg == "-" {
		b, err := io.ReadAll(io.LimitReader(s.stdin, maxSize(s.stdinName)+1))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			s.fail(fmt.Errorf("read standard input: %w", err))
			return nil
		}
		return s.cut(ctx, source{path: cmp.Or(s.stdinName, "-"), content: b, named: true}, emit)
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.changes != nil:
		s.fail(fmt.Errorf("%w; a commit is given as --changed=%s", err, arg))
	case err != nil:
		s.fail(err)
	case info.IsDir():
		w := walk{rules: s.walk, visit: func(f found) error { return s.file(ctx, f, emit) }, unreadable: s.fail, warn: s.warn}
		return w.files(arg)
	case !info.Mode().IsRegular():
		s.fail(fmt.Errorf("%s is neither a file nor a folder; pipe it into 'gloss summarize -'", arg))
	default:
		real, err := realPath(arg)
		if err != nil {
			s.fail(err)
			return nil
		}
		return s.file(ctx, found{arg, real, func() (*untrusted.File, error) { return untrusted.Open(arg) }}, emit)
	}
	return nil
}

// realPath returns where a file lies, whatever links lead there.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// source is what is cut at a time.
type source struct {
	path    string
	content []byte
	named   bool          // by the user, and not found below a folder
	changed *changedLines // nil: it does not matter
	cell    *cell         // of a notebook that content is; nil: content is the file
}

// name is what people know a source by.
func (f *source) name() string { return placeOf(f.path, f.cell) }

// placeOf names a file, or a cell of it as ruff does.
func placeOf(path string, of *cell) string {
	if of == nil {
		return path
	}
	return fmt.Sprintf("%s:cell %d", path, of.number)
}

// file cuts one file, if it was not yet. A file that was named itself is cut as
// plain text when its language is unknown; below a folder it is passed over.
func (s *sources) file(ctx context.Context, f found, emit func(*item) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.seen[f.real] {
		return nil
	}
	if s.reach != nil {
		f = s.reach(f)
	}
	source := source{path: f.path, named: s.named[f.real]}
	opened, err := f.open()
	if err != nil {
		s.fail(err)
		return nil
	}
	defer opened.Close()
	// Most files below a folder are of no language gloss knows: look before
	// reading them whole.
	head := make([]byte, headBytes)
	n, err := io.ReadFull(opened, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.fail(err)
		return nil
	}
	head = head[:n]
	if !source.named && !isNotebook(f.path) {
		language := chunker.LanguageForFile(f.path, head)
		if language == nil {
			s.unknown++
			return nil
		}
		if !s.serves(language) {
			return nil
		}
	}
	s.seen[f.real] = true
	if s.changes != nil {
		if source.changed, err = s.changes.of(ctx, f.real); err != nil {
			return err
		}
		if source.changed == nil {
			return nil
		}
	}
	rest, err := io.ReadAll(io.LimitReader(opened, maxSize(f.path)))
	if err != nil {
		s.fail(err)
		return nil
	}
	source.content = append(head, rest...)
	return s.cut(ctx, source, emit)
}

// headBytes are what a file's language is told by, besides its name: a header of C
// is one of C++ by what stands behind its licence.
const headBytes = 64 << 10

func (s *sources) cut(ctx context.Context, f source, emit func(*item) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	read := s.functions
	if isNotebook(f.path) {
		read = s.cells
	}
	items, empty, err := read(ctx, f)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.fail(fmt.Errorf("%s: %w", f.name(), err))
	} else if empty && f.named && isNotebook(f.path) {
		s.say(true, s.none(f), "")
	}
	for _, i := range items {
		if err := emit(i); err != nil {
			return err
		}
	}
	return nil
}

// functions returns the functions of f that are wanted. Empty says that there
// are none of any kind, for no reason that was said.
func (s *sources) functions(ctx context.Context, f source) (items []*item, empty bool, err error) {
	text, encoding := decode(f.content)
	if reason, skip := chunker.SkipReason(f.path, text); skip {
		s.skip(f.named, f.name(), reason)
		return nil, false, nil
	}
	if encoding != "" {
		s.say(f.named, fmt.Sprintf("%s is read as %s", f.name(), encoding), "%s read as "+encoding)
	}
	chunks, language, err := s.chunks(ctx, f, text)
	if err != nil {
		return nil, false, err
	}
	lines := lineCounter{text: text, line: 1}
	of := &listing{lines: strings.Count(strings.TrimSuffix(text, "\n"), "\n") + 1}
	for _, chunk := range chunks { // which are ordered by where they start
		i := &item{file: f.path, cell: f.cell, language: cmp.Or(chunk.Language, language), chunk: chunk, of: of, done: make(chan struct{})}
		i.line, i.endLine = lines.of(chunk.Range)
		if s.wants(i, f, text) {
			items = append(items, i)
			of.chunks = append(of.chunks, chunk)
		}
	}
	return items, len(chunks) == 0, nil
}

// none is what is said of a file without functions.
func (s *sources) none(f source) string {
	return fmt.Sprintf("%s: no function of at least %s", f.path, count(cmp.Or(s.options.MinLines, chunker.DefaultMinLines), "line"))
}

// lineCounter tells the lines of ranges that are asked for in order.
type lineCounter struct {
	text     string
	line, at int
}

func (c *lineCounter) of(r chunker.Range) (first, last int) {
	c.line += strings.Count(c.text[c.at:r.Start], "\n")
	c.at = r.Start
	return c.line, c.line + strings.Count(strings.TrimRight(c.text[r.Start:r.End], "\r\n"), "\n")
}

// wants reports whether a function is summarized. A change of its doc comment,
// which may stand before it, is a change of what is shown.
func (s *sources) wants(i *item, f source, text string) bool {
	if s.walk.noTests && naming.IsTest(i.function()) {
		return false
	}
	first := i.line
	if doc := i.chunk.DocRange; doc.Start < doc.End && doc.Start < i.chunk.Range.Start {
		first -= strings.Count(text[doc.Start:i.chunk.Range.Start], "\n")
	}
	return f.changed == nil || f.changed.touch(f.cell.inFile(first), f.cell.inFile(i.endLine))
}

// languageOf returns the language of a text, nil where it is unknown.
func (s *sources) languageOf(f source, text string) *chunker.Language {
	switch {
	case f.cell != nil:
		return chunker.LanguageNamed(f.cell.language)
	case f.named && s.as != nil:
		return s.as
	}
	return chunker.LanguageForFile(f.path, []byte(text[:min(len(text), headBytes)]))
}

// chunks cuts text into functions, or into pieces where the language is
// unknown or --chunk-lines asks for them.
func (s *sources) chunks(ctx context.Context, f source, text string) ([]chunker.Chunk, string, error) {
	language := s.languageOf(f, text)
	if language == nil || s.chunkLines > 0 {
		lines, id := cmp.Or(s.chunkLines, defaultChunkLines), plainText
		if language != nil {
			id = language.ID
		} else if s.chunkLines == 0 {
			s.say(true, fmt.Sprintf("%s is of no language that gloss knows by its name, so it is cut at blank lines; --language names one", f.path), "")
		}
		return chunker.Lines(text, lines), id, nil
	}
	if f.cell != nil {
		language = language.InCell()
	}
	parsed, err := chunker.Parse(ctx, language, text, s.options)
	if err != nil {
		return nil, "", err
	}
	defer parsed.Close()
	if r, ok := parsed.Fault(); ok {
		line := 1 + strings.Count(text[:r.Start], "\n")
		s.say(f.named, fmt.Sprintf("%s: syntax errors from line %d; functions there may be missing", f.name(), line), "%s with syntax errors")
	}
	if len(parsed.Chunks()) == 0 && f.named && !isNotebook(f.path) {
		none := s.none(f)
		if parsed.Broken() {
			none += ", or syntax errors hide it"
		}
		s.say(true, none, "")
	}
	return parsed.Chunks(), language.ID, nil
}
