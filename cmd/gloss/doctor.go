package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/lsp"
)

// check is one thing that must be right for gloss to work. It returns what it
// found, or an error that says how to mend it.
type check struct {
	name string
	run  func(context.Context) (string, error)
}

func newDoctor() *cobra.Command {
	var f modelFlags
	var config configFlags
	var only string
	var privacy bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check the parser, the library, the model, the cache and the runtime folder",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			settings, err := config.user(warnTo(c.ErrOrStderr()))
			if err != nil {
				return err
			}
			f.inherit(c, settings)
			switch {
			case privacy && only != "":
				return usage("--privacy and --check exclude each other")
			case privacy:
				return f.privacy(c.OutOrStdout(), settings.Cache)
			}
			checks := []check{
				{"parser", checkParser},
				{"library", f.checkLibrary},
				{"model", f.checkModel},
				{"cache", func(context.Context) (string, error) { return checkCache(settings.Cache) }},
				{"runtime", checkRuntimeFolder},
			}
			if only != "" {
				i := slices.IndexFunc(checks, func(k check) bool { return k.name == only })
				if i < 0 {
					return usage("there is no check %q; the checks are parser, library, model, cache, runtime", only)
				}
				checks = checks[i : i+1]
			}
			return runChecks(c.Context(), c.OutOrStdout(), checks)
		},
	}
	f.add(c)
	config.add(c)
	c.Flags().BoolVar(&privacy, "privacy", false, "say what is written where and what leaves the machine, and change nothing")
	c.Flags().StringVar(&only, "check", "", "run one check: parser, library, model, cache or runtime")
	return c
}

func runChecks(ctx context.Context, w io.Writer, checks []check) error {
	failed := false
	for _, k := range checks {
		found, err := k.run(ctx)
		if err != nil {
			failed = true
			fmt.Fprintf(w, "FAIL  %-8s %s\n", k.name, strings.ReplaceAll(err.Error(), "\n", "\n               "))
			continue
		}
		fmt.Fprintf(w, "ok    %-8s %s\n", k.name, found)
	}
	if failed {
		return &exitError{code: exitFailed}
	}
	return nil
}

func (f *modelFlags) checkLibrary(context.Context) (string, error) {
	if err := f.check(); err != nil {
		return "", err
	}
	path, err := onnx.FindLibrary(f.library)
	if err != nil {
		return "", err
	}
	if err := onnx.Initialize(path); err != nil {
		return "", err
	}
	return fmt.Sprintf("ONNX Runtime %s, %s", onnx.Version(), path), nil
}

// checkParser cuts a function in a process of its own, as all text is.
func checkParser(ctx context.Context) (string, error) {
	start := time.Now()
	if _, err := cutProbe(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("runs in a process of its own, which starts and cuts a function in %s", time.Since(start).Round(time.Millisecond)), nil
}

func cutProbe(ctx context.Context) (chunker.Chunk, error) {
	workers := newWorkers(1)
	defer workers.Close()
	file, err := chunker.Parse(ctx, chunker.LanguageByID("go"), probe, chunker.Options{Workers: workers})
	if err != nil {
		return chunker.Chunk{}, err
	}
	defer file.Close()
	return file.Chunks()[0], nil
}

// probe is summarized to show that the model really works.
const probe = "func Max(values []int) int {\n\tbest := values[0]\n\tfor _, v := range values {\n\t\tif v > best {\n\t\t\tbest = v\n\t\t}\n\t}\n\treturn best\n}\n"

func (f *modelFlags) checkModel(ctx context.Context) (string, error) {
	name := cmp.Or(f.model, modelStore().InUse())
	engine, err := f.engine(ctx, inference.EngineOptions{Parallel: 1, ModelOnly: true})
	if err != nil {
		return "", err
	}
	defer engine.Close()
	start := time.Now()
	if err := engine.Load(); err != nil {
		return "", err
	}
	load := time.Since(start)
	chunk, err := cutProbe(ctx)
	if err != nil {
		return "", err
	}
	summary, err := engine.Summarize(ctx, inference.Function{Language: "go", Path: "probe.go", Name: chunk.Name, Code: chunk.Text})
	if err != nil {
		return "", fmt.Errorf("the model %s loads but cannot summarize a small function: %w", name, err)
	}
	return fmt.Sprintf("%s loads in %s and says %q in %s", name, load.Round(time.Millisecond), summary.Text, summary.Elapsed.Round(time.Millisecond)), nil
}

func checkCache(s lsp.CacheSettings) (string, error) {
	var problem error
	store := openCache(s, func(err error) { problem = err })
	path := store.Stats().Path
	if err := errors.Join(problem, store.Close()); err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %.1f MB", path, float64(info.Size())/1e6), nil
}

// checkRuntimeFolder looks at the folder for sockets and locks, which must
// belong to the user alone.
func checkRuntimeFolder(context.Context) (string, error) {
	dir := xdg.RuntimeDir
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		// Containers and cron jobs have none. One process needs none either.
		return fmt.Sprintf("%s does not exist; gloss works without it", dir), nil
	}
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is not a folder; set XDG_RUNTIME_DIR to one that only you can read", dir)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others (%s); run: chmod 700 %s", dir, info.Mode().Perm(), dir)
	}
	return dir, nil
}
