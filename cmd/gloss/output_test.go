package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

func TestMarkdownEscapes(t *testing.T) {
	for text, want := range map[string]string{
		"Returns a*b of `x` for <T>, [0] & #1.": "Returns a\\*b of \\`x\\` for \\<T\\>, \\[0\\] \\& \\#1.",
		"Mails @alice.":                         "Mails @<!-- -->alice.",
	} {
		if got := escapeMarkdown(text); got != want {
			t.Errorf("%q is escaped as %q, want %q", text, got, want)
		}
	}
	for code, want := range map[string]string{
		"run":       "`run`",
		"`a run`":   "`` `a run` ``",
		"a``b`c``d": "``` a``b`c``d ```",
	} {
		if got := codeSpan(code); got != want {
			t.Errorf("%q is written as %q, want %q", code, got, want)
		}
	}
	for file, want := range map[string]string{
		"a b/(c).go": "[x](a%20b/%28c%29.go#L3)",
		"a:b.go":     "[x](./a:b.go#L3)",
		"-":          "x",
	} {
		if got := link("x", file, 3); got != want {
			t.Errorf("%q is linked as %q, want %q", file, got, want)
		}
	}
}

// Programs read the same, and a terminal is not steered.
func TestEscapeJSON(t *testing.T) {
	const name = "a\u202eb\x7f\u009b31m\U000e0041é\n"
	var b strings.Builder
	if err := writeJSON(&b, name); err != nil {
		t.Fatal(err)
	}
	if want := `"a\u202eb\u007f\u009b31m\udb40\udc41é\n"` + "\n"; b.String() != want {
		t.Errorf("written as %q, want %q", b.String(), want)
	}
	var read string
	if err := json.Unmarshal([]byte(b.String()), &read); err != nil || read != name {
		t.Errorf("read as %q, %v", read, err)
	}
}

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  []string
	}{
		{"Takes a few words.", 80, []string{"Takes a few words."}},
		{"Takes a few words.", 9, []string{"Takes a", "few", "words."}},
		{"A word/that/is/too/long.", 8, []string{"A", "word/tha", "t/is/too", "/long."}},
		{"ファイルの名前", 6, []string{"ファイ", "ルの名", "前"}},
		{"e\u0301e\u0301e\u0301", 2, []string{"e\u0301e\u0301", "e\u0301"}},
		{"", 10, nil},
	} {
		got := wrap(test.text, test.width)
		// Only a word that does not fit leaves the line before it short.
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q in %d columns (-want +got):\n%s", test.text, test.width, diff)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("Takes a few words.", 7)
	f.Add("ファイル e\u0301\u200d👩‍👩‍👧", 2)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = min(max(width, 3), 100) // the widest character and the sign of a cut
		text = printable(text)
		lines := wrap(text, width)
		for _, line := range lines {
			if w := uniseg.StringWidth(line); w > width && uniseg.GraphemeClusterCount(line) > 1 {
				t.Errorf("%q has %d columns, of %d", line, w, width)
			}
		}
		joined := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := joined(strings.Join(lines, "")), joined(text); got != want {
			t.Errorf("%q became %q", want, got)
		}
		if w := uniseg.StringWidth(cut(text, width)); w > width && uniseg.GraphemeClusterCount(text) > 2 {
			t.Errorf("%q cut to %d has %d columns", text, width, w)
		}
	})
}
