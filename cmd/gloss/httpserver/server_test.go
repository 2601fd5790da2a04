package httpserver

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/inference/cache/team"
	"github.com/gloss-lsp/gloss/inference/identity"
)

// writer is a Summarizer that says what a function is called. One named wait
// takes until ctx ends or it is let go.
type writer struct {
	let     chan struct{}
	started chan struct{} // has room
	ended   chan struct{} // has room; told of runs that were cancelled
}

func (*writer) Key(f inference.Function) inference.Key { return f.Key("test", nil) }

func (w *writer) Summarize(ctx context.Context, f inference.Function) (inference.Summary, error) {
	switch f.Name {
	case "fails":
		return inference.Summary{}, errors.New("it <failed>")
	case "nothing":
		return inference.Summary{}, inference.ErrNoSummary
	case "waits":
		w.started <- struct{}{}
		select {
		case <-w.let:
		case <-ctx.Done():
			w.ended <- struct{}{}
			return inference.Summary{}, ctx.Err()
		}
	}
	return inference.Summary{Text: "Calls <b>" + f.Name + "</b>.", Source: inference.SourceModel, Model: "test", Elapsed: time.Millisecond, Confidence: 0.5}, nil
}

// model is a Service without a model.
type model struct {
	*inference.Scheduler
	loaded chan struct{} // closed when it is
}

func (m *model) Load(ctx context.Context) error {
	select {
	case <-m.loaded:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// served is a Server at work.
type served struct {
	t      *testing.T
	url    string
	writer *writer
	model  *model
	stop   context.CancelFunc
	done   chan error
	client *http.Client
	spec   *spec
}

const goCode = "// Adds two numbers.\nfunc add(a, b int) int {\n\tc := a + b\n\treturn c\n}\n"

func serveTest(t *testing.T, address string, change func(*Options)) *served {
	t.Helper()
	w := &writer{let: make(chan struct{}), started: make(chan struct{}, 64), ended: make(chan struct{}, 64)}
	store := cache.Open("", cache.Options{})
	m := &model{inference.NewScheduler(w, store, inference.Options{}), make(chan struct{})}
	close(m.loaded)
	o := Options{Summaries: m, Limits: DefaultLimits(), Grace: 10 * time.Second, Version: "test", Log: zap.NewNop()}
	o.Limits.Rate = 0
	if change != nil {
		change(&o)
	}
	l, err := Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	server, err := New(o, l)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // a certificate of the test's own
	s := &served{t: t, url: "http://" + l.Addr().String(), writer: w, model: m, stop: stop, done: make(chan error, 1), client: &http.Client{Transport: transport}, spec: readSpec(t)}
	if o.TLS != nil {
		s.url = "https" + strings.TrimPrefix(s.url, "http")
	}
	go func() { s.done <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		transport.CloseIdleConnections()
		if err := <-s.done; err != nil {
			t.Error(err)
		}
		m.Close()
		_ = store.Close()
	})
	if _, ok := l.Addr().(*net.TCPAddr); ok && o.Summaries == m {
		select {
		case <-m.loaded:
			s.until("it is ready", func() bool { return s.ask("GET", "/readyz", "", nil).status == http.StatusOK })
		default:
		}
	}
	return s
}

func (s *served) until(what string, is func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); runtime.Gosched() {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain: %s", what)
		}
	}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (s *served) ask(method, path, body string, change func(*http.Request)) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if change != nil {
		change(r)
	}
	response, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.spec.check(s.t, r, body, response, b)
	return answer{response.StatusCode, response.Header, string(b)}
}

func (a answer) lines(t *testing.T) []line {
	t.Helper()
	var lines []line
	for text := range strings.Lines(a.body) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b line) int { return a.Index - b.Index })
	return lines
}

// spec holds answers to openapi.json and remembers which it has seen.
type spec struct {
	doc    *openapi3.T
	router routers.Router
	mu     sync.Mutex
	seen   map[string]bool
}

