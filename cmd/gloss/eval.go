package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/eval"
)

type evalFlags struct {
	modelFlags
	models    []string
	paths     []string // files and folders whose functions are measured on
	data      string
	limit     int
	obfuscate bool
	examples  int
	json      bool
	sheet     int
	score     string
	key       string
	sampling  inference.Sampling
	calibrate bool
	curve     bool
	modelOnly bool
}

func newEval() *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use:   "eval (PATH... | --data FILE | --score SHEET)",
		Short: "Measure how good summaries are",
		Long: `Measure what models write about functions against what their authors wrote.

The functions are those of the files and folders given, .gitignore respected,
whose doc comment says in one good sentence what they do: the same choice by
which gloss's own models are trained and measured. Tests, vendored and generated
files, and copies of other functions are left out; a line on stderr says how
many were and why. Fewer than some 200 functions tell little.

--data names JSON lines of {language, code, reference}, and optionally {name,
kind, container, path, repo, commit}; '-' reads standard input. Code is the
function alone; reference is the first sentence of its doc comment; container
is the class or whatever is around it. The cache is not used.

BLEU-4 and ROUGE-L say, from 0 to 100, how much of a text is worded as the
author's is; a good summary in other words scores low, so compare rows and not
with 100. The columns after them are the shares of texts with a flaw. Beside
every model stand the baselines, which need none: the function's name as it is,
the sentence made of it, and a comment inside of the function; last the author's
own sentence (reference).

--sheet N prints a blind sheet instead: N functions with what the systems
wrote, in random order and without their names, for a person to rank. Which
system wrote what goes to the file --key, which that person should not open.
--score SHEET, with the same --key, evaluates the filled sheet.

--calibrate prints the calibration of a model for its gloss.json instead, and
--curve what the setting minConfidence leaves and whether confidences keep what
they say, as tables in Markdown.

Exit status: 0 all measured, 1 some failed, 2 wrong usage or nothing to do.`,
		Example: `  gloss eval .                                  the shipped model on your code
  gloss eval --model default --model ./DIR src  two models side by side
  gloss eval --obfuscate --limit 300 src        without the help of names
  gloss eval --sheet 20 --key key.json . >sheet.txt
                                                rank them yourself, blindly`,
		RunE: func(c *cobra.Command, args []string) error {
			f.paths = args
			if err := f.checkEval(c); err != nil {
				return err
			}
			if f.score != "" {
				return score(c, f)
			}
			return evaluate(c, f)
		},
	}
	f.addRuntime(c)
	c.Flags().StringVar(&f.data, "data", "", "JSON lines of the functions to measure on")
	c.Flags().StringArrayVar(&f.models, "model", []string{models.Default}, "a model's name, or a path to its directory such as ./DIR; may be given several times")
	complete(c, "model", modelNames(installed))
	c.Flags().StringVar(&f.prompt, "prompt", "", "prompt form, as name or name@version (default: what each model says)")
	c.Flags().IntVar(&f.limit, "limit", 0, "most functions of one language, picked at random (default: all)")
	c.Flags().BoolVar(&f.obfuscate, "obfuscate", false, "hide the names of functions and of what they declare")
	c.Flags().IntVar(&f.examples, "examples", 0, "show so many functions, picked at random, with all outputs")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.Flags().IntVar(&f.sheet, "sheet", 0, "print a blind sheet of so many functions, picked at random")
	c.Flags().IntVar(&f.sampling.NumBeams, "num-beams", 1, "texts that a beam search continues side by side; 1 is greedy")
	c.Flags().Float64Var(&f.sampling.LengthPenalty, "length-penalty", 1, "of the beam search, as in generation_config.json")
	c.Flags().Float32Var(&f.sampling.RepetitionPenalty, "repetition-penalty", 0, "above 1, tokens that were written become less likely")
	c.Flags().IntVar(&f.sampling.NoRepeatNgramSize, "no-repeat-ngram-size", 0, "a run of so many tokens comes only once")
	c.Flags().StringVar(&f.score, "score", "", "evaluate this filled sheet")
	c.Flags().BoolVar(&f.calibrate, "calibrate", false, "print the model's calibration, for its gloss.json")
	c.Flags().BoolVar(&f.curve, "curve", false, "print the share of good summaries by confidence")
	c.Flags().BoolVar(&f.modelOnly, "model-only", false, "leave the sentences of names out of what models say")
	c.Flags().StringVar(&f.key, "key", "", "file of the sheet's key")
	return c
}

