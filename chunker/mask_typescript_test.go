package chunker

import (
	"strings"
	"testing"
)

func TestMaskUsing(t *testing.T) {
	for text, want := range map[string]string{
		"using a = b\n":               "const a = b\n",
		"{\n\tawait using a: T = b\n": "{\n\t      const a: T = b\n",
		"  using a = using\n":         "  const a = using\n",
		"x.using = 1\n":               "x.using = 1\n",
		"a(using = 1)":                "a(using = 1)",
		"using(a)\nusing\nmusing a=1": "using(a)\nusing\nmusing a=1",
		"// using a = b":              "// using a = b",
		"":                            "",
	} {
		if got := maskUsing(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	long := strings.Repeat("using ", 1<<17) + strings.Repeat("\nusing a = b", 1<<14)
	if got := maskUsing(long); strings.Count(got, "const") != 1<<14 || len(got) != len(long) {
		t.Error("a long text is not masked as a short one")
	}
}
