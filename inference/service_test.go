package inference

import (
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/models"
)

// A Service for other settings goes on with the model that is loaded, unless they
// say how it is run; the last one closes it.
func TestServiceReopens(t *testing.T) {
	m, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	first := Config{Model: m, Runtime: local.Options{Library: onnxtest.Library(t)}}
	f := Function{Language: "go", Path: "port.go", Name: "parsePort", Code: "func parsePort(s string) (int, error) {\n\treturn strconv.Atoi(s)\n}"}
	for _, test := range []struct {
		name   string
		change func(*Config)
		stays  bool // the model
	}{
		{"the timeout", func(c *Config) { c.Writer.Timeout = time.Minute }, true},
		{"the output's length", func(c *Config) { c.Writer.MaxOutputTokens = 4 }, true},
		{"the threads", func(c *Config) { c.Runtime.Threads = 1 }, false},
		{"the cache", func(c *Config) { c.Cache.Dir = t.TempDir() }, true},
	} {
		before, err := Open(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		written, err := before.Wait(t.Context(), f, Hover)
		if err != nil {
			t.Fatal(err)
		}
		changed := first
		test.change(&changed)
		after, err := before.Reopen(t.Context(), changed)
		if err != nil {
			t.Fatal(err)
		}
		if stays := modelOf(after) == modelOf(before); stays != test.stays {
			t.Errorf("%s: the model stays: %v", test.name, stays)
		}
		before.Close()
		again, err := after.Wait(t.Context(), f, Hover)
		if err != nil || again.Text == "" {
			t.Errorf("%s: %+v after %+v, %v", test.name, again, written, err)
		}
		after.Close()
		last, err := after.Reopen(t.Context(), changed) // of one that is closed nothing is left
		if err != nil {
			t.Fatal(err)
		}
		if modelOf(last) == modelOf(after) {
			t.Errorf("%s: what was closed goes on", test.name)
		}
		last.Close()
	}
}

func modelOf(s *Service) *loaded { return s.backend.(*Writer).local }
