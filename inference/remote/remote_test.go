package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/inference/identity"
	"github.com/gloss-lsp/gloss/inference/prompt"
)

const (
	secretCode = "func secretSum(a, b int) int { return a + b }"
	secretKey  = "sk-secret-0123456789"
)

// asked is what a Writer would ask about secretCode.
func asked(tb testing.TB) generate.Request {
	tb.Helper()
	form, err := prompt.New(Description())
	if err != nil {
		tb.Fatal(err)
	}
	return generate.Request{
		Prompt:       form.Prompt(identity.Function{Language: "go", Name: "secretSum", Code: secretCode}),
		MaxNewTokens: 64,
		Stop:         form.Done,
	}
}

// open returns a Generator for the servers, which is closed with the test.
func open(tb testing.TB, o Options, servers ...*httptest.Server) *Generator {
	tb.Helper()
	o.Model = "m"
	for _, s := range servers {
		o.Endpoints = append(o.Endpoints, s.URL)
	}
	g, err := New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = g.Close() })
	return g
}

// serve starts a server, which is closed with the test. It reads requests whole
// before its handler does: until then it would not see that nobody waits.
func serve(tb testing.TB, h http.HandlerFunc) *httptest.Server {
	tb.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		h(w, r)
	}))
	tb.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// says answers every request with a text.
func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		format := `{"choices":[{"index":0,"text":%q,"finish_reason":"stop"}]}`
		if strings.Contains(r.URL.Path, "chat") {
			format = `{"choices":[{"index":0,"message":{"content":%q},"finish_reason":"stop"}]}`
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, format, text)
	}
}

// decode reads a request.
func decode(tb testing.TB, r *http.Request) request {
	var q request
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		tb.Error(err)
	}
	return q
}

// Answers of all kinds of servers are understood, with the probabilities where
// there are some.
func TestShapes(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/shapes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 10 {
		t.Fatalf("only %d shapes", len(archive.Files))
	}
	for _, f := range archive.Files {
		t.Run(f.Name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", map[string]string{".sse": "text/event-stream; charset=utf-8", ".json": "application/json"}[path.Ext(f.Name)])
				_, _ = w.Write(f.Data)
			})
			api := Chat
			if strings.Contains(f.Name, Completions) {
				api = Completions
			}
			r := asked(t)
			r.Stop = func(text string) bool {
				if strings.Contains(text, "adds") {
					t.Errorf("a thought counts as the text: %q", text)
				}
				return false
			}
			out, err := open(t, Options{API: api}, s).Generate(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if strings.TrimSpace(out.Text.Text) != "Returns the sum." || out.Truncated {
				t.Errorf("got %+v", out)
			}
			var want []float64
			if server, _, _ := strings.Cut(f.Name, "-"); server == "vllm" || server == "llama" || server == "openai" {
				want = []float64{-0.25, -0.5, -0.75, -1}
			}
			if diff := cmp.Diff(want, out.LogProbs); diff != "" {
				t.Errorf("probabilities (-want +got):\n%s", diff)
			}
		})
	}
}

// A conversation and a completion hold the task and the code, and what is drawn
// is drawn alike each time.
func TestRequests(t *testing.T) {
	for _, api := range []string{Chat, Completions} {
		var q request
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			q = decode(t, r)
			if want := map[string]string{Chat: "/v1/chat/completions", Completions: "/v1/completions"}[api]; r.URL.Path != want {
				t.Errorf("%s: asked at %s", api, r.URL.Path)
			}
			says("Adds.")(w, r)
		})
		r := asked(t)
		r.Sampling = generate.Sampling{Temperature: 0.5, TopP: 0.9, TopK: 40, RepetitionPenalty: 1.1}
		r.Seed = 1<<40 + 7
		out, err := open(t, Options{API: api}, s).Generate(t.Context(), r)
		if err != nil || out.Text.Text != "Adds." {
			t.Fatalf("%s: %+v, %v", api, out, err)
		}
		if q.Model != "m" || q.MaxTokens != 64 || !q.Stream || *q.Seed != 7 || q.Temperature != 0.5 || q.TopP != 0.9 || q.TopK != 40 || q.RepetitionPenalty != 1.1 {
			t.Errorf("%s: %+v", api, q)
		}
		text := q.Prompt
		if api == Chat {
			if len(q.Messages) != 2 || q.Messages[0].Role != "system" || q.Messages[1].Role != "user" {
				t.Fatalf("%s: %+v", api, q.Messages)
			}
			text = q.Messages[0].Content + q.Messages[1].Content
		}
		if !strings.Contains(text, secretCode) || !strings.Contains(text, "documentation comments") || strings.Contains(text, "<|im") || !strings.HasSuffix(text, "Summary:") {
			t.Errorf("%s: the prompt is %q", api, text)
		}
	}
}

