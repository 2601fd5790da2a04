package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// The tests of this file run on a fake clock: their sleeps take no time, and
// end when everything else waits.

// lensClient announces what these tests need and nothing that is asked for
// with jsonrpc2's Call, whose pooled channels must not leave a bubble.
const lensClient = `{"workspace": {"codeLens": {"refreshSupport": true}, "inlayHint": {"refreshSupport": true}}, "textDocument": {"codeLens": {}}}`

func functions(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("F%03d", i)
	}
	return names
}

func summarized(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "Does " + n
	}
	return out
}

func TestRefreshIsCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEditor(t, editorOptions{capabilities: lensClient})
		e.summarizer.delay = 100 * time.Millisecond
		names := functions(50)
		start := time.Now()
		e.open(goURI, "go", goText(names...))
		var refreshed []time.Duration
		for got := e.titles(goURI); !slices.Equal(got, summarized(names)); got = e.titles(goURI) {
			e.expect("workspace/codeLens/refresh")
			refreshed = append(refreshed, time.Since(start))
		}
		for i := 1; i < len(refreshed); i++ {
			if gap := refreshed[i] - refreshed[i-1]; gap < time.Second {
				t.Errorf("refreshes %s apart", gap)
			}
		}
		if len(refreshed) == 0 || refreshed[0] > 150*time.Millisecond || len(refreshed) > 7 {
			t.Errorf("refreshed at %v", refreshed)
		}
		time.Sleep(time.Minute)
		e.close() // with no refresh unread: nothing visible has changed since
	})
}

func TestRefreshIsForClientsThatWantIt(t *testing.T) {
	for _, tt := range []struct{ capabilities, options, want string }{
		{`{"textDocument": {"codeLens": {}}}`, `{}`, ""},
		{`{"textDocument": {"codeLens": {}}}`, `{"experimental": {"glossRefresh": true}}`, "gloss/refresh"},
		{`{"textDocument": {"codeLens": {}}, "experimental": {"glossRefresh": true}}`, `{}`, "gloss/refresh"},
		{lensClient, `{}`, "workspace/codeLens/refresh"},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := newEditor(t, editorOptions{capabilities: tt.capabilities, options: tt.options})
			e.summarizer.delay = 10 * time.Millisecond
			e.open(goURI, "go", goText("Alpha"))
			e.titles(goURI)
			time.Sleep(time.Minute)
			if tt.want != "" {
				e.expect(tt.want)
			}
			if got := e.titles(goURI); !slices.Equal(got, []string{"Does Alpha"}) {
				t.Errorf("%q", got)
			}
			e.close()
		})
	}
}

func TestWhenFunctionsAreSummarized(t *testing.T) {
	for _, tt := range []struct {
		mode                          string
		opened, typed, paused, onSave int // calls after
		lens                          string
	}{
		{"onType", 2, 2, 3, 3, "Does Alpha (outdated)"},
		{"onSave", 2, 2, 2, 3, "Does Alpha (outdated)"},
		{"manual", 0, 0, 0, 0, "summarize"},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEditor(t, editorOptions{capabilities: plainCapabilities, options: `{"refresh": "` + tt.mode + `"}`})
				calls := func(when string, want int) {
					t.Helper()
					synctest.Wait()
					if got := e.summarizer.calls(); len(got) != want {
						t.Errorf("%s: calls %q, want %d", when, got, want)
					}
				}
				e.open(goURI, "go", goText("Alpha", "Beta"))
				calls("opened", tt.opened)
				for i := range 10 {
					e.edit(goURI, 2+i, 3, 1, 1, "z")
					time.Sleep(900 * time.Millisecond)
				}
				calls("while typing", tt.typed)
				if got := e.titles(goURI)[0]; got != tt.lens {
					t.Errorf("while typing: %q, want %q", got, tt.lens)
				}
				time.Sleep(100 * time.Millisecond)
				calls("after a pause", tt.paused)
				e.save(goURI)
				calls("saved", tt.onSave)
				e.must("workspace/executeCommand", fmt.Sprintf(`{"command":"gloss.refreshFile","arguments":[%s]}`, identify(goURI)), nil)
				calls("on command", max(tt.onSave, 2))
				e.close()
			})
		})
	}
}

