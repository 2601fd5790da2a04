package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/inference"
)

// record is the JSON object of one function. Its fields are a contract.
type record struct {
	File string `json:"file"`
	// Cell is the cell of a notebook that the lines are counted in, from 1 on.
	Cell      int              `json:"cell,omitempty"`
	Language  string           `json:"language"`
	Container string           `json:"container,omitempty"`
	Name      string           `json:"name"`
	Kind      string           `json:"kind"`
	StartLine int              `json:"startLine"`
	EndLine   int              `json:"endLine"`
	Summary   string           `json:"summary"`
	Source    inference.Source `json:"source,omitempty"`
	Model     string           `json:"model,omitempty"`
	Cached    bool             `json:"cached"`
	Ms        float64          `json:"ms"`
	Error     string           `json:"error,omitempty"`
	// Withheld says why Summary is empty where nothing has failed.
	Withheld string `json:"withheld,omitempty"`
	// Confidence is inference.Summary's, left out where nothing is known.
	Confidence float64 `json:"confidence,omitempty"`
}

// records writes one JSON object a line.
type records struct{ w io.Writer }

func newRecords(w io.Writer, _ screen) printer { return &records{w} }

func (p *records) item(i *item) error {
	r := record{
		File: i.file, Language: i.language, Container: i.chunk.Container, Name: i.chunk.Name, Kind: string(i.chunk.Kind),
		StartLine: i.line, EndLine: i.endLine,
		Summary: i.summary.Text, Source: i.summary.Source, Model: i.summary.Model,
		Cached: i.summary.Cached, Ms: ms(i.summary.Elapsed), Confidence: i.summary.Confidence,
	}
	if i.cell != nil {
		r.Cell = i.cell.number
	}
	if i.err != nil {
		r.Error = i.err.Error()
	}
	if i.withheld != nil {
		r.Withheld = i.withheld.Error()
	}
	return writeJSON(p.w, r)
}

func (*records) end(*tally) error { return nil }

// writeJSON writes v as one object on one line.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

// escapeJSON writes in numbers what would steer a terminal and JSON itself
// lets stand. Programs read the same.
func escapeJSON(b []byte) []byte {
	steers := func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }
	if bytes.IndexFunc(b, steers) < 0 {
		return b
	}
	var escaped []byte
	for _, r := range string(b) {
		if !steers(r) {
			escaped = utf8.AppendRune(escaped, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			escaped = fmt.Appendf(escaped, `\u%04x`, unit)
		}
	}
	return escaped
}
