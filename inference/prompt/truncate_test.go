package prompt

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestTruncate runs the cases of testdata/truncate.txtar: the code, and for
// every limit what is left of it.
func TestTruncate(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/truncate.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, _, tok := shipped(t)
	var code string
	for _, file := range archive.Files {
		data := strings.TrimSuffix(string(file.Data), "\n")
		if file.Name == "code" {
			code = data
			continue
		}
		limit, err := strconv.Atoi(file.Name)
		if err != nil {
			t.Fatal(err)
		}
		got, ids := truncate(code, limit, tok.Encode)
		if got != data {
			t.Errorf("%d tokens: got\n%s\nwant\n%s", limit, got, data)
		}
		if len(ids) > limit || tok.Decode(ids, false) != got {
			t.Errorf("%d tokens: %d ids, which say %q", limit, len(ids), tok.Decode(ids, false))
		}
	}
}

func TestWindow(t *testing.T) {
	for _, test := range []struct {
		s    string
		size int
		want string
	}{
		{"abc", 2, "abc"},
		{"a\xffb", 2, "ab"},
		{"abcdef", 2, "ab\n...\nef"},
		{"a\nbcdefg\nh", 4, "a\n...\nh"},
		{"ääää", 3, "ä\n...\nä"},
	} {
		if got := window(test.s, test.size); got != test.want {
			t.Errorf("window(%q, %d) = %q, want %q", test.s, test.size, got, test.want)
		}
	}
}

// FuzzTruncate checks that the limit holds and that what is left is the start
// of the code and its end.
func FuzzTruncate(f *testing.F) {
	_, _, tok := shipped(f)
	f.Add("func f() {\n\treturn 1\n}\n", 16)
	f.Add(strings.Repeat("\n", 4000), 64)
	f.Add(strings.Repeat("計算", 4000), 64)
	f.Add(strings.Repeat("a = b[c]\n", 4000), 16)
	f.Fuzz(func(t *testing.T, code string, limit int) {
		limit = min(max(limit, 16), 600)
		code = strings.TrimSpace(window(code, limit*windowBytes))
		got, ids := truncate(code, limit, tok.Encode)
		if len(ids) > limit {
			t.Fatalf("%d tokens for a limit of %d", len(ids), limit)
		}
		if !utf8.ValidString(got) {
			t.Errorf("%q is not valid UTF-8", got)
		}
		if head, _, cut := strings.Cut(got, ellipsis); got != code && (!cut || !strings.HasPrefix(code, strings.TrimRight(head, " \n"))) {
			t.Errorf("%q is not the start and the end of %q", got, code)
		}
	})
}
