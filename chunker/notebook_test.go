package chunker

import (
	"strings"
	"testing"
)

// TestCommands says what of a cell is no Python.
func TestCommands(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"x = 1\ny = x % 2\nif x != y:\n    pass\n", "x = 1\ny = x % 2\nif x != y:\n    pass\n"},
		{"x = ('%s'\n     % y)\nif (x\n    != y):\n    z", "x = ('%s'\n     % y)\nif (x\n    != y):\n    z"},
		{"%matplotlib inline\nx", "0                 \nx"},
		{"if x:\n    !ls -l\r\n\ty", "if x:\n    0     \r\n\ty"},
		{"!a \\\n  b\nc", "0   \n   \nc"},
		{"!a \\\r\n  b\r\nc", "0   \r\n   \r\nc"},
		{"files = !ls\na, b[0] = %x y", "files = 0  \na, b[0] = 0   "},
		{"a == !b", "a == !b"},
		{"?x\nx?\nx.y??\n", "0 \n0 \n0    \n"},
		{"x = y if z else '?'", "x = y if z else '?'"},
		{"%%time\nx = 1", "0     \nx = 1"},
		{"\n%%bash -e\nf() {\n}", "\n         \n     \n "},
		{"é\n!é", "é\n0  "},
		{"!", "0"},
		{"!a\\", "0  "},
	} {
		if got := maskCommands(test.text); got != test.want {
			t.Errorf("%q is masked as %q, want %q", test.text, got, test.want)
		}
	}
}

// TestInCell holds that a function among commands is one of Python, and that its
// text is as it stands.
func TestInCell(t *testing.T) {
	const text = "%load_ext x\n\ndef count(path):\n    \"\"\"Counts the lines.\"\"\"\n    lines = !wc -l {path}\n    %timeit f()\n    return lines\n"
	cell := LanguageByID("python").InCell()
	file, err := Parse(t.Context(), cell, text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	c := file.Chunks()
	if file.broken || len(c) != 1 || c[0].Language != "python" || c[0].Doc != "Counts the lines." || !strings.Contains(c[0].Text, "!wc -l") {
		t.Errorf("%+v", c)
	}
	if LanguageByID("go").InCell() != LanguageByID("go") {
		t.Error("a cell of Go is of another language")
	}
}

// FuzzCell holds what FuzzApply does, for edits of commands.
func FuzzCell(f *testing.F) {
	f.Add("%%time\n!a \\\n b\ndef f():\n    x = !ls\n    return x\n", []byte("\x00\x01\x02\x80\x05\x03\xa0\x02\x04"))
	f.Fuzz(func(t *testing.T, text string, script []byte) {
		if got := maskCommands(text); len(got) != len(text) || strings.Count(got, "\n") != strings.Count(text, "\n") {
			t.Fatalf("%q is masked as %q", text, got)
		}
		follows(t, LanguageByID("ipython"), text, []string{"", "%", "!", "?", "%%", "%%bash\n", "\n", "\r\n", "\\", "=", " ", "x", "'''", "def f():\n    pass\n    pass\n"}, script)
	})
}
