package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/cmd/gloss/outline"
	"github.com/gloss-lsp/gloss/inference"
)

// tree writes files, in them containers, and in those functions, for people.
type tree struct {
	w io.Writer
	screen
	of     *listing // the file that is being printed
	rows   map[chunker.Range]outline.Row
	gutter int // columns of line numbers
	names  int // columns of names, with their indentation
}

func newTree(w io.Writer, s screen) printer { return &tree{w: w, screen: s} }

const (
	// maxNames bounds the column of names: longer ones have a line to themselves.
	maxNames = 32
	// leastText is the least room beside the names that summaries are put in;
	// in less they stand below.
	leastText = 32
	gap       = "  "
)

func (t *tree) item(i *item) error {
	var b strings.Builder
	if i.of != t.of {
		if t.of != nil {
			b.WriteString("\n")
		}
		t.begin(i.of)
		b.WriteString(t.paint(magenta, printableLine(i.place())) + "\n")
	}
	r := t.rows[i.chunk.Range]
	width := t.width()
	blank := strings.Repeat(" ", t.gutter) + gap
	if r.Heading != "" {
		indent := t.indent(r.Depth-1, width)
		b.WriteString(blank + indent + t.paint(cyan, cut(nameLine(r.Heading), width-len(blank)-len(indent))) + "\n")
	}
	indent := t.indent(r.Depth, width)
	name := cut(nameLine(i.chunk.Name), width-len(blank)-len(indent))
	b.WriteString(t.paint(dim, fmt.Sprintf("%*d", t.gutter, i.line)) + gap + indent + t.paint(bold, name))

	used := len(indent) + uniseg.StringWidth(name)
	column := len(blank) + t.names + len(gap)
	below := used > t.names
	if width-column < leastText {
		column, below = len(blank)+len(indent)+len(gap), true
	}
	text := t.text(i, width-column)
	switch {
	case len(text) == 0:
	case below:
		b.WriteString("\n" + strings.Repeat(" ", column))
	default:
		b.WriteString(strings.Repeat(" ", t.names-used) + gap)
	}
	b.WriteString(strings.Join(text, "\n"+strings.Repeat(" ", column)) + "\n")
	_, err := io.WriteString(t.w, b.String())
	return err
}

// begin finds the columns of a file.
func (t *tree) begin(of *listing) {
	t.of, t.rows = of, outline.Layout(of.chunks)
	t.gutter, t.names = len(strconv.Itoa(of.lines)), 0
	for _, c := range of.chunks {
		if w := len(t.indent(t.rows[c.Range].Depth, t.width())) + uniseg.StringWidth(nameLine(c.Name)); w <= maxNames {
			t.names = max(t.names, w)
		}
	}
}

// indent leaves most of a narrow screen to what is said.
func (t *tree) indent(depth, width int) string {
	return strings.Repeat(" ", min(2*depth, width/4))
}

// text is what is said of a function, in lines.
func (t *tree) text(i *item, width int) []string {
	lines := wrap(printable(i.summary.Text), width)
	note := remark(i)
	if note == "" {
		return lines
	}
	if last := len(lines) - 1; last >= 0 && uniseg.StringWidth(lines[last])+1+uniseg.StringWidth(note) <= width {
		lines[last] += " " + t.paint(dim, note)
		return lines
	}
	return append(lines, t.paint(dim, cut(note, width)))
}

// remark says how far a summary is to be trusted that is not its author's.
func remark(i *item) string {
	switch {
	case i.err != nil:
		return "· failed"
	case i.summary.Source == inference.SourceName:
		return "· from its name"
	case i.summary.Source == inference.SourceModel && i.summary.Confidence > 0:
		return fmt.Sprintf("· %.0f %% sure", 100*i.summary.Confidence)
	}
	return ""
}

func (*tree) end(*tally) error { return nil }