// Whatever a server does, a request ends in time with an error that a user can
// use, and that holds neither code nor key.
func TestBadServers(t *testing.T) {
	event := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
	}
	status := func(code int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	const ok = `{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}`
	for name, test := range map[string]struct {
		handler     http.HandlerFunc
		want        string
		unavailable bool
	}{
		"says nothing":   {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "has not answered within", false},
		"stalls amid it": {func(w http.ResponseWriter, r *http.Request) { event(w); w.(http.Flusher).Flush(); <-r.Context().Done() }, "has not answered within", false},
		"hangs up":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "no answer", false},
		"cuts a stream": {func(w http.ResponseWriter, _ *http.Request) {
			event(w)
			fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n")
		}, "breaks off", false},
		"cuts a body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, ok)
		}, "breaks off", false},
		"no JSON":          {status(200, "application/json", "OK"), "not what OpenAI's API says", false},
		"half a JSON":      {status(200, "application/json", ok[:20]), "not what OpenAI's API says", false},
		"other types":      {status(200, "application/json", `{"choices":{"message":7}}`), "not what OpenAI's API says", false},
		"no choices":       {status(200, "application/json", `{}`), "has no end", false},
		"a web page":       {status(200, "text/html; charset=utf-8", "<html>Log in</html>"), "web page", true},
		"an error page":    {status(502, "text/html", "<html>"+secretCode), "answers 502", false},
		"its own error":    {status(500, "application/json", `{"error":{"message":"`+secretCode+`","type":"server_error"}}`), "server_error", false},
		"an error amid it": {status(200, "text/event-stream", "data: {\"error\":{\"message\":\""+secretCode+"\",\"type\":\"server_error\"}}\n\n"), "gives up (server_error)", false},
		"echoes the key": {func(w http.ResponseWriter, r *http.Request) {
			status(401, "application/json", fmt.Sprintf(`{"error":{"message":%q,"code":%[1]q}}`, r.Header.Get("Authorization")))(w, r)
		}, "another key", true},
		"no such model": {status(404, "application/json", `{"error":{"message":"The model x","type":"NotFoundError"}}`), "404 (NotFoundError)", true},
		"refuses it":    {status(400, "application/json", `{"error":{"message":"`+secretCode+`","code":"context_length_exceeded"}}`), "context_length_exceeded", false},
		"redirects": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/v1/chat/completions", http.StatusTemporaryRedirect)
		}, "redirects to 127.0.0.1:1", true},
		"is busy for long": {func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Retry-After", "30"); w.WriteHeader(429) }, "left alone for 30s", false},
		"an endless body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			flood(w, " ")
		}, "longer than 1048576 bytes", false},
		"an endless line":  {func(w http.ResponseWriter, _ *http.Request) { event(w); flood(w, "data: ") }, "longer than 65536 bytes", false},
		"endless comments": {func(w http.ResponseWriter, _ *http.Request) { event(w); flood(w, ": ping\n") }, "longer than 1048576 bytes", false},
		"an endless text": {func(w http.ResponseWriter, _ *http.Request) {
			event(w)
			flood(w, "data: {\"choices\":[{\"delta\":{\"content\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}}]}\n\n")
		}, "longer than", false},
		"endless headers":   {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, "no answer", false},
		"thinks to the end": {status(200, "application/json", `{"choices":[{"message":{"content":"<think>hm, `+secretCode+`"},"finish_reason":"length"}]}`), "turn thinking off", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.handler)
			r := asked(t)
			r.Stop = nil // reads to the end
			timeout := 20 * time.Second
			if strings.Contains(test.want, "within") {
				timeout = 100 * time.Millisecond
			}
			g := open(t, Options{Timeout: timeout, KeyFile: keyFile(t, 0o600)}, s)
			_, err := g.Generate(t.Context(), r)
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, generate.ErrUnavailable) != test.unavailable {
				t.Errorf("got %v", err)
			}
			if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "Bearer")) {
				t.Errorf("the error tells what it must not: %v", err)
			}
		})
	}
}

