package outline

import (
	"cmp"
	"slices"

	"github.com/gloss-lsp/gloss/inference"
)

// noteTokens is room for LeftOut.String.
const noteTokens = 60

// fit leaves out what it must so that the text has at most so many tokens.
func (o *Outline) fit(tokens int) {
	total := 0
	var all []*Function
	in := map[*Function]*frame{}
	for _, f := range o.Files {
		of := &frame{tokens: Tokens(f.head())}
		total += of.tokens
		each(f.Functions, 0, func(f *Function, depth int) {
			tokens := Tokens(f.line(depth))
			total += tokens
			if f.Kind == KindContainer {
				of.tokens += tokens
				return
			}
			all = append(all, f)
			in[f] = of
			of.functions++
		})
	}
	if total <= tokens {
		return
	}
	tokens -= noteTokens
	left := &LeftOut{}
	o.LeftOut = left

	slices.SortStableFunc(all, func(a, b *Function) int {
		return cmp.Or(cmp.Compare(a.worth(), b.worth()), cmp.Compare(a.lines(), b.lines()))
	})
	for _, f := range all {
		if total <= tokens {
			return
		}
		if saved := Tokens(f.gloss()); saved > 0 {
			total -= saved
			left.Summaries++
		}
		f.Summary, f.Source, f.Confidence = "", "", 0
	}
	// What is in a function is no longer than it, and starts later.
	slices.SortStableFunc(all, func(a, b *Function) int {
		return cmp.Or(cmp.Compare(a.lines(), b.lines()), cmp.Compare(b.StartLine, a.StartLine))
	})
	gone := map[*Function]bool{}
	for _, f := range all {
		if total <= tokens && f.lines() >= left.FunctionsUnder {
			break
		}
		total -= Tokens(f.line(0))
		if of := in[f]; of.functions > 1 {
			of.functions--
		} else {
			total -= of.tokens
		}
		gone[f] = true
		left.Functions++
		left.FunctionsUnder = f.lines() + 1
	}
	o.Files = slices.DeleteFunc(o.Files, func(f *File) bool {
		f.Functions = without(f.Functions, gone)
		if len(f.Functions) > 0 {
			return false
		}
		left.Files++
		return true
	})
}

// frame is what of a file is shown besides its functions, as long as there are any.
type frame struct{ tokens, functions int }

// without takes functions away, and containers that are empty then.
func without(functions []*Function, gone map[*Function]bool) []*Function {
	return slices.DeleteFunc(functions, func(f *Function) bool {
		f.Functions = without(f.Functions, gone)
		return gone[f] || f.Kind == KindContainer && len(f.Functions) == 0
	})
}

// worth orders summaries: an author's is worth most, a name's nothing.
func (f *Function) worth() float64 {
	switch f.Source {
	case inference.SourceDoc:
		return 2
	case inference.SourceModel:
		return f.Confidence
	}
	return -1
}
