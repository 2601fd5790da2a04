package chunker

import (
	"strings"
	"testing"
)

// TestKey holds what may and what must change a chunk's key.
func TestKey(t *testing.T) {
	const function = "func F(a int) int {\n\tif a > 1 {\n\t\treturn a\n\t}\n\treturn 0\n}\n"
	const python = "def f(a):\n    if a:\n        return 1\n    return 0\n"
	for _, test := range []struct {
		name, language, before, after string
		same                          bool
	}{
		{"moved", "go", "package p\n" + function, "package p\n\nvar x = 1\n\n" + function, true},
		{"CRLF", "go", function, strings.ReplaceAll(function, "\n", "\r\n"), true},
		{"trailing blanks", "go", function, strings.ReplaceAll(function, "{\n", "{ \t\n"), true},
		{"no final newline", "go", function, strings.TrimSuffix(function, "\n"), true},
		{"spaces for tabs", "go", function, strings.ReplaceAll(function, "\t", "   "), true},
		{"indented as a whole", "python", python, "if x:\n    " + strings.ReplaceAll(strings.TrimSpace(python), "\n", "\n    "), true},
		{"other width", "python", python, strings.ReplaceAll(python, "    ", "  "), true},
		{"tabs for spaces", "python", python, strings.ReplaceAll(python, "    ", "\t"), true},
		{"doc comment", "go", function, "// F does x.\n" + function, true},
		{"docstring", "python", python, strings.Replace(python, "    if", "    \"\"\"Do x.\n\n    More.\n    \"\"\"\n\n    if", 1), true},
		{"another literal", "go", function, strings.Replace(function, "0", "1", 1), false},
		{"another name", "go", function, strings.Replace(function, "F", "G", 1), false},
		{"another level", "python", python, strings.Replace(python, "    return 0", "        return 0", 1), false},
		{"a comment inside", "go", function, strings.Replace(function, "0\n", "0 // why\n", 1), false},
		{"a decorator", "python", python, "@cache\n" + python, false},
		{
			"inside a literal", "go",
			"func F() {\n\tx(`\na\n`)\n}\n", "func F() {\n\tx(`\n a\n`)\n}\n", false,
		},
		{
			"CRLF inside a literal", "go",
			"func F() {\n\tx(`\na\n`)\n}\n", "func F() {\r\n\tx(`\r\na\r\n`)\r\n}\r\n", true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			language := LanguageByID(test.language)
			before, after := cut(t, language, test.before, Options{}), cut(t, language, test.after, Options{})
			if len(before) != 1 || len(after) != 1 {
				t.Fatalf("%d and %d chunks, want one each", len(before), len(after))
			}
			if same := before[0].Key == after[0].Key; same != test.same {
				t.Errorf("equal keys: %t, want %t, for\n%s\nand\n%s", same, test.same, before[0].Text, after[0].Text)
			}
		})
	}
}
