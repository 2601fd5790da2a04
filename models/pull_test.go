package models

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestPull pulls from hubs of every temper. Whatever they do, there is either
// the whole model or none, and a hub that has come to its senses gives it.
func TestPull(t *testing.T) {
	type respond = func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int)
	good := func(h *fakeHub, w http.ResponseWriter, r *http.Request) { h.serve(w, r, graphPath) }
	status := func(code int, header ...string) respond {
		return func(_ *fakeHub, w http.ResponseWriter, _ *http.Request, _ int) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
		}
	}
	// first answers the first request its own way and the others well.
	first := func(f respond) respond {
		return func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int) {
			if n > 1 {
				good(h, w, r)
				return
			}
			f(h, w, r, n)
		}
	}
	cut := func(after int) respond {
		return func(h *fakeHub, w http.ResponseWriter, r *http.Request, _ int) {
			cutAfter(w, r, h.files[graphPath], after)
		}
	}

	for _, test := range []struct {
		name  string
		graph respond
		want  string          // part of the error, "" for success
		spans []string        // the Range of each request for the graph
		waits []time.Duration // between the tries
	}{
		{name: "good", graph: func(h *fakeHub, w http.ResponseWriter, r *http.Request, _ int) { good(h, w, r) }, spans: []string{""}},
		{
			name: "redirects", graph: func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int) {
				if n == 1 {
					http.Redirect(w, r, r.URL.Path+"?again", http.StatusTemporaryRedirect)
					return
				}
				good(h, w, r)
			}, spans: []string{"", ""},
		},
		{
			name: "throttles", graph: func(h *fakeHub, w http.ResponseWriter, _ *http.Request, _ int) {
				w.Header().Set("Content-Length", fmt.Sprint(len(h.files[graphPath])))
				for piece := range slices.Chunk([]byte(h.files[graphPath]), 3000) {
					_, _ = w.Write(piece)
					w.(http.Flusher).Flush()
				}
			}, spans: []string{""},
		},
		{
			name: "cuts twice", graph: func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int) {
				if n < 3 {
					cutAfter(w, r, h.files[graphPath], 100_000)
				}
				good(h, w, r)
			}, spans: []string{"", "bytes=100000-", "bytes=200000-"}, waits: []time.Duration{time.Second, 2 * time.Second},
		},
		{
			name: "cuts always", graph: cut(1000), want: "gave up after 6 tries", spans: []string{"", "bytes=1000-", "bytes=2000-", "bytes=3000-", "bytes=4000-", "bytes=5000-"},
			waits: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second},
		},
		{
			name: "cuts, then ignores the range", graph: func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int) {
				r.Header.Del("Range")
				if n == 1 {
					cutAfter(w, r, h.files[graphPath], 100_000)
				}
				good(h, w, r)
			}, spans: []string{"", "bytes=100000-"}, waits: []time.Duration{time.Second},
		},
		{
			name: "cuts, then sends another part", graph: func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int) {
				switch n {
				case 1:
					cutAfter(w, r, h.files[graphPath], 100_000)
				case 2:
					r.Header.Set("Range", "bytes=50000-")
				}
				good(h, w, r)
			}, spans: []string{"", "bytes=100000-", ""}, waits: []time.Duration{time.Second, 2 * time.Second},
		},
		{
			name: "cuts, then has other bytes", graph: func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int) {
				if n == 1 {
					cutAfter(w, r, damaged(h.files[graphPath]), 100_000)
				}
				good(h, w, r)
			}, spans: []string{"", "bytes=100000-", ""}, waits: []time.Duration{time.Second},
		},
		{
			name: "cuts, then answers 416", graph: func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int) {
				switch n {
				case 1:
					cutAfter(w, r, h.files[graphPath], 100_000)
				case 2:
					w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
					return
				}
				good(h, w, r)
			}, spans: []string{"", "bytes=100000-", ""}, waits: []time.Duration{time.Second, 2 * time.Second},
		},
		{name: "404", graph: status(404), want: "404 Not Found", spans: []string{""}},
		{name: "401", graph: status(401), want: "HF_TOKEN", spans: []string{""}},
		{name: "416 for the whole", graph: status(416), want: "416", spans: []string{""}},
		{name: "204", graph: status(204), want: "204", spans: []string{""}},
		{name: "429 once", graph: first(status(429, "Retry-After", "7")), spans: []string{"", ""}, waits: []time.Duration{7 * time.Second}},
		{name: "429 for an hour", graph: status(429, "Retry-After", "3600"), want: "left alone for 1h", spans: []string{""}},
		{name: "503 once", graph: first(status(503)), spans: []string{"", ""}, waits: []time.Duration{time.Second}},
		{
			name: "500 always", graph: status(500), want: "500 Internal Server Error", spans: []string{"", "", "", "", "", ""},
			waits: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second},
		},
		{
			name: "wrong bytes", graph: func(h *fakeHub, w http.ResponseWriter, _ *http.Request, _ int) {
				_, _ = w.Write([]byte(damaged(h.files[graphPath])))
			}, want: "sends another file than the one that gloss knows", spans: []string{""},
		},
		{
			name: "a longer file", graph: func(h *fakeHub, w http.ResponseWriter, _ *http.Request, _ int) {
				w.Header().Set("Content-Length", "300001")
				_, _ = w.Write([]byte(h.files[graphPath] + "x"))
			}, want: "sends 300001 bytes", spans: []string{""},
		},
		{
			name: "a login page", graph: func(_ *fakeHub, w http.ResponseWriter, _ *http.Request, _ int) {
				fmt.Fprint(w, "<html>Log in, please")
			}, want: "text/html", spans: []string{""},
		},
		{
			name: "no end", graph: func(_ *fakeHub, w http.ResponseWriter, _ *http.Request, _ int) {
				piece := make([]byte, 100_000)
				for {
					if _, err := w.Write(piece); err != nil {
						return
					}
				}
			}, want: "more than the 300000 bytes", spans: []string{""},
		},
		{
			name: "an early end", graph: first(func(h *fakeHub, w http.ResponseWriter, _ *http.Request, _ int) {
				w.(http.Flusher).Flush() // so that no length is sent
				_, _ = w.Write([]byte(h.files[graphPath][:5000]))
			}), spans: []string{"", "bytes=5000-"}, waits: []time.Duration{time.Second},
		},
		{
			name: "a part of a longer file", graph: func(h *fakeHub, w http.ResponseWriter, r *http.Request, n int) {
				if n == 1 {
					cutAfter(w, r, h.files[graphPath], 100_000)
				}
				w.Header().Set("Content-Range", "bytes 100000-300000/300001")
				w.WriteHeader(http.StatusPartialContent)
			}, want: "sends 300001 bytes", spans: []string{"", "bytes=100000-"}, waits: []time.Duration{time.Second},
		},
		{
			name: "silence", graph: first(func(h *fakeHub, w http.ResponseWriter, r *http.Request, _ int) {
				w.Header().Set("Content-Length", "300000")
				_, _ = w.Write([]byte(h.files[graphPath][:10_000]))
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			}), spans: []string{"", "bytes=10000-"}, waits: []time.Duration{time.Second},
		},
		{
			name: "a circle", graph: func(_ *fakeHub, w http.ResponseWriter, r *http.Request, _ int) {
				http.Redirect(w, r, r.URL.Path, http.StatusFound)
			}, want: "more than 10 redirects", spans: make([]string, 10),
		},
		{
			name: "away from http", graph: func(_ *fakeHub, w http.ResponseWriter, r *http.Request, _ int) {
				http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
			}, want: "neither http nor https", spans: []string{""},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newFakeHub(t)
			h.graph = func(w http.ResponseWriter, r *http.Request, n int) { test.graph(h, w, r, n) }
			s, hub := h.store(t), h.client(t)
			if test.name == "silence" {
				hub.quiet = 200 * time.Millisecond
			}
			_, err := s.Pull(t.Context(), "tiny", h.options(hub))
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				wantInstalled(t, s, h)
			} else {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("Pull gave %v, want an error with %q", err, test.want)
				}
				wantAbsent(t, s)
			}
			var spans []string
			for _, r := range h.of(graphPath) {
				spans = append(spans, r.span)
			}
			if !slices.Equal(spans, test.spans) {
				t.Errorf("the graph was asked for with the ranges %q, want %q", spans, test.spans)
			}
			if !slices.Equal(h.waits, test.waits) {
				t.Errorf("waited %v, want %v", h.waits, test.waits)
			}

			h.graph = nil
			if _, err := s.Pull(t.Context(), "tiny", h.options(hub)); err != nil {
				t.Errorf("the next pull: %v", err)
			}
			wantInstalled(t, s, h)
		})
	}
}

