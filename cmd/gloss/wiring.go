package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/lsp"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

// modelFlags are the flags of every command that runs a model.
type modelFlags struct {
	model   string
	prompt  string // a prompt form other than the model's own
	library string
	threads int
	timeout time.Duration
}

func (f *modelFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.model, "model", "", "a model's name, or a path to its directory such as ./DIR (default: the one in use)")
	f.addRuntime(c)
}

// addRuntime adds the flags that say how a model is run.
func (f *modelFlags) addRuntime(c *cobra.Command) {
	c.Flags().StringVar(&f.library, "onnxruntime", "", "path of ONNX Runtime's shared library (default: search)")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads of one step of the model (default: 1 for a small model, else up to 4)")
}

// inherit lays settings below the flags.
func (f *modelFlags) inherit(c *cobra.Command, s lsp.Settings) {
	inherit(c, "model", &f.model, s.Model)
	inherit(c, "onnxruntime", &f.library, s.Inference.Library)
	inherit(c, "threads", &f.threads, s.Inference.Threads)
	if c.Flags().Lookup("timeout") != nil {
		inherit(c, "timeout", &f.timeout, time.Duration(s.Inference.Timeout))
	}
}

// open opens the model, with the prompt form that is wanted.
func (f *modelFlags) open() (*models.Model, error) {
	m, err := openModel(f.model)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	if f.prompt != "" {
		if m.Description.Prompt, err = prompt.Named(f.prompt); err != nil {
			return nil, usage("--prompt: %w", err)
		}
		m.Description.Calibration, m.Description.Ranker = nil, nil // they are the own form's
	}
	return m, nil
}

// engine prepares the model to run as the flags and o say.
func (f *modelFlags) engine(ctx context.Context, o inference.EngineOptions) (*inference.Engine, error) {
	m, err := f.open()
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	o.Library, o.Threads, o.Timeout = f.library, f.threads, f.timeout
	engine, err := inference.NewEngine(ctx, m, o)
	if ctx.Err() != nil {
		return nil, &exitError{exitFailed, errors.New("interrupted")}
	}
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return engine, nil
}

// check refuses numbers that make no sense, and takes the library's path as
// the user means it: from where the command was given.
func (f *modelFlags) check() error {
	if f.threads < 0 {
		return usage("--threads is %d; it must not be negative", f.threads)
	}
	if f.timeout < 0 {
		return usage("--timeout is %s; it must not be negative", f.timeout)
	}
	if f.library != "" {
		path, err := filepath.Abs(f.library)
		if err != nil {
			return usage("--onnxruntime: %w", err)
		}
		f.library = path
	}
	return nil
}

// openGraph opens the model and loads its graph, without prompts or cleaning.
func (f *modelFlags) openGraph() (*models.Model, *onnx.Model, error) {
	m, err := openModel(f.model)
	if err != nil {
		return nil, nil, &exitError{exitUsage, err}
	}
	if err := f.check(); err != nil {
		return nil, nil, err
	}
	graph, err := inference.OpenGraph(m, f.library, onnx.Options{Threads: f.threads})
	if err != nil {
		return nil, nil, &exitError{exitFailed, err}
	}
	return m, graph, nil
}

// newScheduler gives the language server its summaries, as its settings say.
func newScheduler(ctx context.Context, s lsp.Settings, warn func(error)) (*inference.Scheduler, func(), error) {
	m, err := openModel(s.Model)
	if err != nil {
		return nil, nil, offerPull(err)
	}
	engine, err := inference.NewEngine(ctx, m, engineOptions(s.Inference))
	if err != nil {
		return nil, nil, err
	}
	store := openCache(s.Cache, warn)
	scheduler := inference.NewScheduler(engine, store, inference.Options{})
	release := func() {
		scheduler.Close()
		_ = store.Close() // what could not be written is only lost work
		_ = engine.Close()
	}
	return scheduler, release, nil
}

// engineOptions are what settings say of how a model runs.
func engineOptions(s lsp.InferenceSettings) inference.EngineOptions {
	return inference.EngineOptions{
		Library:         s.Library,
		Threads:         s.Threads,
		Timeout:         time.Duration(s.Timeout),
		TimeoutBy:       "the setting inference.timeout",
		MaxInputTokens:  s.MaxInputTokens,
		MaxOutputTokens: s.MaxOutputTokens,
		Sampling: inference.Sampling{
			Temperature:       float32(s.Sampling.Temperature),
			TopP:              float32(s.Sampling.TopP),
			TopK:              s.Sampling.TopK,
			RepetitionPenalty: float32(s.Sampling.RepetitionPenalty),
			NoRepeatNgramSize: s.Sampling.NoRepeatNgramSize,
			NumBeams:          s.Sampling.NumBeams,
			LengthPenalty:     s.Sampling.LengthPenalty,
		},
	}
}

// missingModel is a model of the catalog that an editor asks for.
type missingModel struct {
	error
	name string
}

// offerPull makes an error that a pull would mend one that can do it.
func offerPull(err error) error {
	var missing *models.NotInstalledError
	if !errors.As(err, &missing) {
		return err
	}
	return &missingModel{err, missing.Name}
}

// Pull implements lsp.MissingModel.
func (m *missingModel) Pull(ctx context.Context, progress func(have, total int64)) error {
	hub, err := newHub()
	if err != nil {
		return err
	}
	_, err = modelStore().Pull(ctx, m.name, models.PullOptions{Hub: hub, Progress: progress})
	return err
}

// cacheDir is where summaries are kept unless a setting says otherwise, "" where
// the user has no such folder.
func cacheDir(warn func(error)) string {
	dir, err := untrusted.UserFolder(xdg.CacheHome, "XDG_CACHE_HOME")
	if err != nil {
		warn(fmt.Errorf("summaries are kept in memory only: %w", err))
		return ""
	}
	return filepath.Join(dir, "gloss")
}

// openCache opens the cache that settings name.
func openCache(s lsp.CacheSettings, warn func(error)) *cache.Cache {
	dir := s.Dir
	if dir == "" {
		dir = cacheDir(warn)
	}
	return cache.Open(dir, cache.Options{MaxSize: int64(s.MaxSize) << 20, Warn: warn})
}
