package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/untrusted"
)

// modelFlags are the flags of every command that runs a model.
type modelFlags struct {
	remoteFlags
	model    string
	prompt   string // a prompt form other than the model's own
	library  string
	threads  int
	provider string // what the model runs on
	timeout  time.Duration
}

func (f *modelFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.model, "model", "", "a model's name, or a path to its directory such as ./DIR (default: the one in use)")
	complete(c, "model", modelNames(installed))
	f.addRuntime(c)
}

// addRuntime adds the flags that say how a model is run.
func (f *modelFlags) addRuntime(c *cobra.Command) {
	c.Flags().StringVar(&f.library, "onnxruntime", "", "path of ONNX Runtime's shared library (default: search)")
	addProvider(c, &f.provider)
	c.Flags().IntVar(&f.threads, "threads", 0, "threads of one step of the model (default: 1 for a small model, else up to 4)")
}

// addProvider adds the flag that says what a model runs on.
func addProvider(c *cobra.Command, provider *string) {
	var names []string
	for _, p := range onnx.Providers() {
		names = append(names, string(p))
	}
	c.Flags().StringVar(provider, "provider", "", "what the model runs on: "+strings.Join(names, ", ")+" (default: cpu)")
	complete(c, "provider", oneOf(names...))
}

// inherit lays settings below the flags.
func (f *modelFlags) inherit(c *cobra.Command, s settings.Settings) {
	inherit(c, "model", &f.model, s.Model)
	inherit(c, "onnxruntime", &f.library, s.Inference.Library)
	inherit(c, "provider", &f.provider, s.Inference.Provider)
	inherit(c, "threads", &f.threads, s.Inference.Threads)
	f.remoteFlags.inherit(c, s)
	if c.Flags().Lookup("timeout") != nil {
		if c.Flags().Changed("timeout") {
			f.servers.Timeout = f.timeout
		}
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

// serviceConfig says which model is run, and how, or which servers are asked, by
// the flags, with o for what they do not say.
func (f *modelFlags) serviceConfig(o inference.WriterOptions) (inference.Config, error) {
	switch {
	case f.wrong != nil:
		return inference.Config{}, f.wrong
	case f.backend == backendOpenAI:
		return inference.Config{Remote: &f.servers, Writer: o}, nil
	}
	m, err := f.open()
	if err != nil {
		return inference.Config{}, err
	}
	if err := f.check(); err != nil {
		return inference.Config{}, err
	}
	o.Timeout = f.timeout
	return inference.Config{Model: m, Runtime: f.runtime(), Writer: o}, nil
}

// runtime says how the model is run.
func (f *modelFlags) runtime() local.Options {
	return local.Options{Library: f.library, Threads: f.threads, Provider: onnx.Provider(f.provider)}
}

// writer prepares what writes summaries to run by itself, without a cache, with o
// for what the flags do not say.
func (f *modelFlags) writer(ctx context.Context, o inference.WriterOptions) (*inference.Writer, error) {
	c, err := f.serviceConfig(o)
	if err != nil {
		return nil, err
	}
	w, err := inference.OpenWriter(ctx, c)
	return w, openError(ctx, err)
}

// openError gives what went wrong with opening a model its exit code.
func openError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &exitError{exitFailed, errors.New("interrupted")}
	}
	return &exitError{exitUsage, err}
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
	if err := onnx.Provider(f.provider).Check(); err != nil {
		return usage("--provider: %w", err)
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

// openGraph opens the model and loads its graph, to run so many steps at a time,
// without prompts or cleaning.
func (f *modelFlags) openGraph(parallel int) (*models.Model, *onnx.Model, error) {
	m, err := openModel(f.model)
	if err != nil {
		return nil, nil, &exitError{exitUsage, err}
	}
	if err := f.check(); err != nil {
		return nil, nil, err
	}
	graph, err := local.OpenGraph(m, f.library, onnx.Options{Threads: f.threads, Parallel: parallel, Provider: onnx.Provider(f.provider)})
	if err != nil {
		return nil, nil, &exitError{exitFailed, err}
	}
	return m, graph, nil
}

// editorConfig says where the language server has its summaries from, as its
// settings say.
func editorConfig(s settings.Settings, warn func(error)) (inference.Config, error) {
	if s.Backend == backendOpenAI {
		servers := remoteOptions(s.OpenAI)
		return inference.Config{Remote: &servers, Writer: writerOptions(s.Inference), Cache: cacheConfig(s.Cache, warn), Warn: warn}, nil
	}
	m, err := openModel(s.Model)
	if err != nil {
		return inference.Config{}, offerPull(err)
	}
	return inference.Config{
		Model:   m,
		Runtime: local.Options{Library: s.Inference.Library, Threads: s.Inference.Threads, Provider: onnx.Provider(s.Inference.Provider)},
		Writer:  writerOptions(s.Inference),
		Cache:   cacheConfig(s.Cache, warn),
		Warn:    warn,
	}, nil
}

// writerOptions are what settings say of how summaries are written.
func writerOptions(s settings.Inference) inference.WriterOptions {
	return inference.WriterOptions{
		Timeout:         time.Duration(s.Timeout),
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

// cacheConfig is what settings say of the cache.
func cacheConfig(s settings.Cache, warn func(error)) inference.CacheConfig {
	dir := s.Dir
	if dir == "" {
		dir = cacheDir(warn)
	}
	return inference.CacheConfig{Dir: dir, MaxSize: int64(s.MaxSize) << 20, Team: teamOptions(s.Redis)}
}