// wantInstalled fails unless the model opens and is right in every byte, with
// nothing lying about.
func wantInstalled(t *testing.T, s *Store, h *fakeHub) {
	t.Helper()
	m, err := s.Open("tiny")
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range h.files {
		b, err := os.ReadFile(join(m.Dir, path))
		if err != nil || string(b) != content {
			t.Errorf("%s: %d bytes, %v; not the hub's", path, len(b), err)
		}
	}
	n := 0
	err = fs.WalkDir(os.DirFS(m.Dir), ".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil || n != len(h.files) {
		t.Errorf("%d files are installed, %v; want %d", n, err, len(h.files))
	}
	if _, problems, err := s.Verify(t.Context(), "tiny"); err != nil || len(problems) > 0 {
		t.Errorf("Verify found %v, %v", problems, err)
	}
	entries, err := os.ReadDir(filepath.Dir(m.Dir))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the model lie %v, %v", entries, err)
	}
}

// wantAbsent fails if anything loads.
func wantAbsent(t *testing.T, s *Store) {
	t.Helper()
	var missing *NotInstalledError
	if m, err := s.Open("tiny"); !errors.As(err, &missing) || !strings.Contains(err.Error(), "gloss model pull tiny") {
		t.Errorf("Open gave %v, %v; want an error that says how to pull", m, err)
	}
}

