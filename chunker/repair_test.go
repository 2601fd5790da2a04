package chunker

import (
	"strings"
	"testing"
	"time"
)

// TestRepairedIsLinear holds that no text keeps the repair busy.
func TestRepairedIsLinear(t *testing.T) {
	const n = 1 << 18
	for _, text := range []string{"(", "[(", "([", "{\n", "(])", "/*", "`", "'", "\"", "/", "=/[", "#", "\"\"\"", "def a(\n", " {\n", "}\n", "a(\n"} {
		for _, l := range []*lexis{goLexis, scriptLexis, pythonLexis} {
			for _, tail := range []string{"", strings.Repeat("]", n)} {
				long := strings.Repeat(text, n/len(text)) + tail
				began := time.Now()
				if got := l.repaired(long); len(got) != len(long) || strings.Count(got, "\n") != strings.Count(long, "\n") {
					t.Errorf("%q, many times: %d bytes become %d, or lines differ", text, len(long), len(got))
				}
				if took := time.Since(began); took > 20*time.Second {
					t.Errorf("%q, many times: %s", text, took)
				}
			}
		}
	}
}

// FuzzRepaired holds that a repair only turns bytes of any text into blanks, and
// leaves its lines.
func FuzzRepaired(f *testing.F) {
	for _, text := range []string{"func Bad( {\n\nfunc Good() {\n}\n", "a(/[(]/, `${b}`)\n}\n", "def a(:\n  \"\"\"(\n", "{[}\n)\n\xff", "x {\n  y {\n  z\n}\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range []*lexis{goLexis, scriptLexis, pythonLexis} {
			got := l.repaired(text)
			if len(got) != len(text) {
				t.Fatalf("%q becomes %q", text, got)
			}
			for i := range len(text) {
				if got[i] != text[i] && (got[i] != ' ' || text[i] == '\n') {
					t.Fatalf("%q becomes %q", text, got)
				}
			}
		}
	})
}
