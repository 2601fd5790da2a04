package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

func TestWriteArray(t *testing.T) {
	var b bytes.Buffer
	if err := writeArray(&b, []uint16{1, 2, 513}); err != nil {
		t.Fatal(err)
	}
	head, values := b.Bytes()[:b.Len()-6], b.Bytes()[b.Len()-6:]
	if len(head)%64 != 0 || !bytes.HasPrefix(head, []byte("\x93NUMPY\x01\x00")) || head[len(head)-1] != '\n' {
		t.Errorf("a bad header: %q", head)
	}
	if n := int(binary.LittleEndian.Uint16(head[8:])); n != len(head)-10 {
		t.Errorf("the header says that it is %d bytes long, not %d", n, len(head)-10)
	}
	if !strings.Contains(string(head), "'shape': (3,)") {
		t.Errorf("no shape in %q", head)
	}
	if want := []byte{1, 0, 2, 0, 1, 2}; !bytes.Equal(values, want) {
		t.Errorf("values %v, want %v", values, want)
	}
}

// array reads what writeArray wrote.
func array(t *testing.T, file string) []uint16 {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b = b[10+int(binary.LittleEndian.Uint16(b[8:])):]
	values := make([]uint16, len(b)/2)
	if err := binary.Read(bytes.NewReader(b), binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	return values
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "pairs.jsonl")
	pair := corpus.Pair{Language: "go", Name: "ParsePort", Code: "func ParsePort(s string) int {\n\treturn port\n}", Reference: "Parses a port."}
	long := pair
	long.Reference = strings.Repeat("word ", 200)
	if err := corpus.Write(data, []corpus.Pair{pair, long}); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "train")
	if err := run(options{model: models.Default, data: data, out: out}, nil, io.Discard); err != nil {
		t.Fatal(err)
	}
	x, xl, y, yl := array(t, out+".x.npy"), array(t, out+".xl.npy"), array(t, out+".y.npy"), array(t, out+".yl.npy")
	if len(xl) != 1 || len(yl) != 1 || int(xl[0]) != len(x) || int(yl[0]) != len(y) || len(y) == 0 {
		t.Fatalf("lengths %v of %d and %v of %d ids", xl, len(x), yl, len(y))
	}
	const start, end = 1, 2
	if x[0] != start || x[len(x)-1] != end {
		t.Errorf("the prompt %v is not between its markers", x)
	}
	var prompts bytes.Buffer
	if err := run(options{model: models.Default, data: data, prompts: true}, &prompts, io.Discard); err != nil {
		t.Fatal(err)
	}
	var line struct{ IDs []uint16 }
	if err := json.NewDecoder(&prompts).Decode(&line); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(line.IDs, x) {
		t.Errorf("-prompts gave %v, the arrays hold %v", line.IDs, x)
	}
}
