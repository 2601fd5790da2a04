package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/onnx"
)

// ahead is how many functions may be found before the first of them is printed:
// so many that what is left to do is mostly known, in some 15 MB.
const ahead = 4096

type summarizeFlags struct {
	modelFlags
	inputFlags
	outputFlags
	jobs    int
	sure    float64 // the least confidence
	noCache bool
	noDoc   bool
	mode    string
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
	f.modelFlags.add(c)
	f.remoteFlags.add(c)
	f.inputFlags.add(c)
	f.outputFlags.add(c)
	c.Flags().IntVar(&f.jobs, "jobs", runtime.NumCPU(), "steps of the model that run at a time; each serves several functions where it can. With --backend openai: requests at a time (default: openai.concurrency)")
	c.Flags().Float64Var(&f.sure, "min-confidence", inference.DefaultMinConfidence, "0 to 1: the share of good ones among summaries of which the model is as sure, below which none is shown")
	c.Flags().BoolVar(&f.noCache, "no-cache", false, "ask the model anew and keep nothing on disk")
	c.Flags().BoolVar(&f.noDoc, "no-doc", false, "ask the model even where a doc comment would do")
	c.Flags().StringVar(&f.mode, "mode", modeAuto, "where the model runs: inprocess, in the daemon (which editors start), or auto: in the daemon if one runs")
	c.Flags().DurationVar(&f.timeout, "timeout", 0, "longest time for one function (default 5s), times the number of those that share its steps")
	return c
}

// askers says in c how much is done at a time, and returns the number of
// functions that are asked about at a time: who waits costs nothing.
func (f *summarizeFlags) askers(c *inference.Config) int {
	if c.Remote != nil {
		if f.set("jobs") {
			c.Remote.Concurrency = min(f.jobs, 256)
		}
		return 2 * c.Remote.Concurrency
	}
	jobs := min(f.jobs, runtime.NumCPU()) // more than that only costs memory
	c.Runtime.Parallel, c.Runtime.Batch = jobs, batch
	return jobs * batch
}

// asksForModel reports whether a model, the library that runs it, or a server is
// named. Otherwise a machine that has none shows what names say.
func (f *summarizeFlags) asksForModel() bool {
	return f.backend == backendOpenAI || f.model != "" || f.library != "" || os.Getenv(onnx.LibraryEnv) != ""
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

func summarize(c *cobra.Command, args []string, f summarizeFlags) error {
	if f.jobs < 1 {
		return usage("--jobs is %d; it must be at least 1", f.jobs)
	}
	if !(f.sure >= 0 && f.sure <= 1) {
		return usage("--min-confidence is %v; it must lie between 0 and 1", f.sure)
	}
	out, err := newOutput(c, f.outputFlags)
	if err != nil {
		return err
	}
	defer out.status.end()
	sources, err := newSources(args, f, interruptible{c.Context(), c.InOrStdin()})
	if err != nil {
		return err
	}
	config, err := f.serviceConfig(writerOptions(f.settings.Inference))
	if err != nil {
		return err
	}
	waiting := f.askers(&config)
	config.Warn = out.warn
	if !f.noCache {
		config.Cache = cacheConfig(f.settings.Cache, config.Warn)
	}
	service, err := f.service(c.Context(), config)
	if err != nil {
		return err
	}
	defer service.Close()

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
	worker := worker{service: service, noDoc: f.noDoc, sure: f.sure}
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
	err = group.Wait()
	if err != nil && out.total == 0 {
		out.quiet = true // what was passed over before tells nothing
	}
	if written := out.end(sources); err == nil && written != nil {
		err = fmt.Errorf("write the output: %w", written)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &exitError{exitFailed, errors.New("interrupted")}
	case err != nil:
		return &exitError{exitFailed, err}
	case out.total == 0 && len(sources.unreadable) > 0:
		return &exitError{code: exitFailed}
	case out.total == 0 && f.changed != "":
		fmt.Fprintf(c.ErrOrStderr(), "no function has changed since %s\n", f.changed)
	case out.total == 0:
		return usage("nothing to do: no function to summarize in %s", strings.Join(args, " "))
	case out.failed > 0 || len(sources.unreadable) > 0 || out.unavailable != nil && f.asksForModel():
		return &exitError{code: exitFailed}
	}
	return nil
}

// worker gives items their summaries.
type worker struct {
	service *inference.Service
	noDoc   bool
	sure    float64

	mu          sync.Mutex
	unavailable error // why no model runs, once that is known
}

func (w *worker) summarize(ctx context.Context, i *item) {
	defer close(i.done)
	if i.chunk.Doc != "" && !w.noDoc {
		i.summary = inference.Summary{Text: i.chunk.Doc, Source: inference.SourceDoc}
		return
	}
	f := i.function()
	err := w.down()
	if err == nil {
		i.summary, err = w.service.Wait(ctx, f, inference.Background)
	}
	switch {
	case err == nil:
		sure := i.summary.Confidence
		var ok bool
		if i.summary, ok = inference.Sure(i.summary, f, w.sure); !ok {
			i.withheld = fmt.Errorf("the model is not sure enough: %.2f, below --min-confidence %v", sure, w.sure)
		}
	case errors.Is(err, inference.ErrNoSummary):
		i.withheld = err
	case errors.Is(err, inference.ErrUnavailable):
		w.mu.Lock()
		w.unavailable = err
		w.mu.Unlock()
		i.without = err
		var ok bool
		if i.summary, ok = inference.FromName(f); !ok {
			i.withheld = err
		}
	default:
		i.err = err
	}
}

// down saves asking a model again that cannot run at all.
func (w *worker) down() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.unavailable
}
