package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// graphPath is the large file of the models that these tests pull.
const graphPath = "onnx/model.onnx"

// fakeFiles are a model as far as this package looks: it runs no graph.
func fakeFiles(seed uint64) map[string]string {
	graph := make([]byte, 300_000)
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range graph {
		graph[i] = byte(random.Uint32())
	}
	return map[string]string{
		"config.json":    `{"model_type":"llama","vocab_size":8,"eos_token_id":2}`,
		"tokenizer.json": `{"a tokenizer":"that is not looked at"}`,
		graphPath:        string(graph),
	}
}

// damaged is content of the same length and other bytes.
func damaged(content string) string {
	b := []byte(content)
	slices.Reverse(b)
	return string(b)
}

// fakeEntry pins files.
func fakeEntry(name string, files map[string]string) Entry {
	e := Entry{
		Name: name, Source: Source{"org/" + name, strings.Repeat("c0ffee", 7)[:40]},
		Licence: "Apache-2.0", About: "a model for tests",
		Description: Description{Prompt: Prompt{"chat", 1}, MaxInputTokens: 512, MaxOutputTokens: 64, Graph: graphPath},
	}
	for _, path := range []string{"config.json", "tokenizer.json", graphPath} {
		sum := sha256.Sum256([]byte(files[path]))
		e.Files = append(e.Files, File{Path: path, Size: int64(len(files[path])), SHA256: hex.EncodeToString(sum[:])})
	}
	return e
}

// fakeHub is a Hugging Face hub with one model.
type fakeHub struct {
	*httptest.Server
	entry Entry
	files map[string]string

	// graph answers the n-th request for the graph, n from 1; nil answers well.
	graph func(w http.ResponseWriter, r *http.Request, n int)

	mu       sync.Mutex
	requests []request
	waits    []time.Duration // between tries
	notices  []string
}

// request is what a server saw of one.
type request struct{ path, span, token string }

func newFakeHub(t testing.TB) *fakeHub {
	files := fakeFiles(1)
	h := &fakeHub{entry: fakeEntry("tiny", files), files: files}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *fakeHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	prefix := "/" + h.entry.Repo + "/resolve/" + h.entry.Revision + "/"
	file, ok := strings.CutPrefix(r.URL.Path, prefix)
	if _, known := h.files[file]; !ok || !known {
		http.NotFound(w, r)
		return
	}
	h.mu.Lock()
	h.requests = append(h.requests, request{file, r.Header.Get("Range"), r.Header.Get("Authorization")})
	n := 0
	for _, seen := range h.requests {
		if seen.path == graphPath {
			n++
		}
	}
	h.mu.Unlock()
	if file == graphPath && h.graph != nil {
		h.graph(w, r, n)
		return
	}
	h.serve(w, r, file)
}

// serve answers well.
func (h *fakeHub) serve(w http.ResponseWriter, r *http.Request, file string) {
	http.ServeContent(w, r, path.Base(file), time.Time{}, bytes.NewReader([]byte(h.files[file])))
}

// of returns the requests for one file, so far.
func (h *fakeHub) of(file string) []request {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []request
	for _, r := range h.requests {
		if r.path == file {
			found = append(found, r)
		}
	}
	return found
}

// forget forgets what was asked before.
func (h *fakeHub) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests, h.waits, h.notices = nil, nil, nil
}

// client is a Hub that asks h and waits for nobody.
func (h *fakeHub) client(t testing.TB) *Hub {
	t.Helper()
	t.Setenv("HF_ENDPOINT", h.URL)
	t.Setenv("HF_HUB_CACHE", filepath.Join(t.TempDir(), "hub"))
	hub, err := NewHub("gloss/test")
	if err != nil {
		t.Fatal(err)
	}
	hub.wait = func(ctx context.Context, d time.Duration) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.waits = append(h.waits, d)
		return ctx.Err()
	}
	t.Cleanup(hub.client.CloseIdleConnections)
	return hub
}

func (h *fakeHub) options(hub *Hub) PullOptions {
	return PullOptions{Hub: hub, Notice: func(s string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.notices = append(h.notices, s)
	}}
}

// store is an empty one whose catalog is the hub's model.
func (h *fakeHub) store(t testing.TB) *Store {
	return &Store{Root: filepath.Join(t.TempDir(), "models"), Catalog: []Entry{h.entry}}
}

// cutAfter sends the first n bytes of what is asked for of content, and ends
// the connection.
func cutAfter(w http.ResponseWriter, r *http.Request, content string, n int) {
	start := 0
	if span := r.Header.Get("Range"); span != "" {
		fmt.Sscanf(span, "bytes=%d-", &start)
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(content)-1, len(content)))
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(content)-start))
	if start > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = w.Write([]byte(content[start : start+n]))
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}