// A token goes to the hub and to nobody else, whatever the hub says.
func TestTokenStaysAtTheHub(t *testing.T) {
	t.Setenv("HF_TOKEN", "secret")
	h := newFakeHub(t)
	var elsewhere []http.Header
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Header.Clone())
		h.serve(w, r, graphPath)
	}))
	defer other.Close()
	// By name the hub and the other host differ in more than the port.
	target, err := url.Parse(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{target.Host, "localhost:" + target.Port()} {
		h.graph = func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, "http://"+host+"/blob", http.StatusFound)
		}
		s := h.store(t)
		if _, err := s.Pull(t.Context(), "tiny", h.options(h.client(t))); err != nil {
			t.Fatal(err)
		}
		wantInstalled(t, s, h)
	}
	for _, r := range h.of(graphPath) {
		if r.token != "Bearer secret" {
			t.Errorf("the hub was asked with the token %q", r.token)
		}
	}
	if len(elsewhere) != 2 {
		t.Fatalf("%d requests elsewhere, want 2", len(elsewhere))
	}
	for _, header := range elsewhere {
		if strings.Contains(fmt.Sprint(header), "secret") {
			t.Errorf("the other host was told the token: %v", header)
		}
	}
}

// From https no redirect leads to http.
func TestNoDowngrade(t *testing.T) {
	h := newFakeHub(t)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, h.URL+r.URL.Path, http.StatusFound)
	}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	hub := h.client(t)
	hub.endpoint, _ = url.Parse(secure.URL)
	transport := secure.Client().Transport.(*http.Transport)
	hub.client.Transport = &authorized{transport, hub.endpoint, ""}
	s := h.store(t)
	if _, err := s.Pull(t.Context(), "tiny", h.options(hub)); err == nil || !strings.Contains(err.Error(), "from https to http") {
		t.Errorf("Pull gave %v, want a refusal", err)
	}
	wantAbsent(t, s)

	// A certificate that nobody vouches for is not asked twice.
	hub.client.Transport = &authorized{&http.Transport{TLSClientConfig: &tls.Config{}}, hub.endpoint, ""}
	if _, err := s.Pull(t.Context(), "tiny", h.options(hub)); err == nil || !strings.Contains(err.Error(), vouch) || len(h.waits) > 0 {
		t.Errorf("Pull gave %v after waiting %v, want an error about the certificate at once", err, h.waits)
	}
}

