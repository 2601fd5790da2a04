package main

import (
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/cmd/gloss/outline"
)

// markdown writes a document: a heading for each file, and a list of its
// functions with links to their lines.
type markdown struct {
	w    io.Writer
	of   *listing // the file that is being printed
	rows map[chunker.Range]outline.Row
}

func newMarkdown(w io.Writer, _ screen) printer { return &markdown{w: w} }

func (m *markdown) item(i *item) error {
	var b strings.Builder
	if i.of != m.of {
		if m.of != nil {
			b.WriteString("\n")
		}
		m.of, m.rows = i.of, outline.Layout(i.of.chunks)
		fmt.Fprintf(&b, "## %s\n\n", link(escapeMarkdown(printableLine(i.place())), i.file, 0))
	}
	r := m.rows[i.chunk.Range]
	if r.Heading != "" {
		fmt.Fprintf(&b, "%s- **%s**\n", strings.Repeat("  ", r.Depth-1), escapeMarkdown(nameLine(r.Heading)))
	}
	fmt.Fprintf(&b, "%s- %s", strings.Repeat("  ", r.Depth), m.linked(i))
	if i.summary.Text != "" {
		fmt.Fprintf(&b, ": %s", escapeMarkdown(printableLine(i.summary.Text)))
	}
	b.WriteString("\n")
	_, err := io.WriteString(m.w, b.String())
	return err
}

// linked is the name of a function with a link to it. Nothing leads into a cell.
func (m *markdown) linked(i *item) string {
	name := codeSpan(nameLine(i.chunk.Name))
	if i.cell != nil {
		return name
	}
	return link(name, i.file, i.line)
}

// end says who wrote the sentences: readers cannot see it in the text.
func (m *markdown) end(t *tally) error {
	if t.total == 0 {
		return nil
	}
	_, err := fmt.Fprintf(m.w, "\n_%s: %d described by their authors, %d by a small language model, which may be wrong, and %d by their names._\n",
		count(t.total, "function"), t.docs, t.written(), t.names)
	return err
}

// link links text, which is Markdown already, to a line of a file.
func link(text, file string, line int) string {
	if file == "-" {
		return text
	}
	to := url.URL{Path: filepath.ToSlash(file)}
	if line > 0 {
		to.Fragment = fmt.Sprintf("L%d", line)
	}
	// Brackets would end the link.
	return fmt.Sprintf("[%s](%s)", text, strings.NewReplacer("(", "%28", ")", "%29").Replace(to.String()))
}

// codeSpan writes code inside a line. A name may hold backquotes, Kotlin's do.
func codeSpan(code string) string {
	fence := "`"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + code + " " + fence
	}
	return fence + code + fence
}

// escapeMarkdown makes Markdown show text as it is. An @ would call the person
// of that name where the document is read.
func escapeMarkdown(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '@':
			b.WriteString("@<!-- -->")
			continue
		case strings.ContainsRune("\\`*_{}[]<>#|~&!$", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
