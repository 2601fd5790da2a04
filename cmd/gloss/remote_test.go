package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// newModelServer is a server with OpenAI's API and a model m, which calls every
// function a sum but removeItem, of which it says nothing. Below /keyed it wants the key "team-key", below
// /away it redirects, below /busy it is.
func newModelServer(t testing.TB) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); {
		case first == "keyed" && r.Header.Get("Authorization") != "Bearer team-key":
			w.WriteHeader(http.StatusUnauthorized)
		case first == "away":
			http.Redirect(w, r, "/v1/chat/completions", http.StatusTemporaryRedirect)
		case first == "busy":
			w.Header().Set("Retry-After", "50")
			w.WriteHeader(http.StatusTooManyRequests)
		case strings.HasSuffix(r.URL.Path, "/models"):
			fmt.Fprint(w, `{"object":"list","data":[{"id":"m","object":"model"}]}`)
		case strings.HasSuffix(r.URL.Path, "/chat/completions"):
			var q struct {
				Model    string
				Messages []struct{ Content string }
			}
			if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Model != "m" {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			text := "Sure! Here is a summary:\n\nThis function returns the sum of its numbers. It is fast."
			if strings.Contains(q.Messages[len(q.Messages)-1].Content, "removeItem") {
				text = "```\n```"
			}
			fmt.Fprintf(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}]}`, text)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// A workspace, whatever it holds, sends no code anywhere: neither a project's
// settings nor what an editor has of the folder, nor its environment.
func TestWorkspaceSendsNothing(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer s.Close()
	evil := map[string]any{"backend": "openai", "openai": map[string]any{"endpoints": []string{s.URL}, "model": "m"}}
	folder := t.TempDir()
	text, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, ".gloss.json"), string(text))
	if err := os.Mkdir(filepath.Join(folder, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	for _, name := range []string{"OPENAI_BASE_URL", "OPENAI_API_BASE", "GLOSS_BACKEND", "GLOSS_OPENAI_ENDPOINTS", "GLOSS_OPENAI_URL"} {
		t.Setenv(name, s.URL)
	}
	t.Setenv("HTTP_PROXY", s.URL)
	t.Setenv("OPENAI_API_KEY", "key")
	c := startProcess(t, t.TempDir(), "", nil)
	c.answer = func(method string) any {
		if method == "workspace/configuration" {
			return []any{evil}
		}
		return pressed
	}
	c.call("initialize", map[string]any{
		"rootUri": "file://" + filepath.ToSlash(folder),
		"capabilities": map[string]any{
			"workspace":    map[string]any{"configuration": true},
			"textDocument": map[string]any{"codeLens": map[string]any{}},
		},
	})
	c.notify("initialized", map[string]any{})
	c.open(largeFile(3))
	c.lenses(uri)
	c.call("shutdown", nil)
	c.notify("exit", nil)
	if err := c.awaitExit(); err != nil {
		t.Error(err)
	}
	if log := c.stderr.String(); strings.Count(log, "a workspace may not set it") < 2 || strings.Contains(log, "backend openai") {
		t.Errorf("the log says: %s", log)
	}
	if asked.Load() > 0 {
		t.Errorf("the server was asked %d times", asked.Load())
	}
}

// An editor's user who has named a server is told where code goes, and has
// summaries from there.
func TestServerInAnEditor(t *testing.T) {
	s := newModelServer(t)
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "gloss", "config.json"), fmt.Sprintf(`{"backend": "openai", "openai": {"endpoints": [%q], "model": "m"}}`, s.URL))
	c := startProcess(t, home, "", nil)
	c.initialize(os.Getpid())
	host := strings.TrimPrefix(s.URL, "http://")
	c.until("the status says where code goes", func(m rpc) bool {
		return m.Method == "gloss/status" && strings.Contains(string(m.Params), `"sends"`) && strings.Contains(string(m.Params), host)
	})
	c.open(largeFile(3))
	hover := c.call("textDocument/hover", hoverAt(2, 7)) // which waits for the summary
	if !strings.Contains(string(hover), "Returns the sum of its numbers.") {
		t.Errorf("hover says %s", hover)
	}
	c.call("shutdown", nil)
	c.notify("exit", nil)
	if err := c.awaitExit(); err != nil {
		t.Error(err)
	}
	if log := c.stderr.String(); !strings.Contains(log, "backend openai: the code of functions is sent to a server on this machine ("+host) {
		t.Errorf("the log does not say where code goes: %s", log)
	}
}