// What is there of a file is gone on from, and given up when it was wrong.
func TestPullGoesOn(t *testing.T) {
	h := newFakeHub(t)
	s, hub := h.store(t), h.client(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.graph = func(w http.ResponseWriter, r *http.Request, _ int) {
		w.Header().Set("Content-Length", "300000")
		_, _ = w.Write([]byte(h.files[graphPath][:123_456]))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	o := h.options(hub)
	o.Progress = func(have, total int64) {
		if have > 123_456 { // the small files come before it
			cancel()
		}
	}
	if _, err := s.Pull(ctx, "tiny", o); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "goes on from 0.1 MB") {
		t.Fatalf("the pull that was cancelled gave %v", err)
	}
	wantAbsent(t, s)
	list, err := s.List()
	if err != nil || len(list) != 2 || list[1].Partial < 123_456 || list[1].Installed {
		t.Errorf("List says %+v, %v; want what the pull has left", list, err)
	}

	part := join(s.partial("tiny", h.entry.Revision), graphPath+".part")
	b, err := os.ReadFile(part)
	if err != nil {
		t.Fatal(err)
	}
	h.graph = nil
	for _, test := range []struct {
		name  string
		part  string
		spans []string
	}{
		{"damaged", damaged(string(b)), []string{"bytes=123456-", ""}},
		{"too long", h.files[graphPath] + "more", []string{""}},
		{"complete", h.files[graphPath], nil},
		{"complete and wrong", damaged(h.files[graphPath]), []string{""}},
		{"as it was", string(b), []string{"bytes=123456-"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h.forget()
			s := h.store(t)
			write(t, s.partial("tiny", h.entry.Revision), map[string]string{graphPath + ".part": test.part})
			if _, err := s.Pull(t.Context(), "tiny", h.options(hub)); err != nil {
				t.Fatal(err)
			}
			var spans []string
			for _, r := range h.of(graphPath) {
				spans = append(spans, r.span)
			}
			if !slices.Equal(spans, test.spans) {
				t.Errorf("asked for the ranges %q, want %q", spans, test.spans)
			}
			wantInstalled(t, s, h)
		})
	}
}

// Of a file whose size is known roughly, the hash decides.
func TestPullApproximate(t *testing.T) {
	h := newFakeHub(t)
	graph := &h.entry.Files[2]
	graph.Approximate, graph.Size = true, 290_000
	for _, test := range []struct {
		name, want string
		graph      func(w http.ResponseWriter, r *http.Request, n int)
	}{
		{name: "good"},
		{name: "cut", graph: func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				cutAfter(w, r, h.files[graphPath], 100_000)
			}
			h.serve(w, r, graphPath)
		}},
		{"shorter", "another file", func(w http.ResponseWriter, _ *http.Request, _ int) {
			_, _ = w.Write([]byte(h.files[graphPath][:200_000]))
		}},
		{"much longer", "more than", func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.(http.Flusher).Flush()
			_, _ = w.Write([]byte(h.files[graphPath] + h.files[graphPath]))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h.forget()
			h.graph = test.graph
			s := h.store(t)
			_, err := s.Pull(t.Context(), "tiny", h.options(h.client(t)))
			if test.want == "" && err != nil {
				t.Fatal(err)
			}
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("Pull gave %v, want an error with %q", err, test.want)
				}
				wantAbsent(t, s)
				return
			}
			wantInstalled(t, s, h)
		})
	}
}

