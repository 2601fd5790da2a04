package main

import (
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/lsp"
)

// The editor's settings reach the engine, which refuses those that contradict
// each other.
func TestBeamsReachTheEngine(t *testing.T) {
	s := lsp.DefaultSettings()
	s.Cache.Dir = t.TempDir()
	s.Inference.Sampling.NumBeams = 2
	_, release, err := newScheduler(t.Context(), s, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	release()
	s.Inference.Sampling.Temperature = 1
	if _, _, err := newScheduler(t.Context(), s, func(err error) { t.Error(err) }); err == nil || !strings.Contains(err.Error(), "numBeams") {
		t.Errorf("beams and a temperature: %v", err)
	}
}
