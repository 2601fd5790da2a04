// Package outline shows which functions files hold, in few words: for people, and
// for programs that pay by the token.
package outline

import (
	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
)

// Outline is what is shown of some files.
type Outline struct {
	Files []*File `json:"files"`
	// Tokens is about how many tokens the text of the outline has (Tokens).
	Tokens int `json:"tokens"`
	// LeftOut is what a budget has left out, nil for nothing.
	LeftOut *LeftOut `json:"leftOut,omitempty"`
}

// LeftOut counts what a budget has left out.
type LeftOut struct {
	Summaries int `json:"summaries,omitempty"`
	Functions int `json:"functions,omitempty"`
	// FunctionsUnder is more than the lines of any function that is left out.
	FunctionsUnder int `json:"functionsUnder,omitempty"`
	Files          int `json:"files,omitempty"`
}

// File is a file, or a cell of a notebook, with its functions.
type File struct {
	Path string `json:"path"`
	// Cell is the number of a notebook's cell, from 1 on, that lines are counted
	// in; 0 for other files.
	Cell      int         `json:"cell,omitempty"`
	Language  string      `json:"language"`
	Lines     int         `json:"lines"`
	Functions []*Function `json:"functions"`
	place     string
}

// KindContainer is the kind of a Function that is only known by what it contains:
// a class, say, which has a name, and neither lines nor a signature.
const KindContainer chunker.Kind = "container"

// Function is a function with those in it.
type Function struct {
	Name       string           `json:"name"`
	Kind       chunker.Kind     `json:"kind"`
	Signature  string           `json:"signature,omitempty"`
	StartLine  int              `json:"startLine,omitempty"` // from 1 on
	EndLine    int              `json:"endLine,omitempty"`
	Summary    string           `json:"summary,omitempty"`
	Source     inference.Source `json:"source,omitempty"`
	Confidence float64          `json:"confidence,omitempty"` // inference.Summary's
	Functions  []*Function      `json:"functions,omitempty"`
}

func (f *Function) lines() int { return f.EndLine - f.StartLine + 1 }

// Builder makes an Outline of functions that come in the order of their files.
type Builder struct {
	outline Outline
	rows    map[chunker.Range]Row
	open    []*[]*Function // where the next function of each depth goes
}

// File begins a file. Place is what people know it by. Its functions are those of
// chunks, which are in the order in which they start.
func (b *Builder) File(f File, place string, chunks []chunker.Chunk) {
	f.place = place
	b.outline.Files = append(b.outline.Files, &f)
	b.rows = Layout(chunks)
	b.open = []*[]*Function{&f.Functions}
}

// Add adds a function of the file that was begun last.
func (b *Builder) Add(f Function, chunk chunker.Range) {
	row := b.rows[chunk]
	if row.Heading != "" {
		b.add(&Function{Name: row.Heading, Kind: KindContainer}, row.Depth-1)
	}
	b.add(&f, row.Depth)
}

func (b *Builder) add(f *Function, depth int) {
	b.open = b.open[:min(depth+1, len(b.open))]
	into := b.open[len(b.open)-1]
	*into = append(*into, f)
	b.open = append(b.open, &f.Functions)
}

// Outline returns what was added, in at most so many tokens; 0 is for any number.
// What is least worth its tokens is left out: first the lines of least confidence,
// then the other summaries, then small functions.
func (b *Builder) Outline(tokens int) *Outline {
	o := b.outline
	if o.Files == nil {
		o.Files = []*File{}
	}
	if tokens > 0 {
		o.fit(tokens)
	}
	o.Tokens = Tokens(o.String())
	return &o
}