// What Hugging Face's tools have downloaded is not downloaded again.
func TestPullFromCache(t *testing.T) {
	for _, test := range []struct {
		name    string
		mode    os.FileMode
		content func(string) string
		offline bool
		want    string
		linked  bool
		fetched int
	}{
		{name: "linked", mode: 0o600, offline: true, linked: true},
		{name: "others may write it, so copied", mode: 0o666, offline: true},
		{name: "other bytes", mode: 0o600, content: damaged, fetched: 1},
		{name: "other bytes and no network", mode: 0o600, content: damaged, offline: true, want: "HF_HUB_OFFLINE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newFakeHub(t)
			if test.offline {
				t.Setenv("HF_HUB_OFFLINE", "1")
			}
			hub := h.client(t)
			// As they lay it out: snapshots are links to blobs.
			model := filepath.Join(hub.cache, "models--org--tiny")
			snapshot := filepath.Join(model, "snapshots", h.entry.Revision)
			for path, content := range h.files {
				blob := filepath.Join(model, "blobs", strings.ReplaceAll(path, "/", "-"))
				if path == graphPath && test.content != nil {
					content = test.content(content)
				}
				write(t, filepath.Dir(blob), map[string]string{filepath.Base(blob): content})
				if err := os.Chmod(blob, test.mode); err != nil {
					t.Fatal(err)
				}
				link := join(snapshot, path)
				if err := os.MkdirAll(filepath.Dir(link), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(blob, link); err != nil {
					t.Skip("no symbolic links here:", err)
				}
			}
			s := h.store(t)
			// What an earlier pull had begun is not left in the model.
			write(t, s.partial("tiny", h.entry.Revision), map[string]string{graphPath + ".part": h.files[graphPath][:5], graphPath + ".found": "y"})
			p, err := s.Pull(t.Context(), "tiny", h.options(hub))
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("Pull gave %v, want an error with %q", err, test.want)
				}
				wantAbsent(t, s)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantInstalled(t, s, h)
			if p.Fetched != test.fetched || len(h.requests) != test.fetched {
				t.Errorf("%d files fetched with %d requests, want %d", p.Fetched, len(h.requests), test.fetched)
			}
			a, errA := os.Stat(join(p.Dir, graphPath))
			b, errB := os.Stat(join(snapshot, graphPath))
			if errA != nil || errB != nil || os.SameFile(a, b) != test.linked {
				t.Errorf("linked is %v, want %v", os.SameFile(a, b), test.linked)
			}

			// A snapshot can be imported as it is, links and all.
			if test.content == nil {
				s := h.store(t)
				if _, err := s.Import(t.Context(), snapshot, ImportOptions{}); err != nil {
					t.Fatal(err)
				}
				wantInstalled(t, s, h)
			}
		})
	}
}

// A damaged model is found, and mended with what is right in it.
func TestMend(t *testing.T) {
	for _, test := range []struct {
		name   string
		damage func(string) string
		open   string // part of the error of Open, "" if it cannot know
		verify string
	}{
		{"another byte", damaged, "", "SHA-256"},
		{"too short", func(s string) string { return s[:1000] }, "damaged: onnx/model.onnx has 1000 bytes instead of 300000; run: gloss model pull tiny", "1000 bytes"},
		{"gone", func(string) string { return "" }, "damaged", "missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newFakeHub(t)
			s, hub := h.store(t), h.client(t)
			p, err := s.Pull(t.Context(), "tiny", h.options(hub))
			if err != nil {
				t.Fatal(err)
			}
			write(t, p.Dir, map[string]string{graphPath: test.damage(h.files[graphPath])})
			_, err = s.Open("tiny")
			if (err == nil) != (test.open == "") || err != nil && !strings.Contains(err.Error(), test.open) {
				t.Errorf("Open gave %v, want an error with %q", err, test.open)
			}
			_, problems, err := s.Verify(t.Context(), "tiny")
			if err != nil || len(problems) != 1 || problems[0].File != graphPath || !strings.Contains(problems[0].Error(), test.verify) {
				t.Errorf("Verify gave %v, %v; want %q", problems, err, test.verify)
			}
			h.forget()
			if p, err = s.Pull(t.Context(), "tiny", h.options(hub)); err != nil {
				t.Fatal(err)
			}
			wantInstalled(t, s, h)
			if p.Fetched != 1 || p.Found != 2 || len(h.requests) != 1 {
				t.Errorf("%+v with %d requests, want one file fetched", p, len(h.requests))
			}
			if p, err = s.Pull(t.Context(), "tiny", h.options(hub)); err != nil || !p.Already {
				t.Errorf("the pull after it gave %+v, %v", p, err)
			}
		})
	}
}

// Models that share files fetch them once.
func TestPullSibling(t *testing.T) {
	h := newFakeHub(t)
	s, hub := h.store(t), h.client(t)
	sibling := h.entry
	sibling.Name = "tiny-q4"
	s.Catalog = append(s.Catalog, sibling)
	if _, err := s.Pull(t.Context(), "tiny", h.options(hub)); err != nil {
		t.Fatal(err)
	}
	p, err := s.Pull(t.Context(), "tiny-q4", h.options(hub))
	if err != nil || p.Found != 3 {
		t.Errorf("Pull gave %+v, %v; want all files found", p, err)
	}
}

