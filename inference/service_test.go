package inference

import (
	"testing"
	"time"

	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx"
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

// Where the provider cannot be had the user is told, once, when the model is
// loaded; the summaries are kept apart from those of the CPU, since another day
// they may be its own.
func TestServiceProvider(t *testing.T) {
	m, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	f := Function{Language: "go", Path: "port.go", Name: "parsePort", Code: "func parsePort(s string) (int, error) {\n\treturn strconv.Atoi(s)\n}"}
	keys := map[Key]onnx.Provider{}
	for _, test := range []struct {
		provider onnx.Provider
		told     int
	}{{"", 0}, {onnx.OpenVINO, 1}, {onnx.Auto, 0}} {
		told := 0
		s, err := Open(t.Context(), Config{
			Model:   m,
			Runtime: local.Options{Library: onnxtest.Library(t), Provider: test.provider},
			Warn:    func(error) { told++ },
		})
		if err != nil {
			t.Fatal(err)
		}
		key := s.Key(f)
		if other, ok := keys[key]; ok {
			t.Errorf("%q and %q have the same key", test.provider, other)
		}
		keys[key] = test.provider
		for _, name := range []string{"parsePort", "readPort"} {
			wanted := f
			wanted.Name = name
			if _, err := s.Wait(t.Context(), wanted, Hover); err != nil {
				t.Fatal(err)
			}
		}
		provider, _ := modelOf(s).Provider()
		if provider == test.provider {
			t.Skip("this machine has the provider")
		}
		if provider != onnx.CPU && test.provider != onnx.Auto || told != test.told {
			t.Errorf("%q: runs on %q, told %d times", test.provider, provider, told)
		}
		s.Close()
	}
	cpu, err := Open(t.Context(), Config{Model: m, Runtime: local.Options{Provider: onnx.CPU}})
	if err != nil {
		t.Fatal(err)
	}
	defer cpu.Close()
	if _, ok := keys[cpu.Key(f)]; !ok {
		t.Error("the CPU by its name has other keys than by default")
	}
	if _, err := Open(t.Context(), Config{Model: m, Runtime: local.Options{Provider: "tpu"}}); err == nil {
		t.Error("an unknown provider is taken")
	}
}
