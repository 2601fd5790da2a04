package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

// defaultChunkLines is the size of a piece of a file in an unknown language.
const defaultChunkLines = 40

// maxNameWidth bounds the column of names on a terminal.
const maxNameWidth = 28

// sources are the files named on the command line.
type sources struct {
	args       []string
	stdin      io.Reader
	language   *chunker.Language // nil: by name and content
	chunkLines int               // 0: functions where the language is known
	workers    *chunker.Workers

	files      int            // that had functions
	skipped    map[string]int // reason -> files passed over
	unreadable []error
}

func newSources(args []string, f summarizeFlags, stdin io.Reader) (*sources, error) {
	s := &sources{args: args, stdin: stdin, chunkLines: f.chunkLines, workers: newWorkers(1), skipped: map[string]int{}}
	if f.language != "" {
		l, err := languageByID(f.language)
		if err != nil {
			return nil, usage("%w", err)
		}
		s.language = l
	}
	return s, nil
}

func languageByID(id string) (*chunker.Language, error) {
	if l := chunker.LanguageByID(id); l != nil {
		return l, nil
	}
	var known []string
	for _, l := range chunker.Languages() {
		known = append(known, l.ID)
	}
	return nil, fmt.Errorf("unknown language %q; known are %s", id, strings.Join(known, ", "))
}

// each gives every function of every source to emit, in order.
func (s *sources) each(ctx context.Context, emit func(*item) error) error {
	defer s.workers.Close()
	for _, arg := range s.args {
		if err := s.argument(ctx, arg, emit); err != nil {
			return err
		}
	}
	return nil
}

func (s *sources) argument(ctx context.Context, arg string, emit func(*item) error) error {
	if arg == "-" {
		b, err := io.ReadAll(io.LimitReader(s.stdin, chunker.DefaultMaxBytes+1))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			s.unreadable = append(s.unreadable, fmt.Errorf("read standard input: %w", err))
			return nil
		}
		return s.text(ctx, "-", b, true, emit)
	}
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		s.unreadable = append(s.unreadable, err)
		return nil
	case !info.IsDir() && !info.Mode().IsRegular():
		s.unreadable = append(s.unreadable, fmt.Errorf("%s is neither a file nor a folder; pipe it into 'gloss summarize -'", arg))
		return nil
	case info.IsDir():
		return walkFiles(arg, func(path string, open opener) error {
			return s.file(ctx, path, open, false, emit)
		}, func(err error) { s.unreadable = append(s.unreadable, err) })
	default:
		open := func() (*untrusted.File, error) { return untrusted.Open(arg) }
		return s.file(ctx, arg, open, true, emit)
	}
}

// file cuts one file. A file that was named itself is cut as plain text when
// its language is unknown; below a folder it is passed over.
func (s *sources) file(ctx context.Context, path string, open opener, named bool, emit func(*item) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, err := open()
	if err != nil {
		s.unreadable = append(s.unreadable, err)
		return nil
	}
	defer f.Close()
	// Most files below a folder are of no language gloss knows: look before
	// reading them whole.
	head := make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.unreadable = append(s.unreadable, err)
		return nil
	}
	head = head[:n]
	if chunker.LanguageForFile(path, head) == nil && !named {
		s.skipped["of no language that gloss knows"]++
		return nil
	}
	rest, err := io.ReadAll(io.LimitReader(f, chunker.DefaultMaxBytes))
	if err != nil {
		s.unreadable = append(s.unreadable, err)
		return nil
	}
	return s.text(ctx, path, append(head, rest...), named, emit)
}

func (s *sources) text(ctx context.Context, path string, b []byte, named bool, emit func(*item) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	text := string(b)
	if reason, skip := chunker.SkipReason(path, text); skip {
		s.skipped[reason]++
		return nil
	}
	chunks, language, err := s.chunks(ctx, path, text)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.unreadable = append(s.unreadable, fmt.Errorf("%s: %w", path, err))
		return nil
	}
	if len(chunks) > 0 {
		s.files++
	}
	nameWidth := 0
	for _, chunk := range chunks {
		nameWidth = max(nameWidth, min(utf8.RuneCountInString(chunk.Name), maxNameWidth))
	}
	placeWidth := utf8.RuneCountInString(path) + 1 + len(strconv.Itoa(strings.Count(text, "\n")))
	line, at := 1, 0
	for _, chunk := range chunks {
		// Chunks are ordered by where they start.
		line += strings.Count(text[at:chunk.Range.Start], "\n")
		at = chunk.Range.Start
		end := line + strings.Count(strings.TrimRight(text[at:chunk.Range.End], "\r\n"), "\n")
		i := &item{file: path, language: language, chunk: chunk, line: line, endLine: end, placeWidth: placeWidth, nameWidth: nameWidth, done: make(chan struct{})}
		if err := emit(i); err != nil {
			return err
		}
	}
	return nil
}

// chunks cuts text into functions, or into pieces where the language is
// unknown or --chunk-lines asks for them.
func (s *sources) chunks(ctx context.Context, path, text string) ([]chunker.Chunk, string, error) {
	language := s.language
	if language == nil {
		language = chunker.LanguageForFile(path, []byte(text[:min(len(text), 64<<10)]))
	}
	if language == nil || s.chunkLines > 0 {
		lines, id := s.chunkLines, "plaintext"
		if lines == 0 {
			lines = defaultChunkLines
		}
		if language != nil {
			id = language.ID
		}
		return chunker.Lines(text, lines), id, nil
	}
	f, err := chunker.Parse(ctx, language, text, chunker.Options{Workers: s.workers})
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	return f.Chunks(), language.ID, nil
}
