package main

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/eval"
)

// calibrationParts is the number of equal parts into which the functions are
// divided, by likelihood, to count the good texts in each.
const calibrationParts = 10

// calibrate measures how a model's likelihoods tell good texts from others and
// prints the member "calibration" of its gloss.json. The functions must be none
// that the figures of docs/quality.md are measured on.
func calibrate(c *cobra.Command, f evalFlags, subjects []subject) error {
	f.model = f.models[0]
	writer, err := f.evalWriter(c.Context())
	if err != nil {
		return err
	}
	defer writer.Close()
	var written, names []models.Sample
	for _, s := range subjects {
		found, err := writer.Candidates(c.Context(), s.function())
		switch {
		case c.Context().Err() != nil:
			return &exitError{exitFailed, errors.New("interrupted")}
		case err != nil:
			return &exitError{exitFailed, fmt.Errorf("%s: %w", s.place, err)}
		}
		written = sample(written, s, found.Model)
		names = sample(names, s, found.Name)
	}
	curves := models.Calibration{Model: round(models.Fit(written, calibrationParts)), Name: round(models.Fit(names, calibrationParts))}
	if len(curves.Model) == 0 || len(curves.Name) == 0 {
		return &exitError{exitFailed, fmt.Errorf("%d texts of the model and %d sentences of names are too few to calibrate by", len(written), len(names))}
	}
	return writeJSON(c.OutOrStdout(), map[string]models.Calibration{"calibration": curves})
}

// sample adds a text and whether it is good, if there is one.
func sample(to []models.Sample, s subject, text inference.Candidate) []models.Sample {
	if text.Text == "" || text.LogProbs == nil {
		return to
	}
	return append(to, models.Sample{Mean: text.Mean(), Good: eval.IsGood(s.Reference, text.Text)})
}

// round leaves the digits that mean something.
func round(c models.Curve) models.Curve {
	for i := range c {
		for k := range c[i] {
			c[i][k] = math.Round(c[i][k]*1000) / 1000
		}
	}
	return c
}

// writeCurve prints the precision of the first model by confidence, and whether
// that keeps what it says, as tables in Markdown or as JSON.
func writeCurve(w io.Writer, functions []eval.Function, model eval.System, asJSON bool) error {
	curve, reliability := eval.Precisions(functions, model.Outputs), eval.Reliabilities(functions, model.Outputs)
	if asJSON {
		return writeJSON(w, map[string]any{"precision": curve, "reliability": reliability})
	}
	t := newTable(w)
	t.line("| minConfidence | functions with a summary | good among them |")
	t.line("|---|---|---|")
	for _, p := range curve {
		t.line("| %.2f | %.1f %% | %.1f %% |", p.Min, 100*p.Shown, 100*p.Good)
	}
	t.line("")
	t.line("| confidence | summaries | good among them, as expected | as found |")
	t.line("|---|---|---|---|")
	for _, r := range reliability {
		t.line("| %.1f to %.1f | %d | %.1f %% | %.1f %% |", r.Low, r.High, r.Texts, 100*r.Expected, 100*r.Good)
	}
	return t.flush()
}
