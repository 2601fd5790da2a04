package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
)

// listing is what is known of a file, or of a cell, when its first function is
// printed.
type listing struct {
	lines  int
	chunks []chunker.Chunk
}

// printer writes functions in one of the formats, in the order of their files.
type printer interface {
	item(*item) error
	// end writes what stands below all functions.
	end(*tally) error
}

// formats are the ways in which summaries can be printed.
var formats = map[string]func(io.Writer, screen) printer{
	"tree":     newTree,
	"flat":     newFlat,
	"json":     newRecords,
	"markdown": newMarkdown,
}

func formatNames() []string { return slices.Sorted(maps.Keys(formats)) }

// outputFlags are those of how summaries are printed.
type outputFlags struct {
	format string
	json   bool
}

func (f *outputFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.format, "format", "", "how summaries are printed: "+strings.Join(formatNames(), ", ")+" (default: tree on a terminal, else flat)")
	complete(c, "format", oneOf(formatNames()...))
	c.Flags().BoolVar(&f.json, "json", false, "the same as --format json: one JSON object a line")
}

// choose returns the format that is wanted.
func (f *outputFlags) choose(s screen) (string, error) {
	format := f.format
	switch {
	case f.json && format != "" && format != "json":
		return "", usage("--json and --format %s exclude each other", format)
	case f.json:
		return "json", nil
	case format == "" && s.terminal:
		return "tree", nil
	}
	format = cmp.Or(format, "flat")
	if formats[format] == nil {
		return "", usage("--format is %q; it must be one of %s", format, strings.Join(formatNames(), ", "))
	}
	return format, nil
}

// output prints summaries on stdout, and on stderr how far the work is and what
// became of it.
type output struct {
	tally
	w       *bufio.Writer
	printer printer
	shared  bool // stdout is a terminal, as the status's is
	stderr  io.Writer
	status  *status
	quiet   bool
	begun   time.Time
	file    string // the last that was printed

	failure     string // the first function that the model failed on, and why
	unavailable error
}

// tally counts what was printed, by where it comes from.
type tally struct{ files, total, failed, withheld, docs, names, cached int }

// written is how many summaries the model has written.
func (t *tally) written() int { return t.total - t.none() - t.docs - t.names }

// String says where summaries come from, without what there is none of.
func (t *tally) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{t.written(), "from the model"}, {t.names, "from names"}, {t.docs, "from doc comments"}, {t.none(), "without a summary"}} {
		if part.n == 0 {
			continue
		}
		text := fmt.Sprintf("%d %s", part.n, part.what)
		if part.what == "from the model" && t.cached > 0 {
			text += fmt.Sprintf(" (%d of them cached)", t.cached)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// none is how many functions have no summary.
func (t *tally) none() int { return t.withheld + t.failed }

func newOutput(c *cobra.Command, f outputFlags) (*output, error) {
	s := newScreen(c)
	format, err := f.choose(s)
	if err != nil {
		return nil, err
	}
	return newOutputBy(c, s, formats[format]), nil
}

func newOutputBy(c *cobra.Command, s screen, print func(io.Writer, screen) printer) *output {
	w := bufio.NewWriter(s.w)
	return &output{
		w: w, printer: print(w, s), shared: s.terminal,
		stderr: c.ErrOrStderr(), status: newStatus(c.ErrOrStderr(), isQuiet(c)), quiet: isQuiet(c), begun: time.Now(),
	}
}

// item prints one finished function.
func (o *output) item(i *item) error {
	o.total++
	if o.total == 1 || i.file != o.file {
		o.file = i.file
		o.files++
	}
	if i.without != nil {
		o.unavailable = i.without
	}
	switch {
	case i.err != nil:
		o.failed++
		if o.failure == "" {
			o.failure = fmt.Sprintf("%s:%d: %v", i.place(), i.line, i.err)
		}
	case i.withheld != nil:
		o.withheld++
	case i.summary.Source == inference.SourceDoc:
		o.docs++
	case i.summary.Source == inference.SourceName:
		o.names++
	case i.summary.Cached:
		o.cached++
	}
	o.status.step()
	if !o.shared {
		return o.printer.item(i)
	}
	return o.status.without(func() error {
		if err := o.printer.item(i); err != nil {
			return err
		}
		return o.w.Flush() // before the status is drawn below it
	})
}

// end flushes, and says on stderr what was done and what was not.
func (o *output) end(s *sources) error {
	o.status.end()
	err := o.printer.end(&o.tally)
	if err = errors.Join(err, o.w.Flush()); err != nil {
		return err
	}
	for _, errs := range [][]error{s.unreadable, s.warnings} {
		for _, err := range errs {
			o.say(err.Error())
		}
	}
	if o.unavailable != nil {
		o.say(o.unavailable.Error())
	}
	if o.failed > 0 {
		o.say(fmt.Sprintf("the model failed on %s, first on %s", count(o.failed, "function"), o.failure))
	}
	if o.quiet {
		return nil
	}
	passed := ""
	if n := s.passed(o.stderr); n > 0 {
		passed = "; " + count(n, "file") + " passed over"
	}
	if o.total > 0 {
		fmt.Fprintf(o.stderr, "%s in %s: %s%s; %.1f s\n", count(o.total, "function"), count(o.files, "file"), &o.tally, passed, time.Since(o.begun).Seconds())
	}
	return nil
}

// say writes a message of the program's.
func (o *output) say(message string) { fmt.Fprintln(o.stderr, "gloss:", printable(message)) }

// warn writes what comes up while the work goes on.
func (o *output) warn(err error) {
	_ = o.status.without(func() error {
		o.say(err.Error())
		return nil
	})
}

// count writes n things in English.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
