// Command quality writes docs/quality.md from three reports of gloss eval
// --json, of functions as they are, with their names hidden, and of the model's
// own texts alone, and from the table of gloss eval --curve. make quality runs
// it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/models/eval"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
}

func run(args []string, w io.Writer) error {
	if len(args) != 4 {
		return fmt.Errorf("usage: quality REPORT.json OBFUSCATED.json MODEL-ONLY.json CURVE.md, found %d arguments", len(args))
	}
	var reports [3]eval.Report
	for i := range reports {
		path := args[i]
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &reports[i]); err != nil {
			return fmt.Errorf("%s is no report of gloss eval --json: %w", path, err)
		}
		if want := i == 1; reports[i].Obfuscated != want {
			return fmt.Errorf("%s: obfuscated is %v, want %v", path, !want, want)
		}
	}
	curve, err := os.ReadFile(args[3])
	if err != nil {
		return err
	}
	_, err = w.Write(render(reports[0], reports[1], reports[2], string(curve)))
	return err
}

// page is the document on its way.
type page struct{ bytes.Buffer }

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// row writes one line of a table.
func (p *page) row(cells ...string) { p.line("| %s |", strings.Join(cells, " | ")) }

// head writes the first lines of a table.
func (p *page) head(cells ...string) {
	p.row(cells...)
	p.line("|%s", strings.Repeat("---|", len(cells)))
}

// render writes the document.
func render(plain, hidden, alone eval.Report, curve string) []byte {
	p := &page{}
	p.line(`# How good the summaries are

Written by one command, which measures, writes this page and changes nothing else; do not edit it:

`+"```sh\nmake quality DATA=functions.jsonl\n```"+`

**Data.** %s: one JSON object a line, {language, name, kind, container, code, reference, repo, commit, path}, where reference is the first sentence of the doc comment and code is what an editor's chunk holds, without that comment. They come from whole repositories that no training has seen. None of their text is in this repository. SHA-256 of what was measured: `+"`%s`"+`.
`, dataOf(plain.Data), plain.Data.SHA256)
	if len(plain.Data.Repositories) > 0 {
		p.line("Repositories: %s.\n", strings.Join(plain.Data.Repositories, ", "))
	}
	p.line(`**Systems.** %s.

**Figures.** BLEU-4 is CodeXGLUE's smoothed sentence BLEU, ROUGE-L an F measure over the same tokens; both in percent, with the final period left out on both sides. The other shares are of all functions: *empty* (nothing is shown), *repeated* (it runs in circles), *circular* (it explains something by itself, as in "the text of the text"), *truncated* (it stops before it is finished), *name only* (it says no more than the name), *ungrounded* (no content word stands in the code or the name), *unknown identifier* (it names one that does not occur in the code), *duplicate* (another function with other code has the same text). Their exact definitions stand in [models/eval](../models/eval/flaws.go). In brackets: 95 %% intervals by bootstrap over functions (%d resamples, seed %d); functions of one repository resemble each other, so other repositories may differ by more. Times are of one function at a time, without the cache, on the machine that wrote this page (%d cores, %s).

Neither measure knows whether a sentence is true: a sentence that says the same in other words scores low, and one that names the wrong verb scores well. For that there is the blind sheet: `+"`gloss eval --data functions.jsonl --sheet 20 --key sheet.key`"+`.
`, systems(plain), eval.Resamples, eval.Seed, runtime.NumCPU(), runtime.GOARCH)

	p.line("## All functions\n")
	p.totals(plain)
	p.line("\nAll languages weighed alike (macro), and the first model's difference from each other system on the same functions:\n")
	p.macro(plain)

	p.line("\n## By language\n\nBLEU-4 / ROUGE-L:\n")
	p.languages(plain)
	for _, s := range plain.Systems {
		if s.Kind == eval.Model {
			p.line("\nWhat hurts users, %s:\n", s.Name)
			p.flaws(s)
		}
	}

	p.line("\n## The model alone\n\nThe model as above shows the sentence of the function's name where that is likelier to be good than its own text. Without that (`gloss eval --model-only`):\n")
	p.totals(alone)

	p.line("\n## Precision by confidence\n\nWhat the setting `minConfidence` leaves, for the first model (`gloss eval --curve`); a summary is called good here when its ROUGE-L is at least a third. The sentence of the name takes the place of what is left out, where there is one. What the confidence is worth was learnt from other functions; the second table says whether it keeps that here. The shipped model's was learnt from readers' grades and is the share of right texts, which fewer are by ROUGE-L: they may be worded otherwise than the author's.\n")
	p.line("%s", strings.TrimSpace(curve))

	p.line("\n## With names hidden\n\nThe same functions with the function's name replaced by `f`, and its parameters, local variables and local functions by `v1`, `v2` and so on (`gloss eval --obfuscate`). Calls of others, fields, types, strings and comments stay. What is left of a score comes from the code.\n")
	p.totals(hidden)
	p.line("\nBLEU-4 / ROUGE-L:\n")
	p.languages(hidden)

	p.line("\n## %d random examples\n\nPicked by a fixed seed, never by hand. Only gloss's own output is shown; the function itself is in its repository.\n", len(plain.Examples))
	p.examples(plain)
	return p.Bytes()
}

