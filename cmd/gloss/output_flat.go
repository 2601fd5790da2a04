package main

import (
	"fmt"
	"io"
	"strings"
)

// flat writes "path:line  name  summary" for programs and for grep, and
// "path:cell n:line" of notebooks. Its lines are a contract.
type flat struct {
	w io.Writer
	screen
}

func newFlat(w io.Writer, s screen) printer { return &flat{w, s} }

// longestName is how much of a name a terminal is shown, in columns: who wrote
// a longer one did not write it for people.
const longestName = 100

func (f *flat) item(i *item) error {
	place, name := printableLine(fmt.Sprintf("%s:%d", i.place(), i.line)), fullName(i)
	if f.terminal {
		name = cut(name, longestName)
	}
	line := f.paint(dim, place) + "  " + f.paint(bold, name)
	if i.summary.Text != "" {
		line += "  " + printableLine(i.summary.Text)
	}
	_, err := fmt.Fprintln(f.w, line)
	return err
}

func (*flat) end(*tally) error { return nil }

// fullName is a function's name with that of its container, in one notation
// for all languages: "Limiter.allow".
func fullName(i *item) string {
	name := nameLine(i.chunk.Name)
	if i.chunk.Container != "" {
		name = nameLine(i.chunk.Container) + "." + name
	}
	return name
}

// nameLine writes a name as it is printed. One may stretch over lines, as C++'s
// templates do; two blanks would be the end of it.
func nameLine(name string) string {
	return printable(strings.Join(strings.Fields(name), " "))
}
