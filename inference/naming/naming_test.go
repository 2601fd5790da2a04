package naming

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestSentence runs the cases of testdata/sentences.txtar. A file is a language,
// a line a case: "name => sentence" or "name | code => sentence", with "-" where
// there is none.
func TestSentence(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/sentences.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range archive.Files {
		for line := range strings.Lines(string(file.Data)) {
			given, want, ok := strings.Cut(strings.TrimSpace(line), " => ")
			if !ok {
				t.Fatalf("%s: the line %q has no arrow", file.Name, line)
			}
			name, code, _ := strings.Cut(given, " | ")
			got, ok := Sentence(Function{Language: file.Name, Name: name, Code: strings.ReplaceAll(code, `\n`, "\n")})
			if !ok {
				got = "-"
			}
			if got != want {
				t.Errorf("%s: %s\n got %s\nwant %s", file.Name, given, got, want)
			}
		}
	}
}

// FuzzSentence checks that any name gives one short line of plain text or none.
func FuzzSentence(f *testing.F) {
	for _, seed := range []string{"parseHTTPHeader", "operator==", "is_", "\xff", "2D", "[]=", "XToY", "ünïcode", "a_b_c_d", "__init__", "\n", "URLs", "AIIIAa\x00\x040II000IA0", "open\u202eelif"} {
		f.Add("cpp", seed, "func "+seed+"(a, b int) string {")
	}
	f.Fuzz(func(t *testing.T, language, name, code string) {
		s, ok := Sentence(Function{Language: language, Name: name, Code: code})
		switch {
		case !ok && s != "":
			t.Errorf("%q is no sentence and yet given", s)
		case !ok:
		case !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxSentence || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) || !strings.HasSuffix(s, "."):
			t.Errorf("%q gives %q", name, s)
		}
	})
}
