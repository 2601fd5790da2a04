package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/models/eval"
)

// subject is a function that is measured, as the chunker sees it.
type subject struct {
	eval.Function
	remark string // the first line that the comments in the body say
	place  string // where it was found
}

// function is s as an engine is asked about it.
func (s subject) function() inference.Function {
	return inference.Function{Language: s.Language, Path: s.Path, Container: s.Container, Name: s.Name, Code: s.Code}
}

// evalData reads the functions of --data, or those of files and folders, and
// takes them apart. What cannot be used is said among bad.
func evalData(c *cobra.Command, f evalFlags) (subjects []subject, bad []error, err error) {
	ctx := c.Context()
	read := f.readData
	if f.data == "" {
		read = f.readSource
	}
	functions, bad, err := read(c)
	if err != nil {
		return nil, bad, err
	}
	if f.limit > 0 {
		functions = eval.Limit(functions, f.limit)
	}
	for _, function := range functions {
		s, err := newSubject(ctx, function)
		if err == nil && f.obfuscate {
			s, err = s.obfuscated(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return nil, bad, &exitError{exitFailed, errors.New("interrupted")}
		case err != nil:
			bad = append(bad, fmt.Errorf("%s: %w", f.place(function), err))
		default:
			s.place = f.place(function)
			subjects = append(subjects, s)
		}
	}
	return subjects, bad, nil
}

// place says where a function was found.
func (f *evalFlags) place(function eval.Function) string {
	if f.data != "" {
		return fmt.Sprintf("%s: line %d", f.data, function.Line)
	}
	return fmt.Sprintf("%s:%d", function.Path, function.Line)
}

// readData reads JSON lines.
func (f *evalFlags) readData(c *cobra.Command) ([]eval.Function, []error, error) {
	var in io.Reader = interruptible{c.Context(), c.InOrStdin()}
	if f.data != "-" {
		file, err := os.Open(f.data)
		if err != nil {
			return nil, nil, usage("--data: %w", err)
		}
		defer file.Close()
		in = file
	}
	functions, bad, err := eval.Read(in)
	if err != nil {
		err = &exitError{exitFailed, fmt.Errorf("read %s: %w", f.data, err)}
	}
	var unusable []error
	for _, e := range bad {
		unusable = append(unusable, fmt.Errorf("%s: %w", f.data, e))
	}
	return functions, unusable, err
}

// newSubject cuts f's code as an editor would, which takes a doc comment in it
// away, and gives it the name that stands there if the data gives none. Code
// that its grammar does not know outside of its file is taken as it is, if the
// data says what it is called.
func newSubject(ctx context.Context, f eval.Function) (subject, error) {
	language, err := languageNamed(f.Language)
	if err != nil {
		return subject{}, err
	}
	f.Language = language.ID
	anatomy, err := dissect(ctx, language, f.Code)
	switch {
	case errors.Is(err, chunker.ErrNoFunction) && f.Name != "":
		return subject{Function: f}, nil
	case err != nil:
		return subject{}, err
	}
	f.Code = anatomy.Text
	f.Name = cmp.Or(f.Name, anatomy.Name)
	f.Kind = cmp.Or(f.Kind, string(anatomy.Kind))
	f.Container = cmp.Or(f.Container, anatomy.Container)
	return subject{Function: f, remark: anatomy.Remark}, nil
}

// dissect takes apart code that is one function and its doc comment. It fails
// with chunker.ErrNoFunction where the grammar sees something else.
func dissect(ctx context.Context, language *chunker.Language, code string) (*chunker.Anatomy, error) {
	a, err := chunker.Dissect(ctx, language, code)
	if err != nil {
		return nil, err
	}
	start := a.Range.Start
	if a.DocRange.Start < a.DocRange.End {
		start = min(start, a.DocRange.Start)
	}
	if strings.TrimSpace(code[:start]) != "" || strings.TrimSpace(code[a.Range.End:]) != "" {
		return nil, fmt.Errorf("%w that is all of the code: %s is a part of it", chunker.ErrNoFunction, a.Name)
	}
	return a, nil
}

// obfuscated hides the function's name behind f, and those of its parameters,
// local variables and local functions behind v1, v2 and so on, in the order
// in which they come. Keywords, strings, comments, types and what belongs to
// others stay, and so do the file and the container, unless they are called
// like the function.
func (s subject) obfuscated(ctx context.Context) (subject, error) {
	anatomy, err := dissect(ctx, chunker.LanguageByID(s.Language), s.Code)
	if err != nil {
		return subject{}, fmt.Errorf("the names of %s cannot be hidden: %w", s.Name, err)
	}
	taken := map[string]bool{}
	for _, w := range identifiers(s.Code) {
		taken[w] = true
	}
	next := 0
	unused := func() string {
		for {
			next++
			if name := fmt.Sprintf("v%d", next); !taken[name] {
				return name
			}
		}
	}
	names := map[string]string{anatomy.Name: "f"}
	var b strings.Builder
	at := 0
	for _, r := range anatomy.Identifiers {
		name := s.Code[r.Start:r.End]
		if names[name] == "" {
			names[name] = unused()
		}
		b.WriteString(s.Code[at:r.Start])
		b.WriteString(names[name])
		at = r.End
	}
	b.WriteString(s.Code[at:])
	hidden := s.Function
	hidden.Name, hidden.Code = "f", b.String()
	if stem, _, _ := strings.Cut(path.Base(s.Path), "."); slices.Equal(eval.Words(stem), eval.Words(s.Name)) {
		hidden.Path = ""
	}
	if slices.Equal(eval.Words(s.Container), eval.Words(s.Name)) {
		hidden.Container = ""
	}
	return newSubject(ctx, hidden)
}

// identifiers returns everything in code that is spelled like a name.
func identifiers(code string) []string {
	return strings.FieldsFunc(code, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r < 0x80
	})
}
