package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/models/train/corpus"
	"github.com/gloss-lsp/gloss/models/train/text"
)

func TestWriteArray(t *testing.T) {
	var b bytes.Buffer
	if err := writeArray(&b, []uint16{1, 2}, []uint16{513}); err != nil {
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

// What pack makes of the carried texts is what an editor would ask, for
// functions of any length.
func TestPack(t *testing.T) {
	dir := t.TempDir()
	long := "func ParsePort(s string) int {\n" + strings.Repeat("\tif host, port := net.Split(s), 80; port > max { return retry(host, 1, 2) }\n", 60) + "}"
	pairs := []corpus.Pair{
		{Language: "go", Path: "net/ports.go", Container: "Server", Name: "ParsePort", Code: "func ParsePort(s string) int {\n\treturn port\n}", Reference: "Parses a port."},
		{Language: "go", Name: "ParsePort", Code: long, Reference: "Parses a port.", Tier: corpus.Loose},
	}
	var shards []string
	for i, kind := range []text.Kind{text.Strict, text.Loose} {
		line := text.New(kind, pairs[i])
		tooLong := line
		tooLong.Reference = strings.Repeat("word ", 200)
		shard := filepath.Join(dir, fmt.Sprintf("shard.%d.txt", i))
		if err := os.WriteFile(shard, []byte(line.String()+tooLong.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		shards = append(shards, shard)
	}
	e, err := open(filepath.Join("..", "..", "default"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.tokenizer.Close()
	out := filepath.Join(dir, "train")
	if err := e.pack(out, shards, io.Discard); err != nil {
		t.Fatal(err)
	}
	var h header
	content, err := os.ReadFile(out + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &h); err != nil {
		t.Fatal(err)
	}
	ids, x, y, kind := array(t, out+".ids.npy"), array(t, out+".x.npy"), array(t, out+".y.npy"), array(t, out+".kind.npy")
	if h.Pairs != 2 || h.TooLong != 2 || h.Tokens != len(ids) || !slices.Equal(kind, []uint16{0, 1}) {
		t.Errorf("packed %+v of kinds %v, want 2 pairs and 2 too long", h, kind)
	}
	var prompts bytes.Buffer
	if err := e.prompts(&prompts, all(pairs)); err != nil {
		t.Fatal(err)
	}
	asked := json.NewDecoder(&prompts)
	for i, p := range pairs {
		var want struct {
			Text string
			IDs  []uint16 `json:"prompt_ids"`
		}
		if err := asked.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if got := ids[:x[i]]; !slices.Equal(got, want.IDs) {
			t.Errorf("packed %v, an editor asks %v", got, want.IDs)
		}
		if full := len(want.IDs) == e.description.MaxInputTokens+2; full != (i == 1) {
			t.Errorf("prompt %d has %d ids", i, len(want.IDs))
		}
		var reference []int64
		for _, id := range ids[x[i] : x[i]+y[i]] {
			reference = append(reference, int64(id))
		}
		if got := e.tokenizer.Decode(reference, false); got != p.Reference {
			t.Errorf("the reference came back as %q", got)
		}
		ids = ids[x[i]+y[i]:]
	}
	if len(ids) > 0 {
		t.Errorf("%d ids too many", len(ids))
	}
}

func all(pairs []corpus.Pair) iter.Seq2[corpus.Pair, error] {
	return func(yield func(corpus.Pair, error) bool) {
		for _, p := range pairs {
			if !yield(p, nil) {
				return
			}
		}
	}
}
