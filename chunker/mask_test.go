package chunker

import (
	"strings"
	"testing"
	"time"
)

// FuzzMasked holds that a mask moves nothing: bytes are as many as before, and
// lines end where they did.
func FuzzMasked(f *testing.F) {
	for _, text := range []string{
		"#if A\nvoid F()\n#else\nint F()\n#endif\n{ }\n#else\n#if", "#:x\n@\"\"\"\" #if\n$\"\"\"\n'\n#endif",
		"context(a: (B) -> C)\nfun f", "extension.x ⇒ y; { _ : T => }",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range Languages() {
			masked := l.masked(text)
			if len(masked) != len(text) {
				t.Fatalf("%s: %q becomes %q", l.ID, text, masked)
			}
			for i := range len(text) {
				if (text[i] == '\n') != (masked[i] == '\n') {
					t.Fatalf("%s: %q becomes %q", l.ID, text, masked)
				}
			}
		}
	})
}

// TestMasksAreLinear holds that no text keeps a mask busy.
func TestMasksAreLinear(t *testing.T) {
	const n = 1 << 20
	for _, text := range []string{"#if a\n", "#if a\n#else\n#endif\n", "#if\n(", "\"", "@\"", "@", "'", "/*", "{ _", "extension ", "context(", "context(()", "⇒", "<<~\""} {
		for _, l := range Languages() {
			began := time.Now()
			l.masked("#if\n" + strings.Repeat(text, n/len(text)))
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("%s: %q, many times: %s", l.ID, text, took)
			}
		}
	}
}
