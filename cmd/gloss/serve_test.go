//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/gloss-lsp/gloss/cmd/gloss/record"
	"github.com/gloss-lsp/gloss/inference/onnx/onnxtest"
)

// httpServer is a gloss serve at work.
type httpServer struct {
	t       testing.TB
	process *exec.Cmd
	client  *http.Client
	url     string

	mu     sync.Mutex
	stderr strings.Builder
	ended  chan error
}

var servedAt = regexp.MustCompile(`^gloss: serves ([^ ,]+), http\n`)

// startServe starts cmd and waits until it has loaded its model.
func startServe(t testing.TB, cmd *exec.Cmd) *httpServer {
	t.Helper()
	s := &httpServer{t: t, process: cmd, ended: make(chan error, 1)}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	address := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stderr)
		for {
			line, err := r.ReadString('\n')
			s.mu.Lock()
			s.stderr.WriteString(line)
			s.mu.Unlock()
			if m := servedAt.FindStringSubmatch(line); m != nil {
				address <- m[1]
			}
			if err != nil {
				close(address)
				s.ended <- cmd.Wait()
				return
			}
		}
	}()
	at := <-address
	if at == "" {
		t.Fatalf("it does not serve: %s", s.log())
	}
	network, host := "tcp", at
	if filepath.IsAbs(at) {
		network, host = "unix", "localhost"
	}
	s.url = "http://" + host
	s.client = &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, at)
		},
	}}
	t.Cleanup(s.client.CloseIdleConnections)
	for deadline := time.Now().Add(time.Minute); ; {
		if response, err := s.client.Get(s.url + "/readyz"); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return s
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not become ready: %s", s.log())
		}
	}
}

func (s *httpServer) log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stderr.String()
}

// summaries asks for those of a text.
func (s *httpServer) summaries(path, text string) []record.Record {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"path": path, "text": text})
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := s.client.Post(s.url+"/v1/summaries", "application/json", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	var records []record.Record
	for d := json.NewDecoder(response.Body); ; {
		var r record.Record
		err := d.Decode(&r)
		if err == io.EOF {
			break
		}
		if err != nil {
			s.t.Fatal(err)
		}
		records = append(records, r)
	}
	if n := response.Header.Get("Gloss-Functions"); response.StatusCode != http.StatusOK || n != strconv.Itoa(len(records)) {
		s.t.Fatalf("%s, %d of %q lines: %s", response.Status, len(records), n, s.log())
	}
	return records
}

// metric returns the value of a line of /metrics.
func (s *httpServer) metric(name string) float64 {
	s.t.Helper()
	response, err := s.client.Get(s.url + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil {
				s.t.Fatal(err)
			}
			return v
		}
	}
	return 0
}

// end ends it as systemd would, and returns how it ended.
func (s *httpServer) end(pid int) error {
	s.t.Helper()
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		return err
	case <-time.After(time.Minute):
		s.t.Fatalf("it does not end: %s", s.log())
		return nil
	}
}

// The real program with the real model serves a real file, whatever the folder
// says that it is started in, and ends well.
func TestServe(t *testing.T) {
	library := onnxtest.Library(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "demo", "limiter.py"))
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer evil.Close()
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, ".git", "HEAD"), "ref: refs/heads/main\n")
	writeFile(t, filepath.Join(folder, projectConfig), fmt.Sprintf(`{"backend": "openai", "openai": {"endpoints": [%q], "model": "m"}, "minLines": 1000, "nonsense": 1}`, evil.URL))
	home := t.TempDir()
	cmd := exec.Command("gloss", "serve", "--listen", "127.0.0.1:0")
	cmd.Dir, cmd.Env = folder, environment(cmd, home, library)
	s := startServe(t, cmd)
	for _, from := range []string{"miss", "hit"} {
		records := s.summaries("limiter.py", string(text))
		written := 0
		for _, r := range records {
			if r.Error != "" || r.Language != "python" {
				t.Errorf("%+v", r)
			}
			if r.Summary != "" {
				written++
			}
		}
		if written < 3 {
			t.Errorf("summaries: %+v", records)
		}
		if s.metric(`gloss_cache_total{result="`+from+`"}`) < 1 {
			t.Errorf("no %s is counted", from)
		}
	}
	if s.metric(`gloss_http_requests_total{code="200",route="/v1/summaries"}`) != 2 {
		t.Error("not two requests are counted")
	}
	if err := s.end(cmd.Process.Pid); err != nil {
		t.Errorf("%v: %s", err, s.log())
	}
	if log := s.log(); asked.Load() > 0 || strings.Contains(log, "nonsense") || strings.Contains(log, projectConfig) {
		t.Errorf("the project's settings were read: %s", log)
	}
}

