package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/models/train/corpus"
)

func TestRoundTrip(t *testing.T) {
	p := corpus.Pair{
		Language: "csharp", Path: "a/b.cs", Container: "Größe", Name: "parse\nPort", Reference: "Parses \"it\".",
		Code: "int ParsePort(string s)\r\n{\n\treturn s[0] == '\x1f' ? 1 : 2;\n}",
	}
	for kind := range Kind(len(letters)) {
		want := New(kind, p)
		s, ok := strings.CutSuffix(want.String(), "\n")
		if !ok || strings.ContainsAny(s, "\r\n") {
			t.Errorf("not one line: %q", want.String())
		}
		got, err := Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for _, s := range []string{"", "x", strings.Repeat("\x1f", fields-1), "q" + strings.Repeat("\x1f", fields-1), "s" + strings.Repeat("\x1f", fields)} {
		if _, err := Parse(s); err == nil {
			t.Errorf("%q passes as a line", s)
		}
	}
}
