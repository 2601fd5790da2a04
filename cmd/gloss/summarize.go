package main

import (
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
)

// ahead is how many functions may be found before the first of them is printed:
// so many that what is left to do is mostly known, in some 15 MB.
const ahead = 4096

type summarizeFlags struct {
	workFlags
	outputFlags
}

func newSummarize() *cobra.Command {
	var f summarizeFlags
	c := &cobra.Command{
		Use:   "summarize [PATH...]",
		Short: "Summarize the functions of files and folders",
		Example: `  gloss summarize src                        a folder, as a tree on a terminal
  gloss summarize src | grep -i cache        one line for each function
  gloss summarize --json src | jq -r .summary
  gloss summarize --format markdown src >docs/functions.md
  git show HEAD:main.py | gloss summarize --language python -
  gloss summarize --model ./my-model --min-confidence 0 main.go`,
		Long: `Summarize every function of the files and folders given ('-' reads standard
input). Folders respect .gitignore. On a terminal they are shown as a tree of
files, containers and functions, with how sure the model is of its sentences;
elsewhere as one line for each function, of which programs may rely on: its
path and line, two blanks, its name behind that of its container and a dot, two
blanks, the summary if there is one. Of a Jupyter notebook the code cells are
read, and lines are those in a cell: a.ipynb:cell 3:12.

A function whose doc comment says what it does shows that comment's first
sentence; the model writes the others, or its name does where that is likelier
to be good. What the model is less sure of than --min-confidence gives way to
what the name says, or to nothing, as in an editor; 0 shows all. Where no model
can run, names are all there is, and a warning says why.

Exit status: 0 nothing failed, even where functions have no summary; 1 a file
could not be read, the model failed on a function, or none could run although
--model, --onnxruntime or GLOSS_ONNXRUNTIME names one; 2 wrong usage or nothing
to do.
` + inputHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(f.paths(args)) == 0 {
				return usage("summarize needs a file, a folder or '-'")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			paths := f.paths(args)
			if err := f.configure(c, paths); err != nil {
				return err
			}
			return summarize(c, paths, f)
		},
	}
	f.workFlags.add(c)
	f.outputFlags.add(c)
	return c
}

// item is one function on its way from the source file to the output.
type item struct {
	file     string
	cell     *cell // of the file, nil if that is no notebook
	language string
	chunk    chunker.Chunk
	line     int // 1-based, of the cell if there is one
	endLine  int

	of *listing // the functions of its file or cell

	done     chan struct{} // closed when the fields below are set
	summary  inference.Summary
	err      error // what failed
	withheld error // why there is no summary although nothing failed
	without  error // why no model could be asked, nil if one was or need not be
}

// place names the file or the cell that i stands in.
func (i *item) place() string { return placeOf(i.file, i.cell) }

func (i *item) function() inference.Function {
	return inference.Function{Language: i.language, Path: i.file, Container: i.chunk.Container, Name: i.chunk.Name, Code: i.chunk.Text, Sum: i.chunk.Key}
}

// describe gives i what its author says of it, if that is something and wanted.
func (i *item) describe(noDoc bool) bool {
	if i.chunk.Doc == "" || noDoc {
		return false
	}
	i.summary = inference.Summary{Text: i.chunk.Doc, Source: inference.SourceDoc}
	return true
}

func summarize(c *cobra.Command, args []string, f summarizeFlags) error {
	out, err := newOutput(c, f.outputFlags)
	if err != nil {
		return err
	}
	defer out.status.end()
	sources, err := newSources(args, f.inputFlags, interruptible{c.Context(), c.InOrStdin()})
	if err != nil {
		return err
	}
	worker, waiting, err := f.summaries(c.Context(), out.warn)
	if err != nil {
		return err
	}
	defer worker.service.Close()

	group, ctx := errgroup.WithContext(c.Context())
	work := make(chan *item, ahead)
	ordered := make(chan *item, ahead)

	group.Go(func() error {
		defer close(work)
		defer close(ordered)
		defer out.status.foundAll()
		return sources.each(ctx, func(i *item) error {
			out.status.add(1)
			select {
			case ordered <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case work <- i:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	for range waiting {
		group.Go(func() error {
			for i := range work {
				worker.summarize(ctx, i)
			}
			return nil
		})
	}
	group.Go(func() error {
		for i := range ordered {
			out.status.at(i.file)
			select {
			case <-i.done:
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := out.item(i); err != nil {
				return err
			}
		}
		return nil
	})
	return f.finish(c, out, sources, args, group.Wait())
}