var readSpec = func() func(*testing.T) *spec {
	var once sync.Once
	var s *spec
	return func(t *testing.T) *spec {
		once.Do(func() {
			doc, err := openapi3.NewLoader().LoadFromData(openapi)
			if err != nil {
				t.Fatal(err)
			}
			if err := doc.Validate(context.Background()); err != nil {
				t.Fatal(err)
			}
			router, err := legacy.NewRouter(doc)
			if err != nil {
				t.Fatal(err)
			}
			openapi3filter.RegisterBodyDecoder("application/x-ndjson", func(r io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
				b, err := io.ReadAll(r)
				return string(b), err
			})
			s = &spec{doc: doc, router: router, seen: map[string]bool{}}
		})
		return s
	}
}()

// check validates a response, and the request of one that was not refused.
func (s *spec) check(t *testing.T, r *http.Request, body string, response *http.Response, got []byte) {
	t.Helper()
	request := r.Clone(context.Background())
	request.URL.Scheme, request.URL.Host = "", ""
	request.Body = io.NopCloser(strings.NewReader(body))
	route, params, err := s.router.FindRoute(request)
	if err != nil {
		if response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s %s is not in openapi.json and answers %d", r.Method, r.URL.Path, response.StatusCode)
		}
		return
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	in := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route, Options: options}
	if response.StatusCode == http.StatusOK {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			t.Errorf("accepted, and not in openapi.json: %v", err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: response.StatusCode, Header: response.Header, Options: options}
	out.SetBodyBytes(got)
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("%s %s: %v\n%s", r.Method, r.URL.Path, err, got)
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/x-ndjson") {
		for text := range strings.Lines(string(got)) {
			var v any
			if err := json.Unmarshal([]byte(text), &v); err != nil {
				t.Error(err)
			} else if err := s.doc.Components.Schemas["Line"].Value.VisitJSON(v); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[fmt.Sprintf("%s %s %d", r.Method, r.URL.Path, response.StatusCode)] = true
}

const token = "0123456789abcdef0123456789abcdef"

// Every route answers as openapi.json says, with every status that stands there
// and none that does not.
func TestOpenAPI(t *testing.T) {
	tokens, err := ParseTokens(token + " another-token-0123456789")
	if err != nil {
		t.Fatal(err)
	}
	foreign := func(r *http.Request) { r.Header.Set("Origin", "https://example.org") }
	one := `{"functions":[{"language":"go","name":"sub","code":"func sub(a, b int) int {\n\treturn a - b\n}"}]}`

	open := serveTest(t, "127.0.0.1:0", func(o *Options) { o.Limits.Body, o.Limits.Functions = 4000, 3 })
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.json"} {
		if a := open.ask("GET", path, "", nil); a.status != 200 {
			t.Errorf("%s: %+v", path, a)
		}
		if a := open.ask("GET", path, "", foreign); a.status != 403 {
			t.Errorf("%s of another site: %+v", path, a)
		}
		if a := open.ask("GET", path, "", func(r *http.Request) { r.Host = "rebound.example.org" }); a.status != 403 {
			t.Errorf("%s by another name: %+v", path, a)
		}
		if a := open.ask("DELETE", path, "", nil); a.status != 405 || a.header.Get("Allow") != "GET" {
			t.Errorf("DELETE %s: %+v", path, a)
		}
	}
	if a := open.ask("GET", "/nothing", "", nil); a.status != 404 {
		t.Errorf("%+v", a)
	}
	post := func(body string) int { return open.ask("POST", "/v1/summaries", body, nil).status }
	for body, want := range map[string]int{
		one:                                      200,
		`{"path":"a.go","text":"package a\n"}`:   200, // no function
		`{"language":"go","text":"package a\n"}`: 200,
		`{`:                                      400,
		`[]`:                                     400,
		one + `{}`:                               400,
		`{"functions":[],"more":1}`:              400,
		"{\"path\":\"a.go\",\"text\":\"\xff\"}":  400,
		`{"functions":` + strings.Repeat("[", 3000) + `}`: 400,
		`{}`:                                 422,
		`{"functions":[]}`:                   422,
		`{"text":"x"}`:                       422,
		`{"text":"x","path":"a.unknown"}`:    422,
		`{"text":"x","path":"a\nb.go"}`:      422,
		`{"text":"x","language":"klingon"}`:  422,
		`{"text":"x\u0000","language":"go"}`: 422, // binary
		`{"functions":[{"language":"go","name":"","code":"x"}]}`:                  422,
		`{"functions":[{"language":"go","name":"a\u0000","code":"x"}]}`:           422,
		`{"functions":[{"language":"go","name":"a","code":"x"}],"path":"a"}`:      422,
		`{"functions":[` + strings.Repeat(`{},`, 3) + `{}]}`:                      413,
		`{"text":"` + strings.Repeat("x", 4000) + `"}`:                            413,
		`{"path":"a.go","text":"` + strings.Repeat(`func f() {\n\n}\n`, 4) + `"}`: 413,
	} {
		if got := post(body); got != want {
			t.Errorf("%.80q: %d, want %d", body, got, want)
		}
	}
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""} {
		if a := open.ask("POST", "/v1/summaries", one, func(r *http.Request) { r.Header.Set("Content-Type", kind) }); a.status != 415 {
			t.Errorf("%q: %+v", kind, a)
		}
	}
	if a := open.ask("POST", "/v1/summaries", one, foreign); a.status != 403 {
		t.Errorf("%+v", a)
	}

	closed := serveTest(t, "127.0.0.1:0", func(o *Options) { o.Tokens, o.Limits.Rate, o.Limits.Burst = tokens, 0.001, 3 })
	show := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", value) }
	}
	for i, test := range []struct {
		authorization string
		want          int
	}{
		{"", 401}, {"Bearer " + token[1:], 401}, {"Basic " + token, 401}, {"Bearer " + token, 429}, // of the address; see below
		{"bearer another-token-0123456789", 200}, {"Bearer " + token, 200},
	} {
		if i == 3 {
			test.authorization = "Bearer wrong"
		}
		if a := closed.ask("POST", "/v1/summaries", one, show(test.authorization)); a.status != test.want {
			t.Errorf("%q: %+v", test.authorization, a)
		}
	}
	for _, test := range []struct {
		authorization string
		want          int
	}{{"Bearer wrong", 429}, {"Bearer " + token, 200}} {
		if a := closed.ask("GET", "/metrics", "", show(test.authorization)); a.status != test.want {
			t.Errorf("/metrics %q: %+v", test.authorization, a)
		}
	}
	again := serveTest(t, "127.0.0.1:0", func(o *Options) { o.Tokens = tokens })
	if a := again.ask("GET", "/metrics", "", nil); a.status != 401 {
		t.Errorf("%+v", a)
	}
	if a := again.ask("GET", "/healthz", "", func(r *http.Request) { r.Host = "gloss.example.org" }); a.status != 200 {
		t.Errorf("with a token any name is fine: %+v", a)
	}

	loading := serveTest(t, "127.0.0.1:0", func(o *Options) { o.Summaries.(*model).loaded = make(chan struct{}) })
	for _, path := range []string{"GET /readyz", "POST /v1/summaries"} {
		method, path, _ := strings.Cut(path, " ")
		if a := loading.ask(method, path, one, nil); a.status != 503 {
			t.Errorf("%+v", a)
		}
	}
	for path, item := range open.spec.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if !open.spec.seen[method+" "+path+" "+status] {
					t.Errorf("%s %s: nothing answers with the documented %s", method, path, status)
				}
			}
		}
	}
}

