package inference

import (
	"crypto/sha256"
	"reflect"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/models"
)

func defaultWriter(t *testing.T, s Sampling) (*Writer, error) {
	t.Helper()
	m, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	return OpenModel(t.Context(), m, local.Options{Library: onnxtest.Library(t)}, WriterOptions{Sampling: s})
}

// A beam search writes summaries too, which the cache holds apart from greedy
// ones; one beam is greedy.
func TestWriterBeams(t *testing.T) {
	f := Function{Language: "go", Name: "parsePort", Code: "func parsePort(s string) (int, error) {\n\treturn strconv.Atoi(s)\n}"}
	keys := map[Key]bool{}
	for _, s := range []Sampling{{}, {NumBeams: 1, LengthPenalty: 1}, {NumBeams: 4, LengthPenalty: 1}} {
		e, err := defaultWriter(t, s)
		if err != nil {
			t.Fatal(err)
		}
		summary, err := e.Summarize(t.Context(), f)
		if err != nil || !strings.HasSuffix(summary.Text, ".") {
			t.Errorf("%+v: %+v, %v", s, summary, err)
		}
		keys[e.Key(f)] = true
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(keys) != 2 {
		t.Errorf("%d keys, want one of greedy and one of beams", len(keys))
	}
	if _, err := defaultWriter(t, Sampling{NumBeams: 2, Temperature: 1}); err == nil || !strings.Contains(err.Error(), "set numBeams to 0 or temperature to 0") {
		t.Errorf("beams and a temperature: %v", err)
	}
}

// A key covers what a form reads of a function, and nothing else: functions of
// one key have one prompt, and a place that nobody reads makes no second key.
func TestWriterKey(t *testing.T) {
	f := Function{Language: "go", Path: "net/http.go", Container: "Server", Name: "serve", Code: "func (s *Server) serve() {\n\ts.run()\n}"}
	for _, test := range []struct {
		name       string
		change     func(*Function)
		code, chat bool // whether the forms tell it from f
	}{
		{"the folder", func(f *Function) { f.Path = `C:\other\http.test.go` }, false, false},
		{"the file's name", func(f *Function) { f.Path = "net/http2.go" }, true, false},
		{"no file", func(f *Function) { f.Path = "" }, true, false},
		{"the spelling of the file's name", func(f *Function) { f.Path = "HTTP.go" }, false, false},
		{"the container", func(f *Function) { f.Container = "Client" }, true, false},
		{"the container for the file", func(f *Function) { f.Path, f.Container = "server.go", "http" }, true, false},
		{"the container's end", func(f *Function) { f.Container = "one two three four five six seven eight Nine" }, true, false},
		{"the language", func(f *Function) { f.Language = "c" }, true, true},
		{"the name", func(f *Function) { f.Name = "Serve" }, true, true},
		{"the code", func(f *Function) { f.Code += "\n" }, true, true},
		{"the code is hashed already", func(f *Function) { f.Sum = sha256.Sum256([]byte(f.Code)) }, false, false},
	} {
		g := f
		test.change(&g)
		for form, want := range map[string]bool{"code": test.code, "chat": test.chat} {
			e, err := defaultWriter(t, Sampling{})
			if err != nil {
				t.Fatal(err)
			}
			e.description.Prompt.Form = form
			if differ := e.Key(f) != e.Key(g); differ != want {
				t.Errorf("%s, form %s: keys differ: %v", test.name, form, differ)
			}
		}
	}
}

// FuzzWriterKey holds that functions of one key have one prompt.
func FuzzWriterKey(f *testing.F) {
	m, err := models.Open(models.Default)
	if err != nil {
		f.Fatal(err)
	}
	form, err := prompt.New(m.Description)
	if err != nil {
		f.Fatal(err)
	}
	e, err := OpenModel(f.Context(), m, local.Options{}, WriterOptions{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("go", "a/b.go", "c/B.txt", "T", "t", "f", "x", "x")
	f.Add("go", "a b.go", "a.go", "t", "b t", "f", "x", "y")
	f.Fuzz(func(t *testing.T, language, path, otherPath, container, otherContainer, name, code, otherCode string) {
		a := Function{Language: language, Path: path, Container: container, Name: name, Code: code}
		for _, b := range []Function{
			{Language: language, Path: otherPath, Container: otherContainer, Name: name, Code: code},
			{Language: language, Path: otherPath, Container: container, Name: name, Code: code},
			{Language: language, Path: path, Container: otherContainer, Name: name, Code: otherCode},
			{Language: path, Path: language, Container: container, Name: name, Code: code},
		} {
			if e.Key(a) == e.Key(b) && !reflect.DeepEqual(form.Prompt(a), form.Prompt(b)) {
				t.Errorf("%+v and %+v have one key and two prompts", a, b)
			}
		}
	})
}

func BenchmarkWriterKey(b *testing.B) {
	m, err := models.Open(models.Default)
	if err != nil {
		b.Fatal(err)
	}
	e, err := OpenModel(b.Context(), m, local.Options{}, WriterOptions{})
	if err != nil {
		b.Fatal(err)
	}
	f := Function{Language: "go", Path: "net/http_server.go", Container: "ConnectionPool", Name: "acceptLoop", Code: strings.Repeat("x", 500)}
	f.Sum = sha256.Sum256([]byte(f.Code))
	b.ReportAllocs()
	for b.Loop() {
		e.Key(f)
	}
}
