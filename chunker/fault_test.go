package chunker

import (
	"strings"
	"testing"
)

// A stretch that could hide a function is told, by a worker as well; a slip
// that hides none, and valid text, are not.
func TestFault(t *testing.T) {
	for name, test := range map[string]struct{ text, from string }{
		"valid":                     {"package p\n\nfunc f() int {\n\treturn 1\n}\n", ""},
		"a slip":                    {"package p\n\nfunc f() int {\n\treturn 1 1\n}\n", ""},
		"a lost stretch":            {"package p\n\nvar a = 1\n\n]]] func )( {\n\ta := ]\n\tb := }}}\nfunc (((\n", "]]]"},
		"all of it":                 {"]]]\n}}}\n)))\n", "]]]"},
		"all of it, from somewhere": {"package p\n\nfunc f() int {\n\treturn 1\n}\n\nfunc g() int {\n\tif a {\n\t\treturn ]1\n", "{\n\tif a"},
	} {
		for how, w := range map[string]*Workers{"here": nil, "in a worker": newTestWorkers(t, 1)} {
			f, err := Parse(t.Context(), LanguageByID("go"), test.text, Options{Workers: w})
			if err != nil {
				t.Fatal(err)
			}
			r, ok := f.Fault()
			if valid := name == "valid"; f.Broken() == valid {
				t.Errorf("%s, %s: broken: %v", name, how, f.Broken())
			}
			f.Close()
			if ok != (test.from != "") || ok && !strings.HasPrefix(test.text[r.Start:r.End], test.from) {
				t.Errorf("%s, %s: %v %q", name, how, ok, test.text[r.Start:r.End])
			}
		}
	}
}
