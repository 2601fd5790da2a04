package chunker

import (
	"fmt"
	"strings"
	"testing"
)

// TestHidden types what leaves a construct open into the second of four
// functions, and takes it back: all four must be there all the time.
func TestHidden(t *testing.T) {
	functions := map[string]string{
		"go":         "func %s(a int) int {\n\tb := a\n\tHERE\n\treturn b\n}\n\n",
		"python":     "def %s(a):\n    b = a\n    HERE\n    return b\n\n",
		"typescript": "function %s(a: number) {\n\tconst b = a\n\tHERE\n\treturn b\n}\n\n",
		"rust":       "fn %s(a: i32) -> i32 {\n\tlet b = a;\n\tHERE\n\treturn b;\n}\n\n",
		"java":       "class A { int %s(int a) {\n\tint b = a;\n\tHERE\n\treturn b;\n} }\n\n",
		"c":          "int %s(int a) {\n\tint b = a;\n\tHERE\n\treturn b;\n}\n\n",
	}
	for id, function := range functions {
		var text strings.Builder
		for _, name := range []string{"one", "two", "three", "four"} {
			fmt.Fprintf(&text, function, name)
		}
		language := LanguageByID(id)
		cut, err := Parse(t.Context(), language, strings.ReplaceAll(text.String(), "HERE", "b = 2;"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer cut.Close()
		second := strings.LastIndex(cut.text[:strings.Index(cut.text, "three")], "b = 2;")
		valid := cut.text
		for _, open := range []string{"if (a > 1) {", "x = foo(", "s = \"abc", "for {", "/*", "'", "`", "if", "[", "func", "//"} {
			for i := range open {
				typed := valid[:second] + open[:i+1] + valid[second:]
				if err := cut.Apply(t.Context(), typed); err != nil {
					t.Fatal(err)
				}
				var names []string
				for _, c := range cut.Chunks() {
					names = append(names, c.Name)
					if got := typed[c.NameRange.Start:c.NameRange.End]; got != c.Name {
						t.Errorf("%s: %q stands where %q should", id, got, c.Name)
					}
				}
				if got := strings.Join(names, " "); !strings.Contains(got, "one") || !strings.Contains(got, "two") || !strings.Contains(got, "three") || !strings.Contains(got, "four") {
					t.Errorf("%s: with %q typed there are %q", id, open[:i+1], got)
				}
			}
			if err := cut.Apply(t.Context(), valid); err != nil {
				t.Fatal(err)
			}
			if len(cut.Chunks()) != 4 {
				t.Errorf("%s: valid again after %q, there are %d chunks", id, open, len(cut.Chunks()))
			}
		}
		// What is deleted is gone, error or not.
		broken := strings.Replace(valid, "b = 2;", "if (a > 1) {", 1)
		if err := cut.Apply(t.Context(), broken); err != nil {
			t.Fatal(err)
		}
		from, to := strings.Index(broken, "three"), strings.Index(broken, "four")
		if err := cut.Apply(t.Context(), broken[:from]+broken[to:]); err != nil {
			t.Fatal(err)
		}
		for _, c := range cut.Chunks() {
			if c.Name == "three" {
				t.Errorf("%s: a deleted function is still there", id)
			}
		}
	}
}

// TestHiddenContainer renames the class of a function that a syntax error
// hides.
func TestHiddenContainer(t *testing.T) {
	text := func(class, typed string) string {
		return "class " + class + " {\n\tvoid a() {\n\t\tx(" + typed + ");\n\t}\n\n\tvoid b() {\n\t\ty();\n\t}\n}\n"
	}
	for _, name := range []string{"Two", "OneMore", "MyOne", "On", "OMne", ""} {
		f, err := Parse(t.Context(), LanguageByID("java"), text("One", ""), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, step := range []struct{ class, typed string }{{"One", `"`}, {name, `"`}, {name, ""}} {
			if err := f.Apply(t.Context(), text(step.class, step.typed)); err != nil {
				t.Fatal(err)
			}
			for _, c := range f.Chunks() {
				if c.Container != step.class {
					t.Errorf("%s is in %q where the class is %q, with %q typed", c.Name, c.Container, step.class, step.typed)
				}
			}
			if len(f.Chunks()) != 2 {
				t.Errorf("%d functions in %q with %q typed", len(f.Chunks()), step.class, step.typed)
			}
		}
	}
}

// TestHiddenBetween changes several places at once, as with several cursors: what
// stands between them has not changed, though it lies inside of the one change
// from the first to the last.
func TestHiddenBetween(t *testing.T) {
	function := func(name, body string) string {
		return "func " + name + "(a int) int {\n\t" + name + "1 := a\n\t" + body + "\n\treturn a\n}\n\n"
	}
	text := func(bodies ...string) (text string) {
		for i, name := range []string{"one", "two", "three", "four"} {
			if bodies[i] != "" {
				text += function(name, bodies[i])
			}
		}
		return text
	}
	const valid, other, broken = "b = 2", "b = 3", "for {"
	for _, tt := range []struct {
		after string
		want  string
	}{
		{text(broken, valid, valid, other), "one two three four"},
		{text(broken, other, valid, valid), "one two three four"},
		{text(broken, other, other, other), "one two three four"},
		{"// A first line.\n" + text(valid, broken, valid, valid) + "// A last one.\n", "one two three four"},
		{text(broken, "", valid, other), "one three four"}, // what is deleted is gone
		{text(broken, valid, "", "") + function("five", valid) + function("six", valid), "one two five six"},
	} {
		f, err := Parse(t.Context(), LanguageByID("go"), text(valid, valid, valid, valid), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Apply(t.Context(), tt.after); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range f.Chunks() {
			names = append(names, c.Name)
			whole := tt.after[c.Range.Start:c.Range.End]
			if !strings.Contains(whole, broken) && (!strings.HasPrefix(whole, "func "+c.Name+"(") || !strings.HasSuffix(whole, "\n}") || strings.Count(whole, "func") > 1) {
				t.Errorf("%s is taken to be %q", c.Name, whole)
			}
			if c.Name != tt.after[c.NameRange.Start:c.NameRange.End] {
				t.Errorf("%q stands where %s should", tt.after[c.NameRange.Start:c.NameRange.End], c.Name)
			}
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%q, want %q, in\n%s", got, tt.want, tt.after)
		}
	}
}
