package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/cmd/gloss/mcpserver"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

func newMCP() *cobra.Command {
	f := workFlags{server: "mcp", jobs: runtime.NumCPU()}
	c := &cobra.Command{
		Use:   "mcp [ROOT...]",
		Short: "Offer outlines and summaries to coding agents, on stdin and stdout",
		Example: `  claude mcp add gloss -- gloss mcp
  gloss mcp ~/src/app ~/src/lib`,
		Long: `Answer coding agents, which start this themselves, over the Model Context
Protocol: docs/agents.md says how to tell them. They get two tools that only
read. 'outline' shows the functions of a file or a folder within a budget of
tokens, 'summarize' what one function does.

Nothing outside of the folders ROOT is read (default: the working directory),
and no link is followed that leads out of them. Messages go to stderr. It ends
with its standard input.

Settings are read as by 'gloss summarize', those of a project from the first
ROOT.`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			if err := f.configure(c, args); err != nil {
				return err
			}
			return serveMCP(c, args, f)
		},
	}
	f.modelFlags.add(c)
	f.remoteFlags.add(c)
	f.config.add(c)
	c.Flags().Float64Var(&f.sure, "min-confidence", inference.DefaultMinConfidence, "0 to 1: the share of right ones among summaries of which the model is as sure, below which none is shown")
	c.Flags().StringVar(&f.mode, "mode", modeAuto, "where the model runs: inprocess, in the daemon that editors use, or auto: there if it can be")
	c.Flags().DurationVar(&f.timeout, "timeout", 0, "longest time for one function (default 5s), times the number of those that share its steps")
	return c
}

func serveMCP(c *cobra.Command, folders []string, f workFlags) error {
	roots, err := mcpserver.OpenRoots(folders...)
	if err != nil {
		return usage("%w", err)
	}
	defer roots.Close()
	code := &codebase{flags: f, roots: roots, base: c.Context(), warn: warnTo(c.ErrOrStderr())}
	defer code.close()
	err = mcpserver.Serve(c.Context(), io.NopCloser(interruptible{c.Context(), c.InOrStdin()}), toStdout{}, mcpserver.Options{
		Version: version, Roots: roots, Code: code,
	})
	if err != nil {
		return &exitError{exitFailed, err}
	}
	return nil
}

// toStdout is the standard output, which ends with the process.
type toStdout struct{}

func (toStdout) Write(b []byte) (int, error) { return os.Stdout.Write(b) }
func (toStdout) Close() error                { return nil }

// codebase is the code below the roots. It implements mcpserver.Code.
type codebase struct {
	flags workFlags
	roots *mcpserver.Roots
	base  context.Context // of all requests
	warn  func(error)

	mu      sync.Mutex
	service *inference.Service // nil before the first function is asked about
	waiting int
}

const (
	// maxFound bounds what one request holds in memory.
	maxFound = 50_000
	// outlinePatience is how long the model is asked for an outline: agents give up on a
	// tool some time, and what was written by then is kept for the next time.
	outlinePatience = 25 * time.Second
)

// open returns a worker for one request.
func (c *codebase) open() (*worker, int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.service == nil {
		w, waiting, err := c.flags.summaries(c.base, c.warn)
		if err != nil {
			return nil, 0, err
		}
		c.service, c.waiting = w.service, waiting
	}
	return &worker{service: c.service, noDoc: c.flags.noDoc, sure: c.flags.sure}, c.waiting, nil
}

func (c *codebase) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.service != nil {
		c.service.Close()
	}
}