// What may pass is tried again though nobody does anything.
func TestFailuresPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEditor(t, editorOptions{capabilities: lensClient})
		e.summarizer.fail(errors.New("the model took longer than 5s"))
		e.open(goURI, "go", goText("Alpha"))
		time.Sleep(30 * time.Second)
		if got := e.titles(goURI); !slices.Equal(got, []string{"no summary"}) {
			t.Errorf("%q", got)
		}
		e.summarizer.fail(nil)
		time.Sleep(time.Minute)
		e.expect("workspace/codeLens/refresh")
		if got := e.titles(goURI); !slices.Equal(got, []string{"Does Alpha"}) {
			t.Errorf("%q", got)
		}
		e.close()
	})
}

// A function that was edited stays ahead of those that were not, whatever else
// is typed or saved before its turn.
func TestEditedFunctionsComeFirst(t *testing.T) {
	for name, then := range map[string]func(*fakeEditor){
		"saved":            func(e *fakeEditor) { e.save(goURI) },
		"edited elsewhere": func(e *fakeEditor) { e.edit(goURI, 3, 0, 9, 9, " // a comment") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEditor(t, editorOptions{capabilities: plainCapabilities})
				e.summarizer.delay = time.Minute
				e.open(goURI, "go", goText(functions(20)...))
				synctest.Wait()
				e.edit(goURI, 2, 2+5*15+1, 1, 1, "z := 1; ")
				synctest.Wait()
				then(e)
				time.Sleep(90 * time.Second)
				if got := e.summarizer.calls(); !slices.Equal(got, []string{"F000", "F015"}) {
					t.Errorf("calls %q", got)
				}
				e.close()
			})
		})
	}
}

// Helix asks for hints once, so the answer waits; it must come when the summaries
// do, and whatever else ends the wait, and cost nothing until then.
func TestHintsThatWait(t *testing.T) {
	const ask = `{"textDocument":{"uri":"` + goURI + `"},"range":{"start":{"line":0,"character":0},"end":{"line":99,"character":0}}}`
	for name, tt := range map[string]struct {
		then func(*fakeEditor)
		want []string
	}{
		"written": {func(*fakeEditor) {}, []string{"Does Alpha", "Does Beta"}},
		"failed":  {func(e *fakeEditor) { e.summarizer.fail(inference.ErrNoSummary) }, []string{"Does Alpha"}},
		"edited":  {func(e *fakeEditor) { e.edit(goURI, 2, 0, 0, 0, "// x\n") }, nil},
		"closed":  {func(e *fakeEditor) { e.closeDocument(goURI) }, nil},
		"switched off": {func(e *fakeEditor) {
			e.notify("workspace/didChangeConfiguration", `{"settings":{"gloss":{"enable":false}}}`)
		}, nil},
		"held": {func(e *fakeEditor) {
			e.notify("workspace/didChangeConfiguration", `{"settings":{"gloss":{"refresh":"manual"}}}`)
		}, nil},
		"never written": {func(e *fakeEditor) { e.summarizer.set(func(f *fakeSummarizer) { f.delay = time.Hour }) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEditor(t, editorOptions{capabilities: `{"textDocument": {"inlayHint": {}}}`})
				open := e.summarizer.shut()
				e.open(goURI, "go", goText("Alpha", "Beta"))
				synctest.Wait()
				id := e.start("textDocument/inlayHint", ask)
				synctest.Wait()
				start := time.Now()
				tt.then(e)
				synctest.Wait()
				if name == "written" || name == "failed" {
					time.Sleep(time.Second + time.Millisecond) // between two looks of whoever looks every so often
					open()
					start = time.Now()
				}
				var hints []struct{ Label string }
				if err := e.finish(id, &hints); err != nil {
					t.Error(err)
				}
				limit := time.Duration(0)
				if name == "never written" {
					limit = hintWait
				}
				if took := time.Since(start); took > limit {
					t.Errorf("the answer came %s later", took)
				}
				var got []string
				for _, h := range hints {
					got = append(got, h.Label)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("hints %q, want %q", got, tt.want)
				}
				open()
				e.close()
			})
		})
	}
}