// checkEval refuses flags that do not go together.
func (f *evalFlags) checkEval(c *cobra.Command) error {
	switch {
	case len(f.paths) == 0 && f.data == "" && f.score == "":
		return usage("eval needs a file, a folder, --data or --score (see 'gloss eval --help')")
	case f.data != "" && f.score != "" || len(f.paths) > 0 && f.data+f.score != "":
		return usage("files and folders, --data and --score exclude each other")
	case f.limit < 0 || f.examples < 0 || f.sheet < 0:
		return usage("--limit, --examples and --sheet must not be negative")
	case f.sheet > 0 && (f.json || f.examples > 0):
		return usage("--sheet prints a sheet alone; leave out --json and --examples")
	case (f.calibrate || f.curve) && (f.sheet > 0 || f.score != "" || f.examples > 0 || f.calibrate && f.curve || len(f.models) > 1):
		return usage("--calibrate and --curve print one model's figures alone; leave the other out, and --sheet, --score and --examples")
	case (f.sheet > 0 || f.score != "") && f.key == "":
		return usage("give the file of the sheet's key with --key")
	case f.score != "" && (f.sheet > 0 || f.obfuscate || f.examples > 0 || f.limit > 0 || c.Flags().Changed("model")):
		return usage("--score evaluates a sheet that is there; give it --key and --json only")
	}
	return nil
}

func evaluate(c *cobra.Command, f evalFlags) error {
	subjects, bad, err := evalData(c, f)
	for _, e := range bad {
		fmt.Fprintln(c.ErrOrStderr(), "gloss:", printable(e.Error()))
	}
	switch {
	case err != nil:
		return err
	case len(subjects) == 0 && len(bad) > 0:
		return &exitError{exitFailed, fmt.Errorf("nothing in %s can be used", f.from())}
	case len(subjects) == 0:
		return usage("nothing to do: %s holds no function that can be measured on", f.from())
	}
	if f.calibrate {
		if err := calibrate(c, f, subjects); err != nil {
			return err
		}
		return leftOut(f, bad)
	}
	functions := make([]eval.Function, len(subjects))
	reference := eval.System{Name: referenceName, Kind: eval.Reference, Outputs: make([]eval.Output, len(subjects))}
	for i, s := range subjects {
		functions[i] = s.Function
		reference.Outputs[i].Text = s.Reference
	}
	systems, failed, err := runModels(c, f, subjects)
	if err != nil {
		return err
	}
	own := systems[0]
	systems = append(append(systems, baselineSystems(subjects)...), reference)

	switch {
	case f.curve:
		err = writeCurve(c.OutOrStdout(), functions, own, f.json)
	case f.sheet > 0:
		err = writeSheet(c.OutOrStdout(), f, functions, systems)
	default:
		report := eval.Measure(functions, systems)
		report.Obfuscated = f.obfuscate
		report.Examples = eval.Examples(functions, systems, f.examples)
		err = writeReport(c.OutOrStdout(), report, f.json)
	}
	switch {
	case err != nil:
		return err
	case failed != nil:
		return &exitError{exitFailed, failed}
	}
	return leftOut(f, bad)
}

// leftOut is the error that says how much could not be used.
func leftOut(f evalFlags, bad []error) error {
	if len(bad) == 0 {
		return nil
	}
	thing := "line"
	if f.data == "" {
		thing = "part"
	}
	return &exitError{exitFailed, fmt.Errorf("%s of %s left out", count(len(bad), thing), f.from())}
}

// from is where the functions come from.
func (f *evalFlags) from() string {
	if f.data != "" {
		return f.data
	}
	return strings.Join(f.paths, " ")
}

// runModels lets every model write about every subject. The error failed says
// that a model could not run for some of them.
func runModels(c *cobra.Command, f evalFlags, subjects []subject) (systems []eval.System, failed, err error) {
	status := newStatus(c.ErrOrStderr(), isQuiet(c))
	defer status.end()
	status.add(len(f.models) * len(subjects))
	status.foundAll()
	for i, ref := range f.models {
		f.model = ref
		s, err := f.newSystem(c.Context(), f.models[:i])
		if err != nil {
			return nil, nil, err
		}
		writer, err := f.evalWriter(c.Context()) // as in an editor: one at a time, with all threads
		if err != nil {
			return nil, nil, err
		}
		s.Outputs, err = runModel(c.Context(), writer, subjects, status)
		_ = writer.Close()
		switch {
		case c.Context().Err() != nil:
			return nil, nil, &exitError{exitFailed, errors.New("interrupted")}
		case errors.Is(err, inference.ErrUnavailable):
			return nil, nil, &exitError{exitFailed, err}
		case err != nil:
			failed = fmt.Errorf("model %s: %w", s.Name, err)
		}
		systems = append(systems, s)
	}
	return systems, failed, nil
}

