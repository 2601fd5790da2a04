package outline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
)

// sample is an outline of three files: functions that stand by themselves, in
// each other, and in classes that their signatures name or not.
func sample(files int) *Builder {
	var b Builder
	for i := range files {
		chunks := []chunker.Chunk{
			{Name: "Serve", Container: "Server", Range: chunker.Range{Start: 0, End: 100}},
			{Name: "loop", Container: "Serve", Range: chunker.Range{Start: 10, End: 60}},
			{Name: "area", Container: "Box", Range: chunker.Range{Start: 200, End: 300}},
			{Name: "main", Range: chunker.Range{Start: 400, End: 500}},
		}
		b.File(File{Path: "a", Language: "go", Lines: 50}, fmt.Sprintf("a%d", i), chunks)
		b.Add(Function{Name: "Serve", Signature: "func (s *Server) Serve() error {", StartLine: 1, EndLine: 20, Summary: "Serve accepts connections.", Source: inference.SourceDoc}, chunks[0].Range)
		b.Add(Function{Name: "loop", Signature: "loop := func()", StartLine: 3, EndLine: 10, Summary: "Reads what comes.", Source: inference.SourceModel, Confidence: 0.7}, chunks[1].Range)
		b.Add(Function{Name: "area", Signature: "def area(self):", StartLine: 30, EndLine: 33, Summary: "Returns the area.", Source: inference.SourceName}, chunks[2].Range)
		b.Add(Function{Name: "main", Signature: "func main()", StartLine: 40, EndLine: 44, Summary: "Starts the server.", Source: inference.SourceModel}, chunks[3].Range)
	}
	return &b
}

func TestOutline(t *testing.T) {
	whole := sample(1).Outline(0)
	want := `a0 (50 lines)
1-20 func (s *Server) Serve() error — accepts connections.
 3-10 loop := func() ~70% Reads what comes.
Box:
 30-33 def area(self)
40-44 func main() ~ Starts the server.
`
	if diff := cmp.Diff(want, whole.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if whole.LeftOut != nil || whole.Tokens != Tokens(want) {
		t.Errorf("%+v, %d tokens", whole.LeftOut, whole.Tokens)
	}
}

// Whatever the budget, it is kept if it has room for the note, what is left out is
// counted, and less is left out of a larger one.
func TestBudget(t *testing.T) {
	count := func(o *Outline) (functions, summaries int) {
		for _, f := range o.Files {
			each(f.Functions, 0, func(f *Function, _ int) {
				if f.Kind == KindContainer {
					return
				}
				if functions++; f.gloss() != "" {
					summaries++
				}
			})
		}
		return functions, summaries
	}
	allFunctions, allSummaries := count(sample(20).Outline(0))
	before := 0
	for tokens := 80; tokens < 2000; tokens += 1 + rand.IntN(40) {
		o := sample(20).Outline(tokens)
		if o.Tokens > tokens {
			t.Fatalf("%d tokens, of at most %d:\n%s", o.Tokens, tokens, o)
		}
		functions, summaries := count(o)
		left := LeftOut{}
		if o.LeftOut != nil {
			left = *o.LeftOut
		}
		if functions+left.Functions != allFunctions || summaries+left.Summaries != allSummaries || len(o.Files)+left.Files != 20 {
			t.Fatalf("%d tokens: %d functions, %d summaries and %d files, of which %+v are left out", tokens, functions, summaries, len(o.Files), left)
		}
		if shown := functions + summaries; shown < before {
			t.Fatalf("%d tokens show %d, fewer have shown %d", tokens, shown, before)
		} else {
			before = shown
		}
	}
	if before != allFunctions+allSummaries {
		t.Errorf("2000 tokens show %d", before)
	}
	// What is least sure goes first.
	text := sample(20).Outline(1000).String()
	if strings.Contains(text, "~") || !strings.Contains(text, "—") && strings.Count(text, "main") < 20 {
		t.Errorf("%s", text)
	}
}

// Files of which nothing is left cost nothing: the budget is for what is shown.
func TestBudgetIsUsed(t *testing.T) {
	var b Builder
	const files, budget = 900, 1000
	for i := range files {
		chunk := chunker.Chunk{Name: "run", Range: chunker.Range{End: 10}}
		b.File(File{Language: "go", Lines: i + 3}, fmt.Sprintf("folder/with/a/name/file%d.go", i), []chunker.Chunk{chunk})
		b.Add(Function{Name: "run", Signature: "func run() error {", StartLine: 1, EndLine: i + 3}, chunk.Range)
	}
	if o := b.Outline(budget); o.Tokens < budget*3/4 || o.Tokens > budget {
		t.Errorf("%d tokens of %d are used, by %d files of %d", o.Tokens, budget, len(o.Files), files)
	}
}
