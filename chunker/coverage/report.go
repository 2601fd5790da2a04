package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/gloss-lsp/gloss/chunker"
)

// comparison is what came out for a language in a checkout.
type comparison struct {
	tree   checkout
	lister lister
	files  int
	differences
	unparsed []string // files that the lister cannot parse, and why: left out
	failed   []string // files that gloss cannot parse, and why: all missed
}

// columns are the headings of a table. A language's tables have one row for
// each checkout.
var columns = []string{
	"repository", "commit", "files", "listed", "found", "missed", "false", "wrong range", "wrong name", "wrong container", "left out",
}

func (c *comparison) cells(skipped int) []string {
	commit := "-"
	if c.tree.commit != "" {
		commit = c.tree.commit[:min(len(c.tree.commit), 12)]
	}
	return append(append([]string{printable(c.tree.name), commit}, c.counts()...), strconv.Itoa(skipped+len(c.unparsed)))
}

func (c *comparison) counts() []string {
	share := ""
	if c.listed > 0 {
		share = fmt.Sprintf(" (%.2f %%)", 100*float64(c.equal)/float64(c.listed))
	}
	cells := []string{strconv.Itoa(c.files), strconv.Itoa(c.listed), strconv.Itoa(c.equal) + share}
	for k := range kinds {
		cells = append(cells, strconv.Itoa(len(c.of[k])))
	}
	return cells
}

// write prints the table of a language, with a row for the sum where there are
// several checkouts, and then what was asked for of the differences.
func write(w io.Writer, o options, language *chunker.Language, all []comparison) {
	rows := [][]string{columns}
	var parsers []string // one, unless it fails over some checkout
	var sum comparison
	out := 0
	for i := range all {
		c := &all[i]
		skipped := c.tree.skipped[language]
		rows = append(rows, c.cells(skipped))
		if !slices.Contains(parsers, c.lister.name) {
			parsers = append(parsers, c.lister.name)
		}
		sum.files += c.files
		sum.add(c.differences, "")
		out += skipped + len(c.unparsed)
	}
	if len(all) > 1 {
		rows = append(rows, append(append([]string{"together", ""}, sum.counts()...), strconv.Itoa(out)))
	}
	fmt.Fprintf(w, "%s beside %s, functions of at least %d lines:\n\n", language.Name, strings.Join(parsers, " and "), o.minLines)
	if o.markdown {
		writeMarkdown(w, rows)
	} else {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range rows {
			fmt.Fprintln(t, strings.Join(row, "\t"))
		}
		t.Flush()
	}
	fmt.Fprintln(w)
	for i := range all {
		all[i].show(w, o.show)
	}
}

func writeMarkdown(w io.Writer, rows [][]string) {
	for i, row := range rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintln(w, strings.Repeat("|---", len(row))+"|")
		}
	}
}

// show prints up to n examples of each kind of difference, spread over all, and
// the files that gloss fails over in any case.
func (c *comparison) show(w io.Writer, n int) {
	for k := range kinds {
		for _, d := range spread(c.of[k], n) {
			fmt.Fprintf(w, "%s: %s\n", kindNames[k], d.describe(c.tree.name))
		}
	}
	for _, f := range spread(c.unparsed, n) {
		fmt.Fprintf(w, "left out: %s/%s\n", printable(c.tree.name), printable(f))
	}
	for _, f := range spread(c.failed, max(n, 3)) {
		fmt.Fprintf(w, "gloss failed: %s/%s\n", printable(c.tree.name), printable(f))
	}
}

// spread returns n of all at equal distances.
func spread[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	var some []T
	for i := range n {
		some = append(some, all[i*len(all)/n])
	}
	return some
}

// describe writes the place of what is listed, or else of what is found, such
// that an editor can open it.
func (d differing) describe(repository string) string {
	at := d.listed
	if at == nil {
		at = d.found
	}
	s := fmt.Sprintf("%s/%s:%d: %s", printable(repository), printable(d.file), at.Start, at)
	if d.listed != nil && d.found != nil {
		s += ", gloss has " + d.found.String()
	}
	return s
}

func (f *function) String() string {
	name := printable(f.Name)
	if f.Container != nil && *f.Container != "" {
		name += " of " + printable(*f.Container)
	}
	return fmt.Sprintf("%s (%d-%d)", name, f.Start, f.End)
}

// printable hides from a terminal and from a table what could steer them.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == '|':
			return unicode.ReplacementChar
		}
		return r
	}, s)
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}
