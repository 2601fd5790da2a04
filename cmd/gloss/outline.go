package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gloss-lsp/gloss/cmd/gloss/outline"
)

type outlineFlags struct {
	workFlags
	json    bool
	tokens  int
	noModel bool
}

func newOutline() *cobra.Command {
	var f outlineFlags
	c := &cobra.Command{
		Use:   "outline [PATH...]",
		Short: "Show which functions files hold, in few words",
		Example: `  gloss outline src
  gloss outline --tokens 4000 .              at most so much, for a coding agent
  gloss outline --no-model src               at once: what authors say
  gloss outline --json src | jq '.files[].functions[].name'`,
		Long: `Show the functions of files and folders, in order and within each other: their
lines, their signatures and what they do. It is a table of contents for people,
and for programs to which reading all of the source costs too much.

  server.go (412 lines)
  12-40 func (s *Server) Serve(ctx context.Context) error — Accepts connections.
  44-61 func (s *Server) drain() ~71% Waits for what is under way.

Behind a dash stands what the author's doc comment says; behind a tilde what the
model says, with how sure it is. What it is less sure of than --min-confidence
is left out.

With --tokens the least useful is left out: first the lines that are least sure,
then other summaries, then small functions; the last line says how much. Tokens
are estimated, at three bytes for each.

Files are chosen, and the exit status is, as with gloss summarize.
` + inputHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(f.paths(args)) == 0 {
				return usage("outline needs a file, a folder or '-'")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			paths := f.paths(args)
			if err := f.configure(c, paths); err != nil {
				return err
			}
			return showOutline(c, paths, f)
		},
	}
	f.workFlags.add(c)
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON document")
	c.Flags().IntVar(&f.tokens, "tokens", 0, "at most about so many tokens (default: all there is to say)")
	c.Flags().BoolVar(&f.noModel, "no-model", false, "ask no model: what authors say is all that is said")
	return c
}

func showOutline(c *cobra.Command, args []string, f outlineFlags) error {
	if f.tokens < 0 {
		return usage("--tokens is %d; it must be at least 1", f.tokens)
	}
	out := newOutputBy(c, newScreen(c), func(w io.Writer, _ screen) printer {
		return &outlinePrinter{w: w, json: f.json, tokens: f.tokens}
	})
	defer out.status.end()
	sources, err := newSources(args, f.inputFlags, interruptible{c.Context(), c.InOrStdin()})
	if err != nil {
		return err
	}
	var w *worker
	waiting := 0
	if !f.noModel {
		if w, waiting, err = f.summaries(c.Context(), out.warn); err != nil {
			return err
		}
		defer w.service.Close()
	}
	items, err := gather(c.Context(), sources, out.status.add)
	out.status.foundAll()
	if err == nil {
		err = w.answer(c.Context(), items, waiting, f.tokens, f.noDoc, nil)
	}
	for _, i := range items {
		if err == nil {
			err = out.item(i)
		}
	}
	return f.finish(c, out, sources, args, err)
}

// gather finds all functions of the sources.
func gather(ctx context.Context, s *sources, found func(int)) (items []*item, err error) {
	err = s.each(ctx, func(i *item) error {
		found(1)
		items = append(items, i)
		return nil
	})
	return items, err
}

// errNotAsked is why a function has no summary that no model was asked for.
var errNotAsked = errors.New("the model was not asked")

// summaryTokens is less than what most summaries take.
const summaryTokens = 12

// answer gives the functions of an outline in so many tokens their summaries, so
// many at a time. Where there is not room for all, the model is asked about the
// longest functions, twice as many as there is room for, of which the surest are
// shown. Others, and all where w is nil, get what their authors say. Asking, if not
// nil, is told how many functions the model is asked about.
func (w *worker) answer(ctx context.Context, items []*item, waiting, tokens int, noDoc bool, asking func(int)) error {
	asked := slices.Clone(items)
	slices.SortStableFunc(asked, func(a, b *item) int { return cmp.Compare(b.endLine-b.line, a.endLine-a.line) })
	n := len(asked)
	switch {
	case w == nil:
		n = 0
	case tokens > 0:
		var b outlineBuilder
		for _, i := range items {
			b.add(i)
		}
		n = min(n, 2*max(0, tokens-b.Outline(0).Tokens)/summaryTokens)
	}
	for _, i := range asked[n:] {
		if !i.describe(noDoc) {
			i.withheld = errNotAsked
		}
	}
	if asking != nil {
		asking(n)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, waiting))
	for _, i := range asked[:n] {
		group.Go(func() error {
			w.summarize(ctx, i)
			return ctx.Err()
		})
	}
	return group.Wait()
}

// outlineBuilder makes an outline of functions as they are found.
type outlineBuilder struct {
	outline.Builder
	of *listing
}

func (b *outlineBuilder) add(i *item) {
	if i.of != b.of {
		b.of = i.of
		file := outline.File{Path: printableLine(i.file), Language: i.language, Lines: i.of.lines}
		if i.cell != nil {
			file.Cell = i.cell.number
		}
		b.File(file, printableLine(i.place()), i.of.chunks)
	}
	b.Add(outline.Function{
		Name: nameLine(i.chunk.Name), Kind: i.chunk.Kind, Signature: printableLine(i.chunk.Signature), StartLine: i.line, EndLine: i.endLine,
		Summary: printableLine(i.summary.Text), Source: i.summary.Source, Confidence: i.summary.Confidence,
	}, i.chunk.Range)
}

// outlinePrinter prints an outline when all is known.
type outlinePrinter struct {
	outlineBuilder
	w      io.Writer
	json   bool
	tokens int
}

func (p *outlinePrinter) item(i *item) error {
	p.add(i)
	return nil
}

func (p *outlinePrinter) end(*tally) error {
	o := p.Outline(p.tokens)
	if p.json {
		return writeJSON(p.w, o)
	}
	_, err := io.WriteString(p.w, o.String())
	return err
}
