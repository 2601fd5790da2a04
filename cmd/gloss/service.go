package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/daemon"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/lsp"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// The values of the setting inference.mode.
const (
	modeAuto      = "auto"
	modeDaemon    = "daemon"
	modeInProcess = "inprocess"
)

// batch is the number of functions that share the model's steps where nobody
// waits for one of them; with more, one costs hardly less (docs/benchmarks.md).
const batch = 4

// services opens what the language server has its summaries from, and goes on
// with a model that is loaded where only other settings have changed.
type services struct{ last *inference.Service } // nil before the first

func (u *services) open(ctx context.Context, s settings.Settings, warn func(error)) (lsp.Summaries, error) {
	config, err := editorConfig(s, warn)
	if err != nil {
		return nil, err
	}
	if err := notify(config); err != nil {
		return nil, err
	}
	var next *inference.Service
	// Servers are shared anyway, and each editor has few requests under way there.
	if config.Remote == nil && s.Inference.Mode != modeInProcess && daemon.Supported {
		next, err = attach(ctx, config, attachOptions{name: "lsp", idle: time.Duration(s.Inference.IdleExit), start: true})
		var missing *onnx.LibraryError
		switch {
		case err == nil || ctx.Err() != nil:
		case errors.As(err, &missing): // it runs nowhere; the first summary says so
		case s.Inference.Mode == modeDaemon:
			return nil, err
		default:
			warn(fmt.Errorf("the model runs in this process: %w", err))
		}
	}
	if next == nil {
		next, err = u.last.Reopen(ctx, config)
	}
	if err != nil {
		return nil, err
	}
	u.last = next
	return next, nil
}

// service opens what a command has its summaries from. It leaves no daemon
// behind unless one is asked for.
func (f *workFlags) service(ctx context.Context, c inference.Config) (*inference.Service, error) {
	switch f.mode {
	case modeAuto, modeDaemon, modeInProcess:
	default:
		return nil, usage("--mode is %q; it must be auto, daemon or inprocess", f.mode)
	}
	if c.Remote != nil {
		if f.mode == modeDaemon && f.set("mode") {
			return nil, usage("--mode daemon shares a model of this machine; with --backend openai there is none, leave it out")
		}
		return openHere(ctx, c)
	}
	// What a daemon remembers would not be written anew.
	if f.mode == modeDaemon && f.noCache && f.set("mode") {
		return nil, usage("--no-cache asks the model anew, which the daemon need not do; leave out --no-cache or --mode daemon")
	}
	if f.mode != modeInProcess && !f.noCache && daemon.Supported {
		service, err := attach(ctx, c, attachOptions{name: cmp.Or(f.server, "summarize"), start: f.server != "" || f.mode == modeDaemon})
		switch {
		case err == nil:
			return service, nil
		case f.mode == modeDaemon:
			return nil, openError(ctx, err)
		}
	}
	return openHere(ctx, c)
}

// openHere opens what a command has its summaries from without a daemon, and says
// where code goes.
func openHere(ctx context.Context, c inference.Config) (*inference.Service, error) {
	if err := notify(c); err != nil {
		return nil, &exitError{exitUsage, err}
	}
	service, err := inference.Open(ctx, c)
	return service, openError(ctx, err)
}

type attachOptions struct {
	name  string        // of the client
	idle  time.Duration // 0 leaves it as it is
	start bool          // a daemon where there is none
}

// attach opens a Service whose model runs in the daemon.
func attach(ctx context.Context, c inference.Config, o attachOptions) (*inference.Service, error) {
	place, err := daemonPlace()
	if err != nil {
		return nil, err
	}
	runtime := c.Runtime
	if runtime.Library, err = onnx.FindLibrary(c.Runtime.Library); err != nil {
		return nil, err
	}
	runtime.Parallel, runtime.Batch = 1, batch
	// For its keys alone: nothing is loaded.
	keys, err := inference.OpenModel(ctx, c.Model, c.Runtime, c.Writer)
	if err != nil {
		return nil, err
	}
	config := daemon.Config{Model: c.Model.Ref(), Hash: keys.ModelHash(), Runtime: runtime, Writer: keys.Options()}
	client := daemon.ClientOptions{Place: place, Config: config, Keys: keys, Name: o.name, Idle: o.idle}
	if o.start {
		client.Command = daemonCommand
	}
	remote, err := daemon.NewClient(ctx, client)
	if err != nil {
		return nil, err
	}
	return inference.Attach(remote, c), nil
}
