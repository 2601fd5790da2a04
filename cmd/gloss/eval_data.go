package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/models/eval"
)

// subject is a function that is measured, as the chunker sees it.
type subject struct {
	eval.Function
	key    chunker.Key
	remark string // the first line that the comments in the body say
}

// request asks an engine about s.
func (s subject) request() inference.Request {
	return inference.Request{Key: s.key, Language: s.Language, Name: s.Name, Code: s.Code}
}

// evalData reads the functions of --data and takes them apart. Lines that
// cannot be used are returned among bad.
func evalData(ctx context.Context, f evalFlags, stdin io.Reader) (subjects []subject, bad []*eval.LineError, err error) {
	in := stdin
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
		return nil, bad, &exitError{exitFailed, fmt.Errorf("read %s: %w", f.data, err)}
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
			bad = append(bad, &eval.LineError{Line: function.Line, Err: err})
		default:
			subjects = append(subjects, s)
		}
	}
	return subjects, bad, nil
}

// newSubject cuts f's code as an editor would, which takes a doc comment in it
// away, and gives it the name that stands there if the data gives none.
func newSubject(ctx context.Context, f eval.Function) (subject, error) {
	language, err := languageByID(f.Language)
	if err != nil {
		return subject{}, err
	}
	f.Language = language.ID
	anatomy, err := chunker.Dissect(ctx, language, f.Code)
	if err != nil {
		return subject{}, err
	}
	f.Code = anatomy.Text
	if f.Name == "" {
		f.Name = anatomy.Name
	}
	if f.Kind == "" {
		f.Kind = string(anatomy.Kind)
	}
	return subject{Function: f, key: anatomy.Key, remark: anatomy.Remark}, nil
}

// obfuscated hides the function's name behind f, and those of its parameters,
// local variables and local functions behind v1, v2 and so on, in the order
// in which they come. Keywords, strings, comments, types and what belongs to
// others stay.
func (s subject) obfuscated(ctx context.Context) (subject, error) {
	anatomy, err := chunker.Dissect(ctx, chunker.LanguageByID(s.Language), s.Code)
	if err != nil {
		return subject{}, err
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
	return newSubject(ctx, hidden)
}

// identifiers returns everything in code that is spelled like a name.
func identifiers(code string) []string {
	return strings.FieldsFunc(code, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r < 0x80
	})
}