func TestPullUnknown(t *testing.T) {
	h := newFakeHub(t)
	_, err := h.store(t).Pull(t.Context(), "nonsense", h.options(h.client(t)))
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "it has tiny") {
		t.Errorf("Pull gave %v, want ErrNotFound and what there is", err)
	}
}

func TestNewHub(t *testing.T) {
	for _, test := range []struct{ endpoint, want string }{
		{"", "https://huggingface.co/a/b/resolve/c/onnx/d"},
		{"http://mirror.example/hf/", "http://mirror.example/hf/a/b/resolve/c/onnx/d"},
		{"ftp://mirror.example", ""},
		{"mirror.example", ""},
		{"https://user:secret@mirror.example?x", ""},
		{"https://user:secret@mirror.example:port", ""},
	} {
		t.Setenv("HF_ENDPOINT", test.endpoint)
		h, err := NewHub("gloss/test")
		if test.want == "" {
			if err == nil || !strings.Contains(err.Error(), "HF_ENDPOINT") || strings.Contains(err.Error(), "secret") {
				t.Errorf("HF_ENDPOINT=%s gave %v, want an error that names the variable and no password", test.endpoint, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("HF_ENDPOINT=%s: %v", test.endpoint, err)
			continue
		}
		if got := h.url(Source{"a/b", "c"}, "onnx/d").String(); got != test.want {
			t.Errorf("HF_ENDPOINT=%s asks for %s, want %s", test.endpoint, got, test.want)
		}
	}
}

// A password in HF_ENDPOINT reaches the hub and no message.
func TestPasswordStaysSecret(t *testing.T) {
	h := newFakeHub(t)
	h.graph = func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusInternalServerError) }
	s, hub := h.store(t), h.client(t)
	hub.endpoint.User = url.UserPassword("me", "secret")
	_, err := s.Pull(t.Context(), "tiny", h.options(hub))
	if err == nil || strings.Contains(err.Error()+strings.Join(h.notices, ""), "secret") {
		t.Errorf("Pull gave %v after saying %q", err, h.notices)
	}
	if got := h.of(graphPath)[0].token; got != "Basic bWU6c2VjcmV0" {
		t.Errorf("the hub was sent %q", got)
	}
}

func TestHubCache(t *testing.T) {
	for _, variable := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(variable, "")
	}
	sep := string(filepath.Separator)
	for _, test := range []struct{ variable, value, want string }{
		{"XDG_CACHE_HOME", "x", "x" + sep + "huggingface" + sep + "hub"},
		{"HF_HOME", "y", "y" + sep + "hub"},
		{"HUGGINGFACE_HUB_CACHE", "w", "w"},
		{"HF_HUB_CACHE", "z", "z"},
	} {
		t.Setenv(test.variable, test.value)
		if got := hubCache(); got != test.want {
			t.Errorf("with %s the cache is %s, want %s", test.variable, got, test.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for s, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 3 ": 3 * time.Second, "-5": 0, "soon": 0,
		"99999999999999":                24 * time.Hour,
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute,
		"Fri, 02 Jan 2026 03:00:00 GMT": 0,
	} {
		if got := parseRetryAfter(s, now); got != want {
			t.Errorf("Retry-After %q is %s, want %s", s, got, want)
		}
	}
}

func TestContentRange(t *testing.T) {
	type result struct{ first, total int64 }
	bad := result{-1, -1}
	for s, want := range map[string]result{
		"bytes 5-9/10": {5, 10}, "bytes 0-0/*": {0, -1},
		"": bad, "bytes */10": bad, "bytes 9-5/10": bad, "bytes 5-9/9": bad, "bytes -1-5/9": bad, "bytes 5-/9": bad, "items 5-9/10": bad,
	} {
		first, total, err := parseContentRange(s)
		got := result{first, total}
		if err != nil {
			got = bad
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("Content-Range %q is %v, want %v", s, got, want)
		}
	}
}
