package main

import (
	"fmt"
	"io"
)

// report is what people should know of the files, besides their functions.
type report struct {
	unreadable []error // what failed
	warnings   []error // what did not
	remarks    []*remarks
	unknown    int // files below folders, of no language that gloss knows
	skipped    int // other files that were passed over
}

// remarks say the same of several files.
type remarks struct {
	lines []string
	more  string // is said of further ones, with their number
	left  int    // how many those are
}

// maxRemarks is how many files below folders are named for the same reason.
const maxRemarks = 5

func (r *report) fail(err error) { r.unreadable = append(r.unreadable, err) }
func (r *report) warn(err error) { r.warnings = append(r.warnings, err) }

// skip remarks that a file was passed over.
func (r *report) skip(named bool, path, reason string) {
	r.skipped++
	r.say(named, fmt.Sprintf("passed over %s: %s", path, reason), "passed over %s: "+reason)
}

// say remarks a line on a file. Files that the user has named are all named;
// of others, more says how many there are besides the first.
func (r *report) say(named bool, line, more string) {
	if named {
		more = ""
	}
	for _, m := range r.remarks {
		switch {
		case m.more != more:
			continue
		case named || len(m.lines) < maxRemarks:
			m.lines = append(m.lines, line)
		default:
			m.left++
		}
		return
	}
	r.remarks = append(r.remarks, &remarks{lines: []string{line}, more: more})
}

// passed prints what there is to say of files, and returns how many were passed
// over.
func (r *report) passed(w io.Writer) (files int) {
	for _, m := range r.remarks {
		for _, line := range m.lines {
			fmt.Fprintln(w, printable(line))
		}
		if m.left > 0 {
			fmt.Fprintf(w, m.more+"\n", count(m.left, "more file"))
		}
	}
	if r.unknown > 0 {
		fmt.Fprintf(w, "passed over %s: of no language that gloss knows\n", count(r.unknown, "file"))
	}
	return r.skipped + r.unknown
}