// Functions and files are answered line by line, each on its own, by the same key
// however they are sent.
func TestSummaries(t *testing.T) {
	t.Setenv("TEAM_KEY", strings.Repeat("k", 32))
	shared, err := team.Open(team.Options{URL: "unix:///none", KeyEnv: "TEAM_KEY"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Close()
	s := serveTest(t, "127.0.0.1:0", func(o *Options) { o.Team = shared })
	body, err := json.Marshal(map[string]any{"functions": []map[string]string{
		{"language": "go", "name": "add", "code": goCode},
		{"language": "go", "name": "fails", "code": "func fails() {\n}"},
		{"language": "go", "name": "nothing", "code": "func nothing() {\n}"},
		{"language": "python", "name": "half", "code": "def half(", "file": "a<b>\u202e.py", "container": "C"},
		{"language": "go", "name": "twice", "code": "func twice(n int) int {\r\n    return 2 * n\r\n}"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	a := s.ask("POST", "/v1/summaries", string(body), nil)
	if a.header.Get("Gloss-Functions") != "5" || strings.ContainsAny(a.body, "<>\u202e") {
		t.Errorf("%+v", a)
	}
	got := a.lines(t)
	if len(got) != 5 || got[0].Summary != "Adds two numbers." || got[0].Source != inference.SourceDoc ||
		got[1].Error != "the model failed" || got[1].Summary != "" || got[2].Withheld == "" || got[2].Error != "" ||
		got[3].Summary != "Calls <b>half</b>." || got[3].Container != "C" || got[4].Cached || got[4].EndLine != 3 {
		t.Errorf("%+v", got)
	}
	text, err := json.Marshal(map[string]string{"path": "a.go", "text": "package a\n\n" + goCode + "\nfunc twice(n int) int {\n\treturn 2 * n\n}\n"})
	if err != nil {
		t.Fatal(err)
	}
	got = s.ask("POST", "/v1/summaries", string(text), nil).lines(t)
	if len(got) != 2 || got[0].StartLine != 4 || got[1].StartLine != 9 || got[1].EndLine != 11 || !got[1].Cached || got[1].File != "a.go" {
		t.Errorf("%+v", got)
	}
	metrics := s.ask("GET", "/metrics", "", nil).body
	for _, want := range []string{
		`gloss_cache_total{result="hit"} 1`, `gloss_cache_total{result="miss"} 2`, `gloss_failures_total{kind="other"} 1`, `gloss_failures_total{kind="no_summary"} 1`,
		`gloss_summaries_total{source="doc"} 2`, `gloss_http_requests_total{code="200",route="/v1/summaries"} 2`, `gloss_team_cache_total{result="hit"} 0`, "gloss_confidence_count 3", "gloss_ready 1", "gloss_queue_length 0", "go_goroutines",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics are without %s", want)
		}
	}
}

const waiting = `{"functions":[{"language":"go","name":"waits","code":"func waits() {\n}"}]}`

// Who goes ends the work; who comes while all places are taken is told so.
func TestDisconnect(t *testing.T) {
	s := serveTest(t, "127.0.0.1:0", func(o *Options) { o.Limits.Requests = 1 })
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, err := http.NewRequestWithContext(ctx, "POST", s.url+"/v1/summaries", strings.NewReader(waiting))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if response, err := s.client.Do(r); err == nil {
			_, _ = io.ReadAll(response.Body)
			_ = response.Body.Close()
		}
	}()
	<-s.writer.started
	if a := s.ask("POST", "/v1/summaries", waiting, nil); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("%+v", a)
	}
	leave()
	<-s.writer.ended
	<-gone
}

// The end lets a request finish, and no more begin.
func TestShutdown(t *testing.T) {
	s := serveTest(t, "127.0.0.1:0", nil)
	answers := make(chan answer, 1)
	go func() { answers <- s.ask("POST", "/v1/summaries", waiting, nil) }()
	<-s.writer.started
	s.stop()
	s.until("nobody is let in", func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	close(s.writer.let)
	if a := <-answers; a.status != 200 || !strings.Contains(a.body, "Calls") {
		t.Errorf("%+v", a)
	}
}

// Clients that dawdle, lie about lengths or never read lose their connection.
func TestHostile(t *testing.T) {
	s := serveTest(t, "127.0.0.1:0", func(o *Options) {
		o.Limits.Header, o.Limits.Read, o.Limits.Write = 200*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond
	})
	head := "POST /v1/summaries HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	for title, text := range map[string]string{
		"slow header":   "POST /v1/summaries HTTP/1.1\r\nHo",
		"slow body":     head + "Content-Length: 100\r\n\r\n{",
		"chunked junk":  head + "Transfer-Encoding: chunked\r\n\r\nzzz\r\n{}\r\n",
		"two lengths":   head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
		"large header":  head + "X: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
		"no HTTP":       "\x16\x03\x01 hello\r\n\r\n",
		"endless chunk": head + "Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n{",
	} {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.WriteString(c, text)
		answer, err := io.ReadAll(c)
		if errors.Is(err, os.ErrDeadlineExceeded) || bytes.Contains(answer, []byte(" 200 ")) {
			t.Errorf("%s: %v, %q", title, err, answer)
		}
		_ = c.Close()
	}
	// Nobody reads a large answer.
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.(*net.TCPConn).SetReadBuffer(1)
	for range 200 { // pipelined
		if _, err := io.WriteString(c, "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
			break
		}
	}
	s.until("it was left", func() bool {
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		_, err := io.WriteString(c, "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
		return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
	})
	if a := s.ask("GET", "/healthz", "", nil); a.status != 200 {
		t.Errorf("%+v", a)
	}
}

// A client that takes no more of a long answer is left, and its work with it.
func TestUnread(t *testing.T) {
	s := serveTest(t, "127.0.0.1:0", func(o *Options) { o.Limits.Body, o.Limits.Write = 16<<20, 300*time.Millisecond })
	var functions []map[string]string
	for i := range 500 { // each of which takes 24 KB
		functions = append(functions, map[string]string{"language": "go", "name": fmt.Sprint("f", i), "code": "func f() {\n}", "file": strings.Repeat("<", maxPath)})
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any{"functions": functions}); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.(*net.TCPConn).SetReadBuffer(1)
	fmt.Fprintf(c, "POST /v1/summaries HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", body.Len(), &body)
	s.until("it was left", func() bool {
		return strings.Contains(s.ask("GET", "/metrics", "", nil).body, `gloss_http_requests_total{code="200",route="/v1/summaries"} 1`)
	})
	metrics := s.ask("GET", "/metrics", "", nil).body
	for _, want := range []string{`gloss_failures_total{kind="unread"} 1`, "gloss_http_in_flight_requests 1", "gloss_queue_length 0", "gloss_running 0"} { // the request in flight is this one
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics are without %s", want)
		}
	}
	if strings.Contains(metrics, `gloss_cache_total{result="miss"} 500`) {
		t.Error("all was done for a client that takes nothing")
	}
}

// Addresses that others reach need a token.
func TestNeedsToken(t *testing.T) {
	l, err := Listen("0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	if _, err := New(Options{Limits: DefaultLimits()}, l); err == nil || !strings.Contains(err.Error(), "--token-file") {
		t.Error(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	path := filepath.Join(t.TempDir(), "tokens")
	write := func(text string, mode os.FileMode) {
		t.Helper()
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		text string
		mode os.FileMode
	}{{token, 0o644}, {token, 0o620}, {"short", 0o600}, {"# nothing\n", 0o600}, {strings.Repeat("ä", 20), 0o600}} {
		write(test.text, test.mode)
		if _, err := ReadTokens(path, nil); err == nil {
			t.Errorf("%+v is taken", test)
		}
	}
	write("# old and new\n"+token+"\nanother-token-0123456789\n", 0o640)
	tokens, err := ReadTokens(path, func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	find := func(token string) bool { _, ok := tokens.find(token); return ok }
	if !find(token) || !find("another-token-0123456789") || find("") || find("# old and new") {
		t.Error("not those in the file")
	}
	write("next-token-0123456789\n", 0o600)
	tokens.kept.looked = time.Time{}
	if find(token) || !find("next-token-0123456789") {
		t.Error("the file has changed")
	}
	write("none", 0o600)
	tokens.kept.looked = time.Time{}
	if !find("next-token-0123456789") {
		t.Error("a broken file is heeded")
	}
}

// A Unix socket is this user's, and one that was left is taken over.
func TestSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its sockets have no modes")
	}
	dir, err := os.MkdirTemp("", "gloss")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	stale, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = stale.Close()
	serveTest(t, "unix:"+path, nil)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := Listen("unix:" + path); err == nil {
		t.Error("a server's socket was taken")
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
	if status, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(status, "200") {
		t.Errorf("%q, %v", status, err)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte(waiting))
	f.Add([]byte(`{"path":"a.go","text":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := decode(body, 10)
		if err != nil {
			var r *refusal
			if !errors.As(err, &r) || r.status < 400 || r.status > 422 {
				t.Fatal(err)
			}
			return
		}
		if len(q.Functions) > 10 || len(q.Functions) == 0 && q.Text == "" {
			t.Fatalf("%+v", q)
		}
		for _, f := range q.Functions {
			if i := f.item(); i.function.Key("", nil) == (identity.Key{}) || i.line.EndLine < 1 {
				t.Fatalf("%+v", i)
			}
		}
	})
}