func dataOf(d eval.Data) string {
	return fmt.Sprintf("%d functions in %d languages", d.Functions, len(d.Languages))
}

// known describes the systems without a model by their names.
var known = map[string]string{
	"name":      "splits the function's name into words",
	"sentence":  "makes a sentence of the name by rule, with its verb in the third person",
	"comment":   "is the first line that the comments inside the body say",
	"reference": "is the author's own sentence: its figures say what is usual for people",
}

// systems says what was measured.
func systems(r eval.Report) string {
	var said []string
	for _, s := range r.Systems {
		what := known[s.Name]
		if s.Kind == eval.Model {
			what = fmt.Sprintf("is a model (prompt form `%s`, SHA-256 of its files `%.12s`)", s.Prompt, s.SHA256)
		}
		said = append(said, strings.TrimSpace(fmt.Sprintf("*%s* %s", s.Name, what)))
	}
	return strings.Join(said, "; ")
}

func (p *page) totals(r eval.Report) {
	p.head("", "BLEU-4", "ROUGE-L", "words", "empty", "repeated", "circular", "truncated", "name only", "ungrounded", "unknown identifier", "duplicate", "ms a function: median, p95")
	for _, s := range r.Systems {
		f := s.Micro
		times := "-"
		if s.Latency != nil {
			times = fmt.Sprintf("%.1f, %.1f", s.Latency.Median, s.Latency.P95)
		}
		p.row(s.Name, score(s, f.BLEU), score(s, f.RougeL), fmt.Sprintf("%.1f", f.Words.Value),
			share(f.Empty), share(f.Repeated), share(f.Circular), share(f.Truncated), share(f.NameOnly), share(f.Ungrounded), share(f.UnknownIdentifier), share(f.Duplicate), times)
	}
}

func (p *page) macro(r eval.Report) {
	p.head("", "BLEU-4", "ROUGE-L", "difference in BLEU-4", "difference in ROUGE-L")
	for _, s := range r.Systems {
		if s.Kind == eval.Reference {
			continue
		}
		bleu, rouge := "-", "-"
		for _, d := range r.Differences {
			if d.System == s.Name {
				bleu, rouge = signed(d.BLEU), signed(d.RougeL)
			}
		}
		p.row(s.Name, score(s, s.Macro.BLEU), score(s, s.Macro.RougeL), bleu, rouge)
	}
}

func (p *page) languages(r eval.Report) {
	heads := []string{"", "functions"}
	for _, s := range r.Systems {
		if s.Kind != eval.Reference {
			heads = append(heads, s.Name)
		}
	}
	p.head(heads...)
	for _, id := range slices.Sorted(maps.Keys(r.Data.Languages)) {
		cells := []string{id, fmt.Sprint(r.Data.Languages[id])}
		for _, s := range r.Systems {
			if f := s.Languages[id]; s.Kind != eval.Reference {
				cells = append(cells, fmt.Sprintf("%.1f / %.1f", f.BLEU.Value, f.RougeL.Value))
			}
		}
		p.row(cells...)
	}
}

func (p *page) flaws(s eval.SystemReport) {
	p.head("", "BLEU-4", "ROUGE-L", "words", "empty", "repeated", "circular", "truncated", "name only", "ungrounded", "unknown identifier", "duplicate")
	for _, id := range slices.Sorted(maps.Keys(s.Languages)) {
		f := s.Languages[id]
		p.row(id, score(s, f.BLEU), score(s, f.RougeL), fmt.Sprintf("%.1f", f.Words.Value),
			share(f.Empty), share(f.Repeated), share(f.Circular), share(f.Truncated), share(f.NameOnly), share(f.Ungrounded), share(f.UnknownIdentifier), share(f.Duplicate))
	}
}

func (p *page) examples(r eval.Report) {
	heads := []string{"function"}
	for _, s := range r.Systems {
		if s.Kind == eval.Model {
			heads = append(heads, s.Name)
		}
	}
	p.head(heads...)
	for _, e := range r.Examples {
		where := strings.Trim(e.Repo+" "+e.Path, " ")
		cells := []string{fmt.Sprintf("`%s` (%s)<br>%s", e.Name, e.Language, escape(where))}
		for _, name := range heads[1:] {
			text := escape(e.Outputs[name])
			if text == "" {
				text = "(nothing)"
			}
			cells = append(cells, text)
		}
		p.row(cells...)
	}
}

// score is "-" for the reference, which equals itself.
func score(s eval.SystemReport, e eval.Estimate) string {
	if s.Kind == eval.Reference {
		return "-"
	}
	return fmt.Sprintf("%.2f (%.1f to %.1f)", e.Value, e.Low, e.High)
}

func share(e eval.Estimate) string { return fmt.Sprintf("%.1f %%", e.Value) }

func signed(e eval.Estimate) string {
	return fmt.Sprintf("%+.2f (%+.1f to %+.1f)", e.Value, e.Low, e.High)
}

// escape keeps text from being read as Markdown.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_[]<>|#~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