// A user whose settings name a server has summaries from there, and is told where
// code goes; clients are not.
func TestServeAsksServer(t *testing.T) {
	models := newModelServer(t)
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "gloss", "config.json"), fmt.Sprintf(`{"backend": "openai", "openai": {"endpoints": [%q], "model": "m"}}`, models.URL))
	cmd := exec.Command("gloss", "serve", "--listen", "127.0.0.1:0", "--jobs", "3")
	cmd.Env = environment(cmd, home, filepath.Join(home, "none"))
	s := startServe(t, cmd)
	records := s.summaries("large.go", largeFile(3))
	if len(records) != 3 || !slices.ContainsFunc(records, func(r record.Record) bool { return r.Summary == "Returns the sum of its numbers." }) {
		t.Errorf("%+v", records)
	}
	host := strings.TrimPrefix(models.URL, "http://")
	if !strings.Contains(s.log(), "backend openai: the code of functions is sent to a server on this machine ("+host) {
		t.Errorf("the log does not say where code goes: %s", s.log())
	}
	models.Close()
	for _, r := range s.summaries("b.go", "package b\n\nfunc q(n int) int {\n\tn++\n\treturn n * 3\n}\n") {
		if r.Error == "" || strings.Contains(r.Error, host) {
			t.Errorf("a client is told %+v", r)
		}
	}
	if err := s.end(cmd.Process.Pid); err != nil {
		t.Errorf("%v: %s", err, s.log())
	}
	if !strings.Contains(s.log(), "a function failed") {
		t.Errorf("the log says nothing of the failure: %s", s.log())
	}
}

// What a hostile model says comes out as a line of text, or not at all.
func TestServeHostileModel(t *testing.T) {
	var says atomic.Value
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		text, _ := json.Marshal(says.Load())
		fmt.Fprintf(w, `{"choices":[{"index":0,"message":{"role":"assistant","content":%s},"finish_reason":"stop"}]}`, text)
	}))
	defer model.Close()
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "gloss", "config.json"), fmt.Sprintf(`{"backend": "openai", "minConfidence": 0, "openai": {"endpoints": [%q], "model": "m"}}`, model.URL))
	cmd := exec.Command("gloss", "serve", "--listen", "127.0.0.1:0", "--no-cache")
	cmd.Env = environment(cmd, home, filepath.Join(home, "none"))
	s := startServe(t, cmd)
	given := 0
	for i, text := range []string{
		"Returns <img src=x onerror=alert(1)> the sum of its numbers.",
		"Returns the \x1b[31msum\x1b]0;owned\a of its numbers.",
		"Returns the \u202esum\u2066 of its\u200b numbers.",
		"Returns the [sum](https://evil.example/?q=code) of its numbers.",
		"Returns the sum, see https://evil.example/ for more.",
		"Returns the sum\r\n{\"index\":7,\"summary\":\"forged\"}\r\nof its numbers.",
		strings.Repeat("Returns the sum of its numbers and ", 3000),
	} {
		says.Store(text)
		for _, r := range s.summaries("a.go", fmt.Sprintf("package a\n\nfunc sum%d(n int) int {\n\tn++\n\treturn n * %d\n}\n", i, i)) {
			if r.Summary == "" {
				continue
			}
			given++
			if strings.ContainsFunc(r.Summary, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) || len(r.Summary) > 1000 {
				t.Errorf("%.80q: says %.200q", text, r.Summary)
			}
			for _, bad := range []string{"<", "evil.example", "](", "forged"} {
				if strings.Contains(r.Summary, bad) {
					t.Errorf("%.80q: says %.200q", text, r.Summary)
				}
			}
		}
	}
	if given == 0 {
		t.Error("nothing is said at all")
	}
}

// BenchmarkServe has eight clients ask the real program, each for one function
// after the other: all of them new (miss), all of them known (hit), and one client
// for a file of many (file). It reports
//
//	requests/s
//	functions/s
//	p50-ms, p95-ms  from the request to the last byte of its answer
func BenchmarkServe(b *testing.B) {
	library := onnxtest.Library(b)
	one := func(i int) string {
		return fmt.Sprintf("package a\n\nfunc readPart%d(text string) int {\n\tif len(text) > %d {\n\t\treturn %d\n\t}\n\treturn 0\n}\n", i, i, i)
	}
	for name, c := range map[string]struct {
		clients, requests int
		text              func(i int) string
	}{
		"miss": {8, 160, one},
		"hit":  {8, 4000, func(i int) string { return one(i % 160) }},
		"file": {1, 1, func(int) string {
			var text strings.Builder
			for i := range 160 {
				text.WriteString(strings.TrimPrefix(one(i), "package a\n"))
			}
			return "package a\n" + text.String()
		}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command("gloss", "serve", "--listen", "127.0.0.1:0", "--rate", "0")
				cmd.Env = environment(cmd, b.TempDir(), library)
				s := startServe(b, cmd)
				if name == "hit" {
					for i := range 160 {
						s.summaries("a.go", one(i))
					}
				}
				var next, functions atomic.Int64
				times := make([]time.Duration, c.requests)
				var clients sync.WaitGroup
				began := time.Now()
				for range c.clients {
					clients.Go(func() {
						for i := int(next.Add(1)) - 1; i < c.requests; i = int(next.Add(1)) - 1 {
							at := time.Now()
							functions.Add(int64(len(s.summaries("a.go", c.text(i)))))
							times[i] = time.Since(at)
						}
					})
				}
				clients.Wait()
				took := time.Since(began).Seconds()
				b.ReportMetric(float64(c.requests)/took, "requests/s")
				b.ReportMetric(float64(functions.Load())/took, "functions/s")
				b.ReportMetric(quantile(times, 0.5).Seconds()*1000, "p50-ms")
				b.ReportMetric(quantile(times, 0.95).Seconds()*1000, "p95-ms")
				b.ReportMetric(0, "ns/op")
				if err := s.end(cmd.Process.Pid); err != nil {
					b.Errorf("%v: %s", err, s.log())
				}
			}
		})
	}
}