// evalWriter prepares the model that is measured.
func (f *evalFlags) evalWriter(ctx context.Context) (*inference.Writer, error) {
	return f.writer(ctx, inference.WriterOptions{ModelOnly: f.modelOnly, Sampling: f.sampling})
}

// newSystem describes the model of f. One whose name is that of a model before
// it, or of another system, is called by its path.
func (f *evalFlags) newSystem(ctx context.Context, before []string) (eval.System, error) {
	m, err := f.open()
	if err != nil {
		return eval.System{}, err
	}
	hash, err := m.Hash(ctx)
	if err != nil {
		return eval.System{}, &exitError{exitUsage, err}
	}
	name := m.Name
	if slices.Contains(before, f.model) {
		return eval.System{}, usage("--model %s is given twice", f.model)
	}
	taken := func(ref string) bool { return filepath.Base(ref) == name }
	if slices.ContainsFunc(before, taken) || slices.ContainsFunc(systemNames(), taken) {
		name = filepath.ToSlash(m.String())
	}
	form := m.Description.Prompt
	return eval.System{Name: name, Kind: eval.Model, Prompt: fmt.Sprintf("%s@%d", form.Form, form.Version), SHA256: hash}, nil
}

// runModel lets one model write about every subject, in turn. It returns the
// first error by which the model could not run, after all had their turn.
func runModel(ctx context.Context, writer *inference.Writer, subjects []subject, status *status) ([]eval.Output, error) {
	if err := writer.Load(ctx); err != nil {
		return nil, err
	}
	var first error
	outputs := make([]eval.Output, len(subjects))
	for i, s := range subjects {
		status.at(s.Path)
		start := time.Now()
		summary, err := writer.Summarize(ctx, s.function())
		outputs[i] = eval.Output{Text: summary.Text, Truncated: summary.Truncated, Confidence: summary.Confidence, Elapsed: time.Since(start)}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && !errors.Is(err, inference.ErrNoSummary):
			outputs[i].Failed = true
			if first == nil {
				first = fmt.Errorf("%s: %w", s.place, err)
			}
		}
		status.step()
	}
	return outputs, first
}

// writeSheet writes the sheet to w and its key to the file --key.
func writeSheet(w io.Writer, f evalFlags, functions []eval.Function, systems []eval.System) error {
	sheet, err := eval.NewSheet(functions, systems, f.sheet)
	if err != nil {
		return usage("--sheet: %w", err)
	}
	key, err := json.MarshalIndent(sheet.Key(), "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.key, append(key, '\n'), 0o600); err != nil {
		return &exitError{exitFailed, fmt.Errorf("write the sheet's key: %w", err)}
	}
	if _, err := sheet.WriteTo(w); err != nil {
		return &exitError{exitFailed, fmt.Errorf("write the sheet: %w", err)}
	}
	return nil
}

// score evaluates a filled sheet.
func score(c *cobra.Command, f evalFlags) error {
	filled, err := os.Open(f.score)
	if err != nil {
		return usage("--score: %w", err)
	}
	defer filled.Close()
	keyFile, err := os.Open(f.key)
	if err != nil {
		return usage("--key: %w", err)
	}
	defer keyFile.Close()
	ranking, err := eval.ReadRanking(filled)
	if err != nil {
		return &exitError{exitFailed, fmt.Errorf("%s: %w", f.score, err)}
	}
	key, err := eval.ReadKey(keyFile)
	if err != nil {
		return &exitError{exitFailed, fmt.Errorf("%s: %w", f.key, err)}
	}
	scores, err := eval.Score(ranking, key)
	if err != nil {
		return &exitError{exitFailed, fmt.Errorf("%s with %s: %w", f.score, f.key, err)}
	}
	return writeScores(c.OutOrStdout(), scores, f.json)
}
