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

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/onnx"
)

// workFlags are those of the commands that go through files and summarize what
// they find.
type workFlags struct {
	modelFlags
	inputFlags
	jobs    int
	sure    float64 // the least confidence
	noCache bool
	noDoc   bool
	mode    string
	server  string // its name, if it stays as an editor's does, and starts a daemon as that does
}

func (f *workFlags) add(c *cobra.Command) {
	f.modelFlags.add(c)
	f.remoteFlags.add(c)
	f.inputFlags.add(c)
	c.Flags().IntVar(&f.jobs, "jobs", runtime.NumCPU(), "steps of the model that run at a time; each serves several functions where it can. With --backend openai: requests at a time (default: openai.concurrency)")
	c.Flags().Float64Var(&f.sure, "min-confidence", inference.DefaultMinConfidence, "0 to 1: the share of right ones among summaries of which the model is as sure, below which none is shown")
	c.Flags().BoolVar(&f.noCache, "no-cache", false, "ask the model anew and keep nothing on disk")
	c.Flags().BoolVar(&f.noDoc, "no-doc", false, "ask the model even where a doc comment would do")
	c.Flags().StringVar(&f.mode, "mode", modeAuto, "where the model runs: inprocess, in the daemon (which editors start), or auto: in the daemon if one runs")
	c.Flags().DurationVar(&f.timeout, "timeout", 0, "longest time for one function (default 5s), times the number of those that share its steps")
}

// summaries opens what the work has its summaries from, and says how many
// functions are worth asking about at a time.
func (f *workFlags) summaries(ctx context.Context, warn func(error)) (w *worker, waiting int, err error) {
	if err := atLeastOne("jobs", f.jobs); err != nil {
		return nil, 0, err
	}
	if !(f.sure >= 0 && f.sure <= 1) {
		return nil, 0, usage("--min-confidence is %v; it must lie between 0 and 1", f.sure)
	}
	config, err := f.serviceConfig(writerOptions(f.settings.Inference))
	if err != nil {
		return nil, 0, err
	}
	waiting = f.askers(&config)
	config.Warn = warn
	if !f.noCache {
		config.Cache = cacheConfig(f.settings.Cache, warn)
	}
	service, err := f.service(ctx, config)
	if err != nil {
		return nil, 0, err
	}
	return &worker{service: service, noDoc: f.noDoc, sure: f.sure}, waiting, nil
}

// askers says in c how much is done at a time, and returns the number of
// functions that are asked about at a time: who waits costs nothing.
func (f *workFlags) askers(c *inference.Config) int {
	atATime(c, f.jobs, f.set("jobs"))
	if c.Remote != nil {
		return 2 * c.Remote.Concurrency
	}
	return c.Runtime.Parallel * batch
}

// atATime says in c that jobs steps of the model run at a time or, where the user
// has said that number, that many requests to servers.
func atATime(c *inference.Config, jobs int, said bool) {
	if c.Remote == nil {
		c.Runtime.Parallel, c.Runtime.Batch = min(jobs, runtime.NumCPU()), batch // more only costs memory
	} else if said {
		c.Remote.Concurrency = min(jobs, 256)
	}
}

// asksForModel reports whether a model, the library that runs it, or a server is
// named. Otherwise a machine that has none shows what names say.
func (f *workFlags) asksForModel() bool {
	return f.backend == backendOpenAI || f.model != "" || f.library != "" || os.Getenv(onnx.LibraryEnv) != ""
}

// finish ends the output of work that ended with err, and says how it went.
func (f *workFlags) finish(c *cobra.Command, out *output, sources *sources, args []string, err error) error {
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
		return usage("nothing to do: no function in %s", strings.Join(args, " "))
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
	step    func() // is told of every function that is done; may be nil

	mu          sync.Mutex
	unavailable error // why no model runs, once that is known
}

func (w *worker) summarize(ctx context.Context, i *item) {
	defer close(i.done)
	if w.step != nil {
		defer w.step()
	}
	if i.describe(w.noDoc) {
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
