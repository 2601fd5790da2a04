package onnx

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// mapFile returns the bytes of a file as the program's own are in memory.
func mapFile(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(data); err != nil {
			t.Error(err)
		}
	})
	return data
}

// A graph in the middle of a file that is in memory leaves its weights there,
// and writes what it writes from memory of its own.
func TestMapped(t *testing.T) {
	l := testmodel.Tiny
	graph := l.Graph()
	prompt := benchPrompt(20, l.Vocab)
	write := func(g Graph) []int64 {
		m, err := Open(g, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		out, err := m.Generate(t.Context(), prompt, GenerateOptions{MaxNewTokens: 8})
		if err != nil {
			t.Fatal(err)
		}
		return out.IDs
	}
	openTiny(t, l) // loads the library
	want := write(Graph{Data: graph})
	for _, before := range []int{0, 4096, 12345} {
		path := filepath.Join(t.TempDir(), "a program")
		if err := os.WriteFile(path, slices.Concat(make([]byte, before), graph, make([]byte, 5000)), 0o600); err != nil {
			t.Fatal(err)
		}
		data := mapFile(t, path)[before : before+len(graph)]
		file, offset, ok := mapped(data)
		if file != path || offset != int64(before) || !ok {
			t.Errorf("mapped = %q, %d, %v, want %q, %d", file, offset, ok, path, before)
		}
		src, p := parse(t, data)
		left, _, _, err := leaveWeights(Graph{Data: data}, src, p)
		if err != nil || len(left.Data) > len(graph)/2 {
			t.Errorf("%d bytes of %d are left in the graph, %v", len(left.Data), len(graph), err)
		}
		if got := write(Graph{Data: data}); !slices.Equal(got, want) {
			t.Errorf("%d bytes into a file: got %v, want %v", before, got, want)
		}
		if !bytes.Equal(data, graph) {
			t.Error("memory that was given back differs from the file")
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if file, _, ok := mapped(data); ok {
			t.Errorf("%q is gone", file)
		}
		if got := write(Graph{Data: data}); !slices.Equal(got, want) {
			t.Errorf("with the file gone: got %v, want %v", got, want)
		}
	}
	if file, _, ok := mapped(graph); ok {
		t.Errorf("the heap is taken for %q", file)
	}
}
