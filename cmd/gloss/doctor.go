package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/lsp/settings"
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
		Short: "Check all that gloss needs to work",
		Long: `Check what gloss needs to work, with a summary by the model itself, and say how
to mend what is wrong.

Exit status: 0 all is right, 1 something is not.`,
		Example: `  gloss doctor
  gloss doctor --check library
  gloss doctor --privacy`,
		Args: noArgs,
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
				{"server", f.checkServers},
				{"cache", func(context.Context) (string, error) { return checkCache(settings.Cache) }},
				{"team", func(ctx context.Context) (string, error) { return f.checkTeam(ctx, settings.Cache.Redis) }},
				{"runtime", checkRuntimeFolder},
			}
			if f.wrong != nil {
				return f.wrong
			}
			if f.backend == backendOpenAI { // what does not run here need not be here
				checks = slices.DeleteFunc(checks, func(k check) bool { return k.name == "library" || k.name == "model" })
			}
			if only != "" {
				i := slices.IndexFunc(checks, func(k check) bool { return k.name == only })
				if i < 0 {
					return usage("there is no check %q; the checks are parser, library and model or, with backend openai, server; cache, team, runtime", only)
				}
				checks = checks[i : i+1]
			}
			return runChecks(c.Context(), newScreen(c), checks)
		},
	}
	f.add(c)
	f.remoteFlags.add(c)
	config.add(c)
	c.Flags().BoolVar(&privacy, "privacy", false, "say what is written where and what leaves the machine, and change nothing")
	c.Flags().StringVar(&only, "check", "", "run one check: parser, library, model, server, cache, team or runtime")
	complete(c, "check", oneOf("parser", "library", "model", "server", "cache", "team", "runtime"))
	return c
}

func runChecks(ctx context.Context, s screen, checks []check) error {
	failed := map[string]string{} // check -> what it said
	for _, k := range checks {
		found, err := k.run(ctx)
		how := s.paint(green, "ok") + "    "
		if err != nil {
			how, found = s.paint(red, "FAIL")+"  ", err.Error()
			for before, said := range failed { // one fault is told once
				found = strings.ReplaceAll(found, said, "see "+before)
			}
			failed[k.name] = found
		}
		const column = 15
		lines := strings.Split(printable(found), "\n")
		if s.terminal {
			lines = wrapLines(lines, s.width()-column)
		}
		_, err = fmt.Fprintf(s.w, "%s%-8s %s\n", how, k.name, strings.Join(lines, "\n"+strings.Repeat(" ", column)))
		if err != nil {
			return &exitError{exitFailed, err}
		}
	}
	if len(failed) > 0 {
		return &exitError{code: exitFailed}
	}
	return nil
}

// wrapLines breaks lines between words, and never in a path. Lines that begin
// with blanks are commands and lists, which stay as they are.
func wrapLines(lines []string, width int) []string {
	var wrapped []string
	for _, line := range lines {
		if strings.HasPrefix(line, " ") {
			wrapped = append(wrapped, line)
			continue
		}
		wrapped = append(wrapped, wrapWhole(line, width)...)
	}
	return wrapped
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
	writer, err := f.writer(ctx, inference.WriterOptions{ModelOnly: true})
	if err != nil {
		return "", err
	}
	defer writer.Close()
	start := time.Now()
	if err := writer.Load(ctx); err != nil {
		return "", err
	}
	load := time.Since(start)
	chunk, err := cutProbe(ctx)
	if err != nil {
		return "", err
	}
	summary, err := writer.Summarize(ctx, inference.Function{Language: "go", Path: "probe.go", Name: chunk.Name, Code: chunk.Text})
	if err != nil {
		return "", fmt.Errorf("the model %s loads but cannot summarize a small function: %w", name, err)
	}
	provider, fallback := writer.Provider()
	found := fmt.Sprintf("%s loads in %s, runs on %s and says %q in %s", name, load.Round(time.Millisecond), provider, summary.Text, summary.Elapsed.Round(time.Millisecond))
	if fallback != nil {
		found += "\n" + fallback.Error()
	}
	return found, nil
}

func checkCache(s settings.Cache) (string, error) {
	var problem error
	warn := func(err error) { problem = err }
	c := cacheConfig(s, warn)
	store := cache.Open(c.Dir, cache.Options{MaxSize: c.MaxSize, Warn: warn})
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
