package main

import (
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/lsp/settings"
)

// The editor's settings reach the Writer, which refuses those that contradict
// each other.
func TestBeamsReachTheWriter(t *testing.T) {
	s := settings.Default()
	s.Cache.Dir = t.TempDir()
	s.Inference.Sampling.NumBeams = 2
	var u services
	summaries, err := u.open(t.Context(), s, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	summaries.Close()
	s.Inference.Sampling.Temperature = 1
	if _, err := u.open(t.Context(), s, func(err error) { t.Error(err) }); err == nil || !strings.Contains(err.Error(), "numBeams") {
		t.Errorf("beams and a temperature: %v", err)
	}
}