// flood writes s until nobody reads any more, or 64 MiB.
func flood(w io.Writer, s string) {
	block := strings.Repeat(s, 1+4096/len(s))
	for n := 0; n < 64<<20; n += len(block) {
		if _, err := io.WriteString(w, block); err != nil {
			return
		}
	}
}

// A redirect takes neither the code nor the key along.
func TestRedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Int32
	thief := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusPermanentRedirect)
	})
	if _, err := open(t, Options{KeyFile: keyFile(t, 0o600)}, s).Generate(t.Context(), asked(t)); !errors.Is(err, generate.ErrUnavailable) || reached.Load() > 0 {
		t.Errorf("%v; %d requests went on", err, reached.Load())
	}
}

// When the summary is there the server is told to stop, and so it is when nobody
// wants it any more.
func TestEndsAtTheServer(t *testing.T) {
	ended := make(chan struct{}, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, word := range []string{"Returns", " the", " sum", ".", " It"} {
			fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", word)
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
		ended <- struct{}{}
	})
	g := open(t, Options{}, s)
	out, err := g.Generate(t.Context(), asked(t))
	if err != nil || out.Text.Text != "Returns the sum. It" {
		t.Errorf("%+v, %v", out, err)
	}
	<-ended

	ctx, cancel := context.WithCancel(t.Context())
	r := asked(t)
	r.Stop = func(text string) bool {
		cancel()
		return false
	}
	if _, err := g.Generate(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	<-ended
	if e := g.pool.endpoints[0]; e.failures > 0 || e.underWay > 0 {
		t.Errorf("a request that nobody waited for counts: %+v", e)
	}
}

// What a server does not understand is left out from then on.
func TestDialects(t *testing.T) {
	for name, test := range map[string]struct {
		api      string
		speaks   func(r *http.Request, q request) int // the status
		requests []string                             // of two texts
	}{
		"all of it": {Auto, func(*http.Request, request) int { return 200 }, []string{"chat+", "chat+"}},
		"no extras": {Auto, func(_ *http.Request, q request) int {
			if q.LogProbs != nil || q.Template != nil {
				return 422
			}
			return 200
		}, []string{"chat+", "chat", "chat"}},
		"no chat": {Auto, func(r *http.Request, _ request) int {
			if strings.Contains(r.URL.Path, "chat") {
				return 404
			}
			return 200
		}, []string{"chat+", "chat", "completions+", "completions+"}},
		"no template, no extras": {Auto, func(r *http.Request, q request) int {
			if strings.Contains(r.URL.Path, "chat") || q.LogProbs != nil {
				return 400
			}
			return 200
		}, []string{"chat+", "chat", "completions+", "completions", "completions"}},
		"completions by setting": {Completions, func(*http.Request, request) int { return 200 }, []string{"completions+", "completions+"}},
	} {
		t.Run(name, func(t *testing.T) {
			var requests []string
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				q := decode(t, r)
				how := Completions
				if strings.Contains(r.URL.Path, "chat") {
					how = Chat
				}
				if q.LogProbs != nil {
					how += "+"
				}
				requests = append(requests, how)
				if status := test.speaks(r, q); status != 200 {
					w.WriteHeader(status)
					return
				}
				says("Adds.")(w, r)
			})
			g := open(t, Options{API: test.api}, s)
			for range 2 {
				if out, err := g.Generate(t.Context(), asked(t)); err != nil || out.Text.Text != "Adds." {
					t.Errorf("%+v, %v", out, err)
				}
			}
			if diff := cmp.Diff(test.requests, requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// A text that is given has its probabilities where the server echoes prompts, as
// vLLM does, and else none.
func TestScores(t *testing.T) {
	for name, test := range map[string]struct {
		echo string
		want []float64
		asks int // for two texts
	}{
		"vLLM":               {`{"choices":[{"text":"","finish_reason":"length","logprobs":{"tokens":["<s>","Summary",":"," Adds"," numbers",".","\n"],"token_logprobs":[null,-9,-8,-0.5,-0.25,-0.125,-7]}}]}`, []float64{-0.5, -0.25, -0.125}, 2},
		"no token after it":  {`{"choices":[{"text":"","finish_reason":"length","logprobs":{"tokens":["<s>","Summary",":"," Adds"," numbers","."],"token_logprobs":[null,-9,-8,-0.5,-0.25,-0.125]}}]}`, []float64{-0.5, -0.25, -0.125}, 2},
		"across the border":  {`{"choices":[{"text":"","finish_reason":"length","logprobs":{"tokens":["<s>","Summary",": Adds"," numbers",".","\n"],"token_logprobs":[null,-9,-0.5,-0.25,-0.125,-7]}}]}`, nil, 2},
		"other text":         {`{"choices":[{"text":"","finish_reason":"length","logprobs":{"tokens":["a","b","c","d"],"token_logprobs":[-1,-1,-1,-1]}}]}`, nil, 2},
		"one is not known":   {`{"choices":[{"text":"","finish_reason":"length","logprobs":{"tokens":["<s>"," Adds"," numbers",".","\n"],"token_logprobs":[null,-0.5,null,-0.125,-7]}}]}`, nil, 2},
		"it does not echo":   {`{"choices":[{"text":"x","finish_reason":"length","logprobs":{"tokens":["x"],"token_logprobs":[-1]}}]}`, nil, 1},
		"more than certain":  {`{"choices":[{"text":"","finish_reason":"length","logprobs":{"tokens":["a"," Adds"," numbers",".","\n"],"token_logprobs":[null,-0.5,3,-0.125,-7]}}]}`, nil, 2},
		"too few numbers":    {`{"choices":[{"text":"","finish_reason":"length","logprobs":{"tokens":["a"," Adds"," numbers","."],"token_logprobs":[null,-0.5]}}]}`, nil, 2},
		"llama.cpp's no":     {"", nil, 1},
		"it says what it is": {`{"choices":[]}`, nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			asks := 0
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if q := decode(t, r); !q.Echo {
					says("Adds numbers.")(w, r)
					return
				} else if !strings.HasSuffix(q.Prompt, "Summary: Adds numbers.") {
					t.Errorf("scored after %q", q.Prompt)
				}
				asks++
				if test.echo == "" {
					w.WriteHeader(http.StatusNotImplemented)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, test.echo)
			})
			g := open(t, Options{API: Completions}, s)
			for range 2 {
				r := asked(t)
				r.Score = []string{"Adds numbers."}
				out, err := g.Generate(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([][]float64{test.want}, out.Scores); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			if asks != test.asks {
				t.Errorf("it was asked %d times", asks)
			}
		})
	}
}

// Requests run side by side, and each has its own answer.
func TestConcurrency(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { says(decode(t, r).Messages[1].Content)(w, r) })
	g := open(t, Options{Concurrency: 8}, s, serve(t, s.Config.Handler.ServeHTTP))
	if n, shared := g.Concurrency(); n != 8 || shared != 1 {
		t.Errorf("%d requests, %d of them share", n, shared)
	}
	form, err := prompt.New(Description())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			code := fmt.Sprintf("func f%dx() {}", i)
			r := generate.Request{Prompt: form.Prompt(identity.Function{Language: "go", Code: code}), MaxNewTokens: 8}
			if out, err := g.Generate(t.Context(), r); err != nil || !strings.Contains(out.Text.Text, code) {
				t.Errorf("%s: %q, %v", code, out.Text.Text, err)
			}
		})
	}
	group.Wait()
	for _, e := range g.pool.endpoints {
		if e.underWay != 0 {
			t.Errorf("%d requests are left at %s", e.underWay, e.url)
		}
	}
}

// Settings that no server can follow are refused and not passed over.
func TestNoBeams(t *testing.T) {
	g := open(t, Options{}, serve(t, says("x")))
	for _, s := range []generate.Sampling{{NumBeams: 2}, {NoRepeatNgramSize: 3}} {
		r := asked(t)
		r.Sampling = s
		if _, err := g.Generate(t.Context(), r); !errors.Is(err, generate.ErrUnavailable) || !strings.Contains(err.Error(), "numBeams") {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