// find returns the functions of a file or a folder, and what there is to say of
// the files besides.
func (c *codebase) find(ctx context.Context, path string, tests bool) (items []*item, notes []string, err error) {
	input := c.flags.inputFlags
	input.noTests = !tests
	sources, err := newSources([]string{path}, input, nil)
	if err != nil {
		return nil, nil, err
	}
	sources.reach = func(f found) found {
		return found{c.roots.Name(f.real), f.real, func() (*untrusted.File, error) { return c.roots.Open(f.real) }}
	}
	err = sources.each(ctx, func(i *item) error {
		if items = append(items, i); len(items) > maxFound {
			return fmt.Errorf("there are more than %d functions in %s; ask for a folder further down", maxFound, c.roots.Name(path))
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, nil, err
	case len(items) == 0 && len(sources.unreadable) > 0:
		return nil, nil, errors.Join(sources.unreadable...)
	case len(items) > 0 && items[0].language == plainText:
		return nil, nil, fmt.Errorf("%s is of no language that gloss knows; read it instead", c.roots.Name(path))
	}
	for _, err := range slices.Concat(sources.unreadable, sources.warnings) {
		notes = append(notes, printableLine(err.Error()))
	}
	// Of the files below a folder there would be more to say than is worth it.
	if !isFolder(path) {
		for _, r := range sources.remarks {
			for _, line := range r.lines {
				notes = append(notes, printableLine(line))
			}
		}
	}
	return items, notes, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Outline implements mcpserver.Code.
func (c *codebase) Outline(ctx context.Context, path string, o mcpserver.OutlineOptions, progress func(done, total int)) (*mcpserver.Outline, error) {
	tests := o.Tests || !isFolder(path)
	items, notes, err := c.find(ctx, path, tests)
	if err == nil && len(items) == 0 && !tests { // there is nothing else
		items, notes, err = c.find(ctx, path, true)
	}
	if err != nil {
		return nil, err
	}
	var w *worker
	waiting := 0
	if o.Ask {
		if w, waiting, err = c.open(); err != nil {
			notes = append(notes, "only authors speak here, no model: "+printableLine(err.Error()))
		}
	}
	result := &mcpserver.Outline{}
	within, stop := context.WithTimeout(ctx, outlinePatience)
	defer stop()
	var done atomic.Int64
	total := 0
	if w != nil {
		w.step = func() { progress(int(done.Add(1)), total) }
	}
	err = w.answer(within, items, waiting, o.Tokens, c.flags.noDoc, func(n int) { total = n })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && within.Err() == nil {
		return nil, err
	}
	var b outlineBuilder
	for _, i := range items {
		if i.summary.Text == "" && i.withheld == nil && !i.describe(c.flags.noDoc) && within.Err() != nil {
			result.Unfinished++
		}
		b.add(i)
		if n := len(result.Counts); n == 0 || result.Counts[n-1].Path != i.file {
			result.Counts = append(result.Counts, mcpserver.Count{Path: i.file})
		}
		result.Counts[len(result.Counts)-1].Functions++
	}
	result.Outline, result.Notes = b.Outline(o.Tokens), append(notes, failures(items)...)
	return result, nil
}

// failures says once what kept the model from working, and what it failed on.
func failures(items []*item) []string {
	for _, i := range items {
		switch {
		case i.without != nil:
			return []string{"no model runs, so only authors and names speak: " + printableLine(i.without.Error())}
		case i.err != nil && !errors.Is(i.err, context.DeadlineExceeded) && !errors.Is(i.err, context.Canceled):
			return []string{fmt.Sprintf("the model failed on %s:%d, and maybe on others: %s", printableLine(i.place()), i.line, printableLine(i.err.Error()))}
		}
	}
	return nil
}

// Summarize implements mcpserver.Code.
func (c *codebase) Summarize(ctx context.Context, path string, choose func([]mcpserver.Function) ([]int, error), progress func(done, total int)) (*mcpserver.Summaries, error) {
	if isFolder(path) {
		return nil, fmt.Errorf("%s is a folder; outline shows what is in it", c.roots.Name(path))
	}
	items, notes, err := c.find(ctx, path, true)
	if err != nil {
		return nil, err
	}
	functions := make([]mcpserver.Function, len(items))
	for n, i := range items {
		functions[n] = functionOf(i)
	}
	chosen, err := choose(functions)
	if err != nil {
		return nil, err
	}
	asked := make([]*item, len(chosen))
	for n, i := range chosen {
		asked[n] = items[i]
	}
	w, waiting, err := c.open()
	if err != nil {
		notes = append(notes, "only authors speak here, no model: "+printableLine(err.Error()))
	} else {
		var done atomic.Int64
		w.step = func() { progress(int(done.Add(1)), len(asked)) }
	}
	if err := w.answer(ctx, asked, waiting, 0, c.flags.noDoc, nil); err != nil {
		return nil, err
	}
	result := &mcpserver.Summaries{Notes: append(notes, failures(asked)...)}
	for _, i := range asked {
		result.Functions = append(result.Functions, functionOf(i))
	}
	return result, nil
}

func functionOf(i *item) mcpserver.Function {
	f := mcpserver.Function{
		Path: printableLine(i.file), Container: nameLine(i.chunk.Container), Name: nameLine(i.chunk.Name), Kind: string(i.chunk.Kind), Signature: printableLine(i.chunk.Signature),
		StartLine: i.line, EndLine: i.endLine,
		Summary: printableLine(i.summary.Text), Source: i.summary.Source, Confidence: i.summary.Confidence,
	}
	if i.cell != nil {
		f.Cell = i.cell.number
	}
	switch {
	case i.err != nil:
		f.Withheld = printableLine(i.err.Error())
	case i.withheld != nil:
		f.Withheld = printableLine(i.withheld.Error())
	}
	return f
}
