package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestReadNotebook reads what notebooks may look like, and what they may not.
func TestReadNotebook(t *testing.T) {
	const code = `{"cells": [{"cell_type": "code", "source": "x"}]`
	for _, test := range []struct{ content, want string }{
		{code + "}", "1 python x [1]"},
		{"\ufeff" + code + "}", "1 python x [1]"},
		{code + `, "metadata": {"language_info": {"name": "julia"}, "kernelspec": {"language": "r"}}}`, "1 julia x [1]"},
		{code + `, "metadata": {"kernelspec": {"name": "python3.12"}}}`, "1 python x [1]"},
		{"{\"cells\": [\n{\"source\": [\n\"a\\n\",\n\"\",\n\"b\",\n\"c\\nd\\n\"\n], \"cell_type\": \"code\"}]}", "1 python a|bc|d| [3 5 6 6]"},
		{`{"cells": [{}, {"cell_type": "code"}, {"cell_type": "code", "source": null}, {"cell_type": "code", "source": "x"}]}`, "4 python x [1]"},
		{`{"cells": []}`, ""},
		{`{}`, ""},
		{``, "unexpected EOF"},
		{`[]`, "it is not what a notebook holds"},
		{`{"cells": null}`, "it is not what a notebook holds"},
		{`{"cells": [1]}`, "it is not what a notebook holds"},
		{`{"cells": [{"source": [1]}]}`, "cannot unmarshal number"},
		{`{"cells": [{"source": {}}]}`, "cannot unmarshal object"},
		{`{"cells": [{"cell_type": 1}]}`, "cannot unmarshal number"},
		{code, "unexpected EOF"},
		{"<<<<<<< HEAD", "invalid character"},
		{`{"nbformat": 3}`, "it is of format 3"},
		{`{"cells": [` + strings.Repeat("{},", maxCells) + `{}]}`, "it has more than 10000 cells"},
		{`{"x": ` + strings.Repeat("[", 1<<20), "exceeded max depth"},
	} {
		cells, err := readNotebook([]byte(test.content))
		got := describeCells(cells)
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != test.want || err != nil && (test.want == "" || !strings.Contains(got, test.want)) {
			t.Errorf("%.80q is read as %q, want %q", test.content, got, test.want)
		}
	}
}

// describeCells writes cells on one line.
func describeCells(cells []cell) string {
	var b strings.Builder
	for _, c := range cells {
		fmt.Fprintf(&b, "%d %s %s %d ", c.number, c.language, strings.ReplaceAll(c.source, "\n", "|"), c.lines)
	}
	return strings.TrimSpace(b.String())
}

// TestHostileNotebook holds that no notebook takes long to be read.
func TestHostileNotebook(t *testing.T) {
	const hang = 20 * time.Second
	for _, piece := range []string{`"",`, `"\n",`, "\n", "[", `"a`, `{"source": [`} {
		began := time.Now()
		_, _ = readNotebook([]byte(`{"cells": [{"source": [` + strings.Repeat(piece, 4<<20/len(piece))))
		if took := time.Since(began); took > hang {
			t.Errorf("%q, repeated, takes %s", piece, took)
		}
	}
}

// FuzzReadNotebook holds that any bytes are read without a panic, and that each
// line of a cell stands in the file, where it says.
func FuzzReadNotebook(f *testing.F) {
	f.Add([]byte("{\"cells\": [\n{\"source\": [\n\"a\\n\",\n\"\",\n\"b\"], \"cell_type\": \"code\", \"source\": \"b\", \"metadata\": {\"vscode\": {\"languageId\": \"go\"}}}],\n\"nbformat\": 4, \"metadata\": {\"language_info\": {\"name\": \"python\"}}}"))
	f.Add([]byte(`{"cells": [{"source" :[ "x" ]}, {"source": null}, {"cell_type": "code", "source": []}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		cells, err := readNotebook(content)
		if err != nil && len(cells) > 0 {
			t.Error("an error, and cells")
		}
		number, end := 0, 1+bytes.Count(content, []byte("\n"))
		for _, c := range cells {
			if c.number <= number || c.source == "" || len(c.lines) != 1+strings.Count(c.source, "\n") || !slices.IsSorted(c.lines) || c.inFile(1) < 1 || c.inFile(len(c.lines)) > end {
				t.Errorf("%q has the cell %+v", content, c)
			}
			number = c.number
		}
	})
}
