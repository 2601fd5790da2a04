package lsp

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
)

// resident returns the bytes of this process that are in memory.
func resident(tb testing.TB) int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		tb.Fatal(err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		tb.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// BenchmarkTwentyDocuments reports the memory of a server with 20 documents of
// 1,000 lines, syntax trees outside of Go's heap included.
func BenchmarkTwentyDocuments(b *testing.B) {
	names := functions(200)
	for b.Loop() {
		e := newEditor(b, editorOptions{capabilities: plainCapabilities})
		before := resident(b)
		for i := range 20 {
			uri := fmt.Sprintf("file:///project/%d.go", i)
			e.open(uri, "go", goText(names...))
			for slices.Contains(e.titles(uri), "…") {
				runtime.Gosched()
			}
		}
		runtime.GC()
		b.ReportMetric(float64(resident(b)-before)/(1<<20), "MiB-more")
		b.ReportMetric(float64(resident(b))/(1<<20), "MiB-rss")
		e.close()
	}
}