const progressClient = `{"window": {"workDoneProgress": true}}`

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEditor(t, editorOptions{capabilities: progressClient})
		e.summarizer.delay = 900 * time.Millisecond
		e.open(goURI, "go", goText(functions(2)...))
		time.Sleep(10 * time.Second) // less than two seconds of work: not shown
		e.open("file:///project/more.go", "go", goText("A", "B", "C", "D", "E"))
		start := time.Now()
		create := e.expect("window/workDoneProgress/create") // it is never answered
		var token struct{ Token any }
		if err := json.Unmarshal(create.Params, &token); err != nil {
			t.Fatal(err)
		}
		if _, ok := token.Token.(string); !ok || time.Since(start) != progressDelay {
			t.Errorf("token %v after %s", token.Token, time.Since(start))
		}
		var kinds []string
		for !slices.Contains(kinds, "end") {
			var p struct {
				Token any
				Value struct{ Kind, Message string }
			}
			if err := json.Unmarshal(e.expect("$/progress").Params, &p); err != nil {
				t.Fatal(err)
			}
			if p.Token != token.Token {
				t.Errorf("progress of token %v", p.Token)
			}
			kinds = append(kinds, p.Value.Kind)
		}
		if want := []string{"begin", "report", "report", "end"}; !slices.Equal(kinds, want) {
			t.Errorf("progress %q, want %q", kinds, want)
		}
		e.close()
	})
}

func TestCancelProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEditor(t, editorOptions{capabilities: progressClient})
		e.summarizer.delay = time.Second
		e.open(goURI, "go", goText(functions(100)...))
		create := e.expect("window/workDoneProgress/create")
		e.notify("window/workDoneProgress/cancel", `{"token": "another"}`)
		e.notify("window/workDoneProgress/cancel", string(create.Params))
		time.Sleep(time.Minute)
		if n := len(e.summarizer.calls()); n > 4 {
			t.Errorf("%d functions were begun", n)
		}
		got := e.received("$/progress")
		if last := string(got[len(got)-1].Params); !strings.Contains(last, `"end"`) {
			t.Errorf("the last progress is %s", last)
		}
		if title := e.titles(goURI)[99]; title != "summarize" {
			t.Errorf("a function that was not begun says %q", title)
		}
		e.close()
	})
}

func TestStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEditor(t, editorOptions{capabilities: `{"experimental": {"glossStatus": true}}`})
		e.summarizer.delay = 300 * time.Millisecond
		e.open(goURI, "go", goText(functions(3)...))
		time.Sleep(time.Minute)
		var states []string
		for _, m := range e.received("gloss/status") {
			var s wire.Status
			if err := json.Unmarshal(m.Params, &s); err != nil {
				t.Fatal(err)
			}
			states = append(states, fmt.Sprintf("%s %d", s.State, s.Pending))
		}
		if len(states) < 3 || states[len(states)-1] != "idle 0" || !slices.Contains(states, "busy 2") ||
			!slices.ContainsFunc(states, func(s string) bool { return strings.HasPrefix(s, "loading") }) ||
			len(slices.Compact(slices.Clone(states))) != len(states) {
			t.Errorf("states %q", states)
		}
		e.close()
	})
}

func TestStatusIsForClientsThatWantIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEditor(t, editorOptions{capabilities: plainCapabilities})
		e.open(goURI, "go", goText("Alpha"))
		time.Sleep(time.Minute)
		e.close()
	})
}

func TestWarningsToTheClientAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEditor(t, editorOptions{capabilities: plainCapabilities})
		for range 50 {
			e.closeDocument(goURI) // is not open
		}
		synctest.Wait()
		if n := len(e.received("window/logMessage")); n != clientLogBurst {
			t.Errorf("%d messages at once", n)
		}
		time.Sleep(clientLogPeriod)
		e.closeDocument(goURI)
		e.expect("window/logMessage")
		e.close()
	})
}
