package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/gloss-lsp/gloss/inference"
)

// output prints summaries: lines for people, or JSON for programs, and a
// progress bar on stderr when that is a terminal.
type output struct {
	w        *bufio.Writer
	stderr   io.Writer
	json     bool
	terminal bool // stdout is one
	colour   bool
	bar      *progressbar.ProgressBar // nil when stderr is no terminal
	begun    time.Time
	found    atomic.Int64 // functions, so far

	total, failed, withheld, docs, names, cached int // printed
	unavailable                                  error
}

// barDelay keeps the bar away from what is done at once.
const barDelay = 500 * time.Millisecond

func newOutput(stdout, stderr io.Writer, asJSON bool) *output {
	o := &output{w: bufio.NewWriter(stdout), stderr: stderr, json: asJSON, terminal: isTerminal(stdout), begun: time.Now()}
	o.colour = o.terminal && os.Getenv("NO_COLOR") == ""
	if isTerminal(stderr) {
		o.bar = newBar(stderr, 1, "summarizing")
	}
	return o
}

func newBar(stderr io.Writer, count int, doing string) *progressbar.ProgressBar {
	return progressbar.NewOptions(count,
		progressbar.OptionSetWriter(stderr),
		progressbar.OptionSetDescription(doing),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond),
	)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// record is the JSON object of one function. Its fields are a contract.
type record struct {
	File      string           `json:"file"`
	Language  string           `json:"language"`
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

// item prints one finished function.
func (o *output) item(i *item) error {
	o.total++
	if i.without != nil {
		o.unavailable = i.without
	}
	switch {
	case i.err != nil:
		o.failed++
	case i.withheld != nil:
		o.withheld++
	case i.summary.Source == inference.SourceDoc:
		o.docs++
	case i.summary.Source == inference.SourceName:
		o.names++
	case i.summary.Cached:
		o.cached++
	}
	if o.bar == nil || time.Since(o.begun) < barDelay {
		return o.print(i)
	}
	// A bar that cannot be drawn must not end the work.
	_ = o.bar.Clear()
	err := errors.Join(o.print(i), o.w.Flush()) // before the bar is drawn below it
	o.bar.ChangeMax64(o.found.Load())
	_ = o.bar.Set(o.total)
	return err
}

func (o *output) print(i *item) error {
	if o.json {
		r := record{
			File: i.file, Language: i.language, Name: i.chunk.Name, Kind: string(i.chunk.Kind),
			StartLine: i.line, EndLine: i.endLine,
			Summary: i.summary.Text, Source: i.summary.Source, Model: i.summary.Model,
			Cached: i.summary.Cached, Ms: ms(i.summary.Elapsed), Confidence: i.summary.Confidence,
		}
		if i.err != nil {
			r.Error = i.err.Error()
		}
		if i.withheld != nil {
			r.Withheld = i.withheld.Error()
		}
		encoder := json.NewEncoder(o.w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	summary := i.summary.Text
	if i.err != nil {
		summary = "(failed: " + printable(firstLine(i.err.Error())) + ")"
	}
	place, name := printable(fmt.Sprintf("%s:%d", i.file, i.line)), printable(i.chunk.Name)
	place, name = strings.ReplaceAll(place, "\n", "?"), strings.ReplaceAll(name, "\n", "?")
	if o.terminal { // a program gets as few blanks as it can cut at
		place = fmt.Sprintf("%-*s", i.placeWidth, place)
		if summary != "" {
			name = fmt.Sprintf("%-*s", i.nameWidth, name)
		}
	}
	if o.colour {
		place, name = "\x1b[2m"+place+"\x1b[0m", "\x1b[1m"+name+"\x1b[0m"
	}
	line := place + "  " + name
	if summary != "" {
		line += "  " + summary
	}
	_, err := fmt.Fprintln(o.w, line)
	return err
}

// printable keeps names, and messages that quote them, from steering the
// terminal. Lines and tabs of messages stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf) {
			return '?'
		}
		return r
	}, s)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// end flushes, and says on stderr what was done and what was not.
func (o *output) end(s *sources) error {
	if o.bar != nil {
		_ = o.bar.Clear()
	}
	err := o.w.Flush()
	s.failures(o.stderr)
	if o.unavailable != nil {
		fmt.Fprintln(o.stderr, "gloss:", printable(o.unavailable.Error()))
	}
	if o.total == 0 && s.empty() {
		return err
	}
	none := o.withheld + o.failed
	model := o.total - none - o.docs - o.names
	fmt.Fprintf(o.stderr, "%s in %s: %d from the model (%d of them cached), %d from names, %d from doc comments, %d without a summary\n",
		count(o.total, "function"), count(s.files, "file"), model, o.cached, o.names, o.docs, none)
	if o.failed > 0 {
		fmt.Fprintf(o.stderr, "the model failed on %s\n", count(o.failed, "function"))
	}
	s.passed(o.stderr)
	return err
}

// count writes n things in English.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
