// Package text is the form in which a corpus travels: a line for each prompt,
// with the texts that the prompt form "code" makes of a function.
package text

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// Kind is a line's place in the arrays that pack writes.
type Kind int

// The kinds of lines: the tiers of the corpus, and strict pairs with the
// function's name hidden.
const (
	Strict Kind = iota
	Loose
	Named
	Hidden
)

// letters stand for the kinds.
const letters = "slnh"

// Line is a prompt's texts and the sentence that is to follow it.
type Line struct {
	Kind         Kind
	Header, Code string // of prompt.CodeTexts
	Reference    string
}

// New returns the line of p. Code that is too long for any prompt loses its
// middle.
func New(kind Kind, p corpus.Pair) Line {
	header, code := prompt.CodeTexts(p.Function())
	return Line{kind, header, ends(code), p.Reference}
}

// What is kept of the start and the end of long code: well over the 144 and 47
// tokens that a prompt of 192 takes from there, of three or four characters
// each.
const headBytes, tailBytes = 1030, 410

func ends(code string) string {
	if len(code) <= headBytes+tailBytes {
		return code
	}
	return code[:headBytes] + " " + code[len(code)-tailBytes:]
}

// separator stands between a line's fields. No text holds it, nor a line feed.
const separator = "\x1f"

// fields is their number: the kind, the header's lines, code and reference.
const fields = 7

// String returns the line with its line feed.
func (l Line) String() string {
	return letters[l.Kind:l.Kind+1] + separator + strings.ReplaceAll(l.Header, "\n", separator) + l.Code + separator + l.Reference + "\n"
}

// Parse reads what String wrote, without the line feed.
func Parse(s string) (Line, error) {
	f := strings.Split(s, separator)
	if len(f) != fields || len(f[0]) != 1 || !strings.Contains(letters, f[0]) {
		return Line{}, fmt.Errorf("%q is no line that shard wrote", s[:min(len(s), 80)])
	}
	header := strings.Join(slices.Concat(f[1:fields-2], []string{""}), "\n")
	return Line{Kind(strings.Index(letters, f[0])), header, f[fields-2], f[fields-1]}, nil
}
