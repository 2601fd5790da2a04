package outline

import (
	"fmt"
	"strings"

	"github.com/gloss-lsp/gloss/inference"
)

// maxSignature bounds what is shown of a signature, in bytes.
const maxSignature = 240

// String writes a line for each file and each function: its lines, its signature,
// and what it does. A dash is before what its author says, and how sure the model
// is before what the model says. What a name says is said by the signature.
func (o *Outline) String() string {
	var b strings.Builder
	for i, f := range o.Files {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(f.head())
		for _, row := range f.Rows() {
			b.WriteString(row + "\n")
		}
	}
	if o.LeftOut != nil {
		b.WriteString("\n" + o.LeftOut.String() + "\n")
	}
	return b.String()
}

// Place is what people know the file by.
func (f *File) Place() string { return f.place }

// Rows are the lines of the file's functions, as String writes them.
func (f *File) Rows() []string {
	rows := []string{}
	each(f.Functions, 0, func(f *Function, depth int) { rows = append(rows, strings.TrimSuffix(f.line(depth), "\n")) })
	return rows
}

func (f *File) head() string { return fmt.Sprintf("%s (%d lines)\n", f.place, f.Lines) }

// each visits the lines of functions. A container that the signatures of all that
// is in it name has none.
func each(functions []*Function, depth int, visit func(f *Function, depth int)) {
	for _, f := range functions {
		inside := depth
		if f.Kind != KindContainer || !f.isNamed() {
			visit(f, depth)
			inside++
		}
		each(f.Functions, inside, visit)
	}
}

// isNamed reports whether what a container holds names it: a receiver in Go, say.
func (f *Function) isNamed() bool {
	for _, inside := range f.Functions {
		if !strings.Contains(inside.Signature, f.Name) {
			return false
		}
	}
	return true
}

func (f *Function) line(depth int) string {
	indent := strings.Repeat(" ", depth)
	if f.Kind == KindContainer {
		return indent + f.Name + ":\n"
	}
	return fmt.Sprintf("%s%d-%d %s%s\n", indent, f.StartLine, f.EndLine, f.signature(), f.gloss())
}

// signature is the function's, without what opens its body.
func (f *Function) signature() string {
	s := strings.TrimRight(f.Signature, " \t{:=>")
	if s == "" || !strings.Contains(s, f.Name) {
		s = strings.TrimSpace(f.Name + " " + s) // a test's title, a value's name
	}
	if len(s) > maxSignature {
		s = strings.ToValidUTF8(s[:maxSignature], "") + "…"
	}
	return s
}

// gloss is what is said of the function, and by whom.
func (f *Function) gloss() string {
	switch {
	case f.Summary == "" || f.Source == inference.SourceName:
		return ""
	case f.Source == inference.SourceModel && f.Confidence > 0:
		return fmt.Sprintf(" ~%.0f%% %s", 100*f.Confidence, f.Summary)
	case f.Source == inference.SourceModel:
		return " ~ " + f.Summary
	}
	return " — " + strings.TrimPrefix(f.Summary, f.Name+" ") // Go's begin so
}

func (l *LeftOut) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{l.Summaries, "summaries"}, {l.Functions, "functions"}, {l.Files, "whole files"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	text := "Left out for want of room: " + strings.Join(parts, ", ")
	if l.FunctionsUnder > 0 {
		text += fmt.Sprintf("; functions of %d lines or more are all here", l.FunctionsUnder)
	}
	return text + ". A path further down, or more tokens, show them."
}
