package main

import (
	"strings"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/models/eval"
)

// baselines are the systems without a model that every model is measured
// beside.
var baselines = []struct {
	name string
	of   func(subject) string
}{
	// The name split into words: "parse header".
	{"name", func(s subject) string { return strings.Join(eval.Words(s.Name), " ") }},
	// What the name says as a sentence: "Parses the header."
	{"sentence", func(s subject) string {
		summary, _ := inference.FromName(s.function())
		return summary.Text
	}},
	// The first line that the body's own comments say.
	{"comment", func(s subject) string { return s.remark }},
}

// referenceName is the name of the author's own sentence among the systems.
const referenceName = "reference"

// systemNames lists the names of the systems without a model.
func systemNames() []string {
	names := []string{referenceName}
	for _, b := range baselines {
		names = append(names, b.name)
	}
	return names
}

// baselineSystems asks every baseline for every function.
func baselineSystems(subjects []subject) []eval.System {
	var systems []eval.System
	for _, b := range baselines {
		s := eval.System{Name: b.name, Kind: eval.Baseline, Outputs: make([]eval.Output, len(subjects))}
		for i, subject := range subjects {
			s.Outputs[i].Text = b.of(subject)
		}
		systems = append(systems, s)
	}
	return systems
}
