package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// fakeMissing is a model that pull gets.
type fakeMissing struct {
	pull func(context.Context, func(have, total int64)) error
}

func (*fakeMissing) Error() string { return "the model m is not installed; run: gloss model pull m" }

func (m *fakeMissing) Pull(ctx context.Context, progress func(have, total int64)) error {
	return m.pull(ctx, progress)
}

func TestMissingModel(t *testing.T) {
	const capabilities = `{"workspace": {"codeLens": {"refreshSupport": true}}, "textDocument": {"codeLens": {}}, "window": {"workDoneProgress": true%s}}`
	buttons := fmt.Sprintf(capabilities, `, "showMessage": {}`)
	for _, test := range []struct {
		name         string
		capabilities string
		pressed      string
		cancel       bool
		err          error
		message      string // how the user is told
		lens         string // in the end
		shown        string // part of a message in the end, "" for none
	}{
		{name: "pulled", capabilities: buttons, pressed: "Pull", message: "window/showMessageRequest", lens: "Does X"},
		{name: "cannot be pulled", capabilities: buttons, pressed: "Pull", err: errors.New("no network"), message: "window/showMessageRequest", lens: "–", shown: "no network"},
		{name: "cancelled", capabilities: buttons, pressed: "Pull", cancel: true, message: "window/showMessageRequest", lens: "–"},
		{name: "not wanted", capabilities: buttons, message: "window/showMessageRequest", lens: "–"},
		{name: "no buttons", capabilities: fmt.Sprintf(capabilities, ""), message: "window/showMessage", lens: "–"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var installed atomic.Bool
			missing := &fakeMissing{func(ctx context.Context, progress func(have, total int64)) error {
				progress(50_000_000, 200_000_000)
				if test.cancel {
					<-ctx.Done()
					return ctx.Err()
				}
				installed.Store(test.err == nil)
				return test.err
			}}
			e := newEditor(t, editorOptions{capabilities: test.capabilities, pressed: test.pressed, serve: func(o *Options) {
				made := o.OpenSummaries
				o.OpenSummaries = func(ctx context.Context, s settings.Settings, warn func(error)) (Summaries, error) {
					if !installed.Load() {
						return nil, fmt.Errorf("setting model: %w", missing)
					}
					return made(ctx, s, warn)
				}
			}})
			e.open(goURI, "go", goText("X"))
			if m := e.expect(test.message); !strings.Contains(string(m.Params), "gloss model pull m") {
				t.Errorf("the user is told %s", m.Params)
			}
			if test.pressed != "" {
				var token struct{ Token string }
				if err := json.Unmarshal(e.expect("window/workDoneProgress/create").Params, &token); err != nil {
					t.Fatal(err)
				}
				for _, want := range []string{`"begin"`, "25 % of 200 MB"} {
					if m := e.expect("$/progress"); !strings.Contains(string(m.Params), want) {
						t.Errorf("progress %s, want %s", m.Params, want)
					}
				}
				if test.cancel {
					e.notify("window/workDoneProgress/cancel", fmt.Sprintf(`{"token":%q}`, token.Token))
				}
				if m := e.expect("$/progress"); !strings.Contains(string(m.Params), `"end"`) {
					t.Errorf("progress %s, want its end", m.Params)
				}
			}
			if test.shown != "" {
				if m := e.expect("window/showMessage"); !strings.Contains(string(m.Params), test.shown) {
					t.Errorf("the user is told %s, want %q", m.Params, test.shown)
				}
			}
			e.settled(goURI, test.lens)
			e.ignore("workspace/codeLens/refresh", "window/logMessage")
			e.close()
		})
	}
}

// Another model that is in use is opened with the next file that is opened or
// saved. One that is missing is offered when it comes to be in use, and on a
// command, and not with every save.
func TestModelInUseIsFollowed(t *testing.T) {
	var place atomic.Value
	place.Store("a")
	const buttons = `{"workspace": {"codeLens": {"refreshSupport": true}}, "textDocument": {"codeLens": {}}, "window": {"showMessage": {}}}`
	e := newEditor(t, editorOptions{capabilities: buttons, serve: func(o *Options) {
		made := o.OpenSummaries
		o.Place = func(settings.Settings) string { return place.Load().(string) }
		o.OpenSummaries = func(ctx context.Context, s settings.Settings, warn func(error)) (Summaries, error) {
			if place.Load() == "m" {
				return nil, &fakeMissing{}
			}
			return made(ctx, s, warn)
		}
	}})
	e.open(goURI, "go", goText("X"))
	e.settled(goURI, "Does X")
	offered := func(after string) {
		t.Helper()
		if m := e.expect("window/showMessageRequest"); !strings.Contains(string(m.Params), "gloss model pull m") {
			t.Errorf("%s the user is told %s", after, m.Params)
		}
	}
	for _, after := range []string{"saved", "saved again"} {
		place.Store("m")
		e.save(goURI)
		offered(after)
		e.settled(goURI, "Does X (outdated)")
		e.save(goURI) // nothing new

		place.Store("a")
		e.save(goURI)
		e.settled(goURI, "Does X")
	}
	place.Store("m")
	e.open("file:///project/b.go", "go", goText("Y"))
	offered("opened")
	e.must("workspace/executeCommand", fmt.Sprintf(`{"command":"gloss.refreshFile","arguments":[%s]}`, identify(goURI)), nil)
	offered("on command")
	e.ignore("workspace/codeLens/refresh", "window/logMessage")
	e.close() // with no offer unread
}

// A pull may fail when another model has long been in use.
func TestLateFailureOfAPull(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan struct{})
	missing := &fakeMissing{func(context.Context, func(have, total int64)) error {
		close(begun)
		<-ended
		return errors.New("no network")
	}}
	store := cache.Open("", cache.Options{})
	s := newServer(t.Context(), Options{
		Log: zap.NewNop(), Settings: settings.Default(),
		OpenSummaries: func(_ context.Context, s settings.Settings, _ func(error)) (Summaries, error) {
			if s.Model == "m" {
				return nil, missing
			}
			scheduler := inference.NewScheduler(&fakeSummarizer{}, store, inference.Options{})
			return scheduler, nil
		},
	})
	t.Cleanup(s.close)
	s.connect(discard{})
	state := func(want string) {
		t.Helper()
		s.status.mu.Lock()
		defer s.status.mu.Unlock()
		if s.status.now.State != want {
			t.Errorf("the status is %+v, want %q", s.status.now, want)
		}
	}
	choose := func(model string) {
		s.setSettings([]byte(fmt.Sprintf(`{"model":%q}`, model)), settings.User)
		s.configure()
	}
	choose("m")
	state("failed")
	pulled := make(chan struct{})
	go func() {
		defer close(pulled)
		s.pull(missing)
	}()
	<-begun
	state("loading")
	choose("default")
	state("idle")
	close(ended)
	<-pulled
	state("idle")
}
