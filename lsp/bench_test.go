package lsp

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache"
	"github.com/gloss-lsp/gloss/lsp/settings"
	"github.com/gloss-lsp/gloss/lsp/wire"
)

// The benchmarks measure the server's part: from the params of a message as
// bytes to the bytes of the answer, without a connection and a client.

// benchText is a Go file of 5,000 lines with 500 functions.
func benchText() string {
	var b strings.Builder
	b.WriteString("package a\n\n")
	for i := range 500 {
		fmt.Fprintf(&b, `func Handle%03d(items []string, limit int) (int, error) {
	total := 0
	for i, item := range items {
		if i >= limit || len(item) == %d {
			return total, errors.New("too many items: " + item)
		}
		total += len(item)
	}
	return total, nil
}
`, i, i)
	}
	return b.String()
}

// warmServer has benchText open, and all its summaries known.
func warmServer(b *testing.B) *server {
	store := cache.Open("", cache.Options{})
	s := newServer(context.Background(), Options{
		Log: zap.NewNop(), Settings: settings.Default(),
		OpenSummaries: func(context.Context, settings.Settings, func(error)) (Summaries, error) {
			scheduler := inference.NewScheduler(&fakeSummarizer{}, store, inference.Options{})
			return scheduler, nil
		},
	})
	b.Cleanup(s.close)
	s.connect(discard{})
	s.Initialize(wire.ClientCapabilities{Encoding: wire.Utf16Encoding, CodeLens: true})
	s.Initialized()
	tell(b, s, "textDocument/didOpen", encodeJSON(map[string]any{"textDocument": map[string]any{
		"uri": goURI, "languageId": "go", "version": 1, "text": benchText(),
	}}))
	<-s.sources.ready
	d := s.documents.current(goURI)
	for _, c := range d.chunks() {
		if _, err := s.sources.from().Wait(b.Context(), d.function(&c), inference.Hover); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

type discard struct{}

func (discard) Read([]byte) (int, error)    { return 0, io.EOF }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) Close() error                { return nil }

func tell(b *testing.B, s *server, method, params string) {
	if known, err := wire.Notify(s, method, []byte(params)); err != nil || !known {
		b.Fatal(known, err)
	}
}

func ask(b *testing.B, s *server, method, params string) []byte {
	run, known, err := wire.Prepare(s, method, []byte(params))
	if err != nil || !known {
		b.Fatal(known, err)
	}
	result, err := run(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	answer, err := wire.Encode(result)
	if err != nil {
		b.Fatal(err)
	}
	return answer
}

// latencies reports percentiles of what one operation takes.
func latencies(b *testing.B, operation func(i int)) {
	var all []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		operation(i)
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkEditToLenses types a character in a 5,000-line file and asks for its
// lenses, without inference.
func BenchmarkEditToLenses(b *testing.B) {
	s := warmServer(b)
	lenses := identify(goURI)
	latencies(b, func(i int) {
		tell(b, s, "textDocument/didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":%d},"contentChanges":[
			{"range":{"start":{"line":2504,"character":2},"end":{"line":2504,"character":2}},"text":"z"}]}`, goURI, i+2))
		if answer := ask(b, s, "textDocument/codeLens", lenses); len(answer) < 500*100 {
			b.Fatalf("%.200s", answer)
		}
	})
}

// BenchmarkLenses asks for the 500 lenses of a file that has not changed.
func BenchmarkLenses(b *testing.B) {
	s := warmServer(b)
	params := identify(goURI)
	latencies(b, func(int) { ask(b, s, "textDocument/codeLens", params) })
}

// BenchmarkHover asks for a summary that is known.
func BenchmarkHover(b *testing.B) {
	s := warmServer(b)
	params := place(goURI, 2502, 7)
	latencies(b, func(int) {
		if answer := ask(b, s, "textDocument/hover", params); !strings.Contains(string(answer), "Does Handle250") {
			b.Fatalf("%s", answer)
		}
	})
}
