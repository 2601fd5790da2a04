package lsp

import (
	"context"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// offline is a server without a client, for tests that reach into it.
type offline struct {
	*server
	t       testing.TB
	version int32
	logged  *observer.ObservedLogs

	language string // of its document
}

func newOffline(t testing.TB) *offline {
	core, logged := observer.New(zapcore.InfoLevel)
	s := newServer(t.Context(), Options{
		Log: zap.New(core), Settings: settings.Default(),
		OpenSummaries: func(context.Context, settings.Settings, func(error)) (Summaries, error) {
			scheduler := inference.NewScheduler(&fakeSummarizer{}, cache.Open("", cache.Options{}), inference.Options{})
			return scheduler, nil
		},
	})
	s.configure()
	t.Cleanup(s.close)
	return &offline{server: s, t: t, logged: logged, language: "go"}
}

func (o *offline) open(text string) {
	o.t.Helper()
	o.version++
	if err := o.DidOpen(wire.Document{URI: goURI, Path: "/project/a.go", Language: o.language, Version: o.version, Text: text}); err != nil {
		o.t.Fatal(err)
	}
}

// change changes a range of the document, or all of it where that is nil.
func (o *offline) change(in *wire.Range, text string) {
	o.t.Helper()
	o.version++
	if err := o.DidChange(goURI, o.version, []wire.ContentChange{{Range: in, Text: text}}); err != nil {
		o.t.Fatal(err)
	}
}

// replace replaces the first of some text.
func (o *offline) replace(from, to string) {
	o.t.Helper()
	d := o.documents.current(goURI)
	at := strings.Index(d.text, from)
	if at < 0 {
		o.t.Fatalf("there is no %q", from)
	}
	r := d.span(at, at+len(from))
	o.change(&r, to)
}

// syntax is what the open document is cut by.
func (o *offline) syntax() *syntax { return o.documents.current(goURI).syntax }

// lenses returns the titles, each with the name that it stands at.
func (o *offline) lenses() []string {
	d := o.documents.current(goURI)
	titles := []string{}
	for _, l := range codeLenses(o.snapshot(d)) {
		at := d.offset(l.Command.Argument.Position)
		name, _, _ := strings.Cut(d.text[at:], "(")
		titles = append(titles, name+": "+l.Command.Title)
	}
	return titles
}

func (o *offline) want(when string, want ...string) {
	o.t.Helper()
	if got := o.lenses(); !slices.Equal(got, want) {
		o.t.Errorf("%s: %q, want %q", when, got, want)
	}
}

// settled waits until all functions have a summary.
func (o *offline) settled() {
	o.t.Helper()
	d := o.documents.current(goURI)
	for _, c := range d.chunks() {
		if _, err := o.sources.from().Wait(o.t.Context(), d.function(&c), inference.Hover); err != nil {
			o.t.Fatal(err)
		}
	}
}

// A parse that fails is no text without functions: those that were known stay,
// and the next change is another try.
func TestFunctionsOutliveAParseThatFails(t *testing.T) {
	o := newOffline(t)
	o.open(goText("Alpha", "Beta", "Gamma"))
	o.settled()
	o.want("at first", "Alpha: Does Alpha", "Beta: Does Beta", "Gamma: Does Gamma")

	x := o.syntax()
	works := x.ctx
	failing, cancel := context.WithCancel(t.Context())
	cancel()
	x.mu.Lock()
	x.ctx = failing
	x.mu.Unlock()
	o.replace("package a\n", "package a // longer\n\n\n")
	o.want("above", "Alpha: Does Alpha", "Beta: Does Beta", "Gamma: Does Gamma")
	o.replace("y := x", "y := 2 * x")
	o.want("inside", "Alpha: Does Alpha (outdated)", "Beta: Does Beta", "Gamma: Does Gamma")
	o.replace("}\n\nfunc Beta", "}\n\n// More.\n\nfunc Beta")
	o.replace("func Gamma", "func Delta")
	o.want("a name", "Alpha: Does Alpha (outdated)", "Beta: Does Beta")
	d := o.documents.current(goURI)
	h, err := o.Hover(goURI, d.position(strings.Index(d.text, "Alpha(")))(t.Context())
	if err != nil || !strings.Contains(h.Text, "Does Alpha") || !strings.Contains(h.Text, "earlier version") {
		t.Errorf("hover %+v, %v", h, err)
	}

	x.mu.Lock()
	x.ctx = works
	x.mu.Unlock()
	o.replace("// More.", "// Less.")
	o.settled()
	o.want("when it works again", "Alpha: Does Alpha", "Beta: Does Beta", "Delta: Does Delta")
}

// It is said once, to the user too.
func TestParseThatFailsIsLogged(t *testing.T) {
	o := newOffline(t)
	o.open(goText("Alpha"))
	o.lenses()
	x := o.syntax()
	x.mu.Lock()
	x.file.Close()
	x.file = nil
	x.options.Timeout = 1 // of the next parse
	x.mu.Unlock()
	for range 5 {
		o.replace("package a", "package a // ")
		if got := o.lenses(); len(got) != 1 {
			t.Errorf("%q", got)
		}
	}
	if n := o.logged.FilterLevelExact(zapcore.WarnLevel).Len(); n != 1 {
		t.Errorf("%d warnings: %v", n, o.logged.All())
	}
}

// While a text takes long to cut, requests are answered with what was known.
func TestLensesDoNotWaitForALongParse(t *testing.T) {
	o := newOffline(t)
	o.open(goText("Alpha", "Beta"))
	o.settled()
	o.want("at first", "Alpha: Does Alpha", "Beta: Does Beta")
	x := o.syntax()
	x.mu.Lock() // as a parse does that does not come back
	o.replace("package a\n", "package a\n\n\n")
	o.replace("len(\"Beta\")", "len(x)")
	o.want("while it is parsed", "Alpha: Does Alpha", "Beta: Does Beta (outdated)")
	x.mu.Unlock()
	o.settled()
	o.want("after", "Alpha: Does Alpha", "Beta: Does Beta")
}

// Settings that arrive between a request and its answer must not make the
// lenses go and come back.
func TestLensesOutliveNewSettings(t *testing.T) {
	o := newOffline(t)
	o.open(goText("Alpha"))
	d := o.documents.current(goURI)
	o.setSettings([]byte(`{"minLines": 2}`), settings.User)
	o.configure()
	d.syntax.close()
	if got := codeLenses(o.snapshot(d)); len(got) != 1 {
		t.Errorf("%d lenses of the version that was asked about", len(got))
	}
	if got := o.lenses(); len(got) != 1 {
		t.Errorf("%d lenses of the version now", len(got))
	}

	// The text is cut anew, which may take long or fail.
	o.setSettings([]byte(`{"minLines": 3}`), settings.User)
	o.configure()
	x := o.syntax()
	x.mu.Lock() // as a parse does that does not come back
	got := o.lenses()
	x.mu.Unlock()
	if len(got) != 1 {
		t.Errorf("%d lenses while it is cut anew", len(got))
	}
}

// Whether a file is passed over is a question of the text as it is now.
func TestPassingOverIsReconsidered(t *testing.T) {
	large := strings.Repeat("// A line of text that is long enough to make the file too large.\n", 18_000)
	const name = "Alpha: "
	for _, tt := range []struct{ reason, before, after string }{
		{"larger", large, ""},
		{"minified", "var x = []int{" + strings.Repeat("1,", 20_000) + "}\n", ""},
		{"binary", "// \x00\n", "// \n"},
	} {
		o := newOffline(t)
		text := goText("Alpha") + strings.Repeat("// The file begins the same whatever is done at its end.\n", 50)
		o.open(text)
		if got := o.lenses(); len(got) != 1 || !strings.HasPrefix(got[0], name) {
			t.Errorf("%s: at first %q", tt.reason, got)
		}
		for range 2 {
			end := o.documents.current(goURI).span(len(text), len(text))
			o.change(&end, tt.before)
			o.want(tt.reason)
			o.replace(tt.before, tt.after)
			if got := o.lenses(); len(got) != 1 || !strings.HasPrefix(got[0], name) {
				t.Errorf("no longer %s: %q", tt.reason, got)
			}
			o.change(nil, text)
		}
		if n := o.logged.FilterMessageSnippet(tt.reason).Len(); n == 0 {
			t.Errorf("%s: logged %v", tt.reason, o.logged.All())
		}
		o.open(text + tt.before)
		o.want("opened, " + tt.reason)
		o.replace(tt.before, tt.after)
		if got := o.lenses(); len(got) != 1 {
			t.Errorf("opened, no longer %s: %q", tt.reason, got)
		}
	}
}
