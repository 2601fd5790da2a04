package main

import (
	"io"

	"github.com/gloss-lsp/gloss/cmd/gloss/record"
)

// records writes one JSON object a line.
type records struct{ w io.Writer }

func newRecords(w io.Writer, _ screen) printer { return &records{w} }

func (p *records) item(i *item) error {
	r := record.Record{
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
func writeJSON(w io.Writer, v any) error { return record.Write(w, v) }
