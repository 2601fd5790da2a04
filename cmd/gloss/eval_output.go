package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gloss-lsp/gloss/models/eval"
)

// writeReport writes a report for people, or as JSON.
func writeReport(w io.Writer, r eval.Report, asJSON bool) error {
	if asJSON {
		return writeJSON(w, r)
	}
	names := ""
	if r.Obfuscated {
		names = ", with the names of functions and locals hidden"
	}
	t := newTable(w)
	t.line("%s in %s%s; intervals are 95 %%, by bootstrap over functions", count(r.Data.Functions, "function"), count(len(r.Data.Languages), "language"), names)
	t.line("")
	t.line("all functions alike\tBLEU-4\tROUGE-L\twords\tempty\trepeated\tcircular\ttruncated\tname only\tungrounded\tunknown identifier\tduplicate\tmedian ms\tp95 ms\t")
	for _, s := range r.Systems {
		f := s.Micro
		times := "\t\t"
		if s.Latency != nil {
			times = fmt.Sprintf("%.1f\t%.1f\t", s.Latency.Median, s.Latency.P95)
		}
		t.line("%s\t%s\t%s\t%.1f\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%s",
			s.Name, interval(s, f.BLEU), interval(s, f.RougeL), f.Words.Value, f.Empty.Value, f.Repeated.Value, f.Circular.Value, f.Truncated.Value,
			f.NameOnly.Value, f.Ungrounded.Value, f.UnknownIdentifier.Value, f.Duplicate.Value, times)
	}
	if len(r.Data.Languages) > 1 { // else the table above says it all
		t.line("")
		t.line("all languages alike\tBLEU-4\tROUGE-L\t")
		for _, s := range r.Systems {
			if s.Kind != eval.Reference {
				t.line("%s\t%s\t%s\t", s.Name, interval(s, s.Macro.BLEU), interval(s, s.Macro.RougeL))
			}
		}
		t.line("")
		t.languages(r)
	}
	if len(r.Differences) > 0 {
		t.line("")
		t.line("%s less\tBLEU-4\tROUGE-L\t", r.Differences[0].Model)
		for _, d := range r.Differences {
			t.line("%s\t%s\t%s\t", d.System, signed(d.BLEU), signed(d.RougeL))
		}
	}
	for _, e := range r.Examples {
		t.line("")
		t.line("%s  %s", e.Language, printable(e.Name))
		for _, name := range slices.Sorted(maps.Keys(e.Outputs)) {
			t.line("  %s:\t%s", name, printable(e.Outputs[name]))
		}
	}
	return t.flush()
}

// table writes lines whose cells, ended by tabs, stand in columns.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer) table { return table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

// line writes one line. Errors come with flush.
func (t table) line(format string, args ...any) { fmt.Fprintf(t.w, format+"\n", args...) }

func (t table) flush() error {
	if err := t.w.Flush(); err != nil {
		return &exitError{exitFailed, fmt.Errorf("write the output: %w", err)}
	}
	return nil
}

// languages writes BLEU-4 and ROUGE-L of every system in every language.
func (t table) languages(r eval.Report) {
	var heads []string
	for _, s := range r.Systems {
		if s.Kind != eval.Reference {
			heads = append(heads, s.Name)
		}
	}
	t.line("BLEU-4 / ROUGE-L\tfunctions\t%s\t", strings.Join(heads, "\t"))
	for _, id := range slices.Sorted(maps.Keys(r.Data.Languages)) {
		var cells []string
		for _, s := range r.Systems {
			if f := s.Languages[id]; s.Kind != eval.Reference {
				cells = append(cells, fmt.Sprintf("%.1f / %.1f", f.BLEU.Value, f.RougeL.Value))
			}
		}
		t.line("%s\t%d\t%s\t", id, r.Data.Languages[id], strings.Join(cells, "\t"))
	}
}

// interval is "-" for scores of the reference, which equals itself.
func interval(s eval.SystemReport, e eval.Estimate) string {
	if s.Kind == eval.Reference {
		return "-"
	}
	return bounded(e)
}

func bounded(e eval.Estimate) string {
	return fmt.Sprintf("%.2f (%.1f-%.1f)", e.Value, e.Low, e.High)
}

func signed(e eval.Estimate) string {
	return fmt.Sprintf("%+.2f (%+.1f to %+.1f)", e.Value, e.Low, e.High)
}

// writeScores writes what a sheet says, for people or as JSON.
func writeScores(w io.Writer, s eval.Scores, asJSON bool) error {
	if asJSON {
		return writeJSON(w, s)
	}
	t := newTable(w)
	t.line("%d of %s ranked; intervals are 95 %%, by bootstrap over functions", s.Functions, count(s.Of, "function"))
	t.line("")
	t.line("system\tmean rank\t")
	for _, system := range s.Systems {
		t.line("%s\t%s\t", system.Name, bounded(system.Rank))
	}
	t.line("")
	t.line("pair\tfirst ranked before second\tties\t")
	for _, p := range s.Pairs {
		t.line("%s, %s\t%.0f %% (%.0f-%.0f)\t%d\t", p.A, p.B, p.Wins.Value, p.Wins.Low, p.Wins.High, p.Ties)
	}
	return t.flush()
}
