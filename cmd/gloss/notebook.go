package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/chunker"
)

const (
	// maxNotebook is the greatest size of a notebook in bytes. Most of it are the
	// pictures that its cells have drawn, which nobody reads.
	maxNotebook = 64 << 20
	// maxCells bounds the cells, which are parsed one by one.
	maxCells = 10_000
)

// isNotebook reports whether a file is a notebook of Jupyter.
func isNotebook(path string) bool { return strings.EqualFold(filepath.Ext(path), ".ipynb") }

// maxSize is how much is read of a file.
func maxSize(path string) int64 {
	if isNotebook(path) {
		return maxNotebook
	}
	return chunker.DefaultMaxBytes
}

// cell is a cell of a notebook.
type cell struct {
	number   int    // from 1 on, all cells counted
	kind     string // "code", or another
	language string // as the notebook calls it
	source   string
	// lines are those of the file on which the lines of source stand.
	lines []int
}

// inFile returns the line of the file on which a line of the cell stands. Where
// there is no cell it is the same.
func (c *cell) inFile(line int) int {
	if c == nil {
		return line
	}
	return c.lines[min(line, len(c.lines))-1]
}

// readNotebook reads the cells of a notebook of format 4 that hold code. It may
// be anybody's.
func readNotebook(content []byte) (cells []cell, err error) {
	if len(content) > maxNotebook {
		return nil, fmt.Errorf("it is larger than %d MiB", maxNotebook>>20)
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	r := notebookReader{Decoder: json.NewDecoder(bytes.NewReader(content)), content: content, line: 1}
	var metadata struct {
		Info struct {
			Name string `json:"name"`
		} `json:"language_info"`
		Kernel struct {
			Language string `json:"language"`
			Name     string `json:"name"`
		} `json:"kernelspec"`
	}
	format := 4
	err = r.object(func(key string) error {
		switch key {
		case "nbformat":
			return r.Decode(&format)
		case "metadata":
			return r.Decode(&metadata)
		case "cells":
			number := 0
			return r.array(func() error {
				if number++; number > maxCells {
					return fmt.Errorf("it has more than %d cells", maxCells)
				}
				c, err := r.cell()
				if c.number = number; c.kind == "code" && c.source != "" {
					cells = append(cells, c)
				}
				return err
			})
		}
		return r.skip()
	})
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && format != 4 {
		err = fmt.Errorf("it is of format %d, and gloss reads format 4: 'jupyter nbconvert --to notebook' makes that of it", format)
	}
	if err != nil {
		return nil, err
	}
	// A notebook that does not say is of Python, as to Jupyter.
	language := cmp.Or(metadata.Info.Name, metadata.Kernel.Language, strings.TrimRight(metadata.Kernel.Name, "0123456789."), "python")
	for i := range cells {
		cells[i].language = cmp.Or(cells[i].language, language)
	}
	return cells, nil
}

// cells returns the functions of a notebook that are wanted, as functions does
// those of other files.
func (s *sources) cells(ctx context.Context, f source) (items []*item, empty bool, err error) {
	cells, err := readNotebook(f.content)
	switch {
	case err != nil && f.named:
		return nil, false, fmt.Errorf("no notebook that can be read: %w", err)
	case err != nil: // as binary files and others are that only look like code
		s.skipped++
		s.say(false, fmt.Sprintf("passed over %s: no notebook that can be read: %v", f.path, err), "passed over %s: no notebooks that can be read")
		return nil, false, nil
	}
	unknown := map[string]bool{}
	empty = true
	for i := range cells {
		c := &cells[i]
		if f.named && s.as != nil {
			c.language = s.as.ID
		}
		language := chunker.LanguageNamed(c.language)
		switch {
		case language == nil:
			unknown[c.language] = true
			continue
		case !f.named && !s.serves(language):
			continue
		}
		f.cell, f.content = c, []byte(c.source)
		more, none, err := s.functions(ctx, f)
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		if err != nil {
			s.fail(fmt.Errorf("%s: %w", f.name(), err))
		}
		items = append(items, more...)
		empty = empty && none
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		empty = false
		s.say(f.named, fmt.Sprintf("%s has cells in %q, a language that gloss does not know", f.path, name), "%s with cells in other languages")
	}
	return items, empty, nil
}

// notebookReader reads JSON from start to end, and knows in which line it is.
type notebookReader struct {
	*json.Decoder
	content  []byte
	at, line int
}

var errNotebook = errors.New("it is not what a notebook holds")

// open reads the bracket that begins a list or an object.
func (r *notebookReader) open(bracket json.Delim) error {
	token, err := r.Token()
	if err == nil && token != bracket {
		err = fmt.Errorf("%v in byte %d: %w", token, r.InputOffset(), errNotebook)
	}
	return err
}

// object calls value for each key of an object. It must read the key's value.
func (r *notebookReader) object(value func(key string) error) error {
	if err := r.open('{'); err != nil {
		return err
	}
	for r.More() {
		key, err := r.Token()
		if err != nil {
			return err
		}
		if err := value(key.(string)); err != nil { // the decoder takes no other keys
			return err
		}
	}
	_, err := r.Token()
	return err
}

// array calls element for each element of a list. It must read it.
func (r *notebookReader) array(element func() error) error {
	if err := r.open('['); err != nil {
		return err
	}
	for r.More() {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := r.Token()
	return err
}

// skip passes over a value.
func (r *notebookReader) skip() error {
	var value json.RawMessage
	return r.Decode(&value)
}

func (r *notebookReader) cell() (c cell, err error) {
	err = r.object(func(key string) error {
		switch key {
		case "cell_type":
			return r.Decode(&c.kind)
		case "metadata":
			var metadata struct {
				VSCode struct {
					Language string `json:"languageId"`
				} `json:"vscode"`
			}
			err := r.Decode(&metadata)
			c.language = metadata.VSCode.Language
			return err
		case "source":
			c.source, c.lines, err = r.source()
			return err
		}
		return r.skip()
	})
	return c, err
}

// source reads the text of a cell: a string, or a list of its lines.
func (r *notebookReader) source() (text string, lines []int, err error) {
	var b strings.Builder
	add := func() error {
		var part string
		if err := r.Decode(&part); err != nil {
			return err
		}
		line := r.lineNow()
		if len(lines) == 0 {
			lines = append(lines, line)
		} else if b.Len() == 0 || strings.HasSuffix(b.String(), "\n") {
			lines[len(lines)-1] = line
		}
		b.WriteString(part)
		for range strings.Count(part, "\n") {
			lines = append(lines, line)
		}
		return nil
	}
	if bytes.HasPrefix(bytes.TrimLeft(r.content[r.InputOffset():], ": \t\r\n"), []byte("[")) {
		err = r.array(add)
	} else {
		err = add()
	}
	return b.String(), lines, err
}

// lineNow returns the line of the file up to which has been read.
func (r *notebookReader) lineNow() int {
	now := int(r.InputOffset())
	r.line += bytes.Count(r.content[r.at:now], []byte("\n"))
	r.at = now
	return r.line
}
