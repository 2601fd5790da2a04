package lsp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/chunker"
)

const classes = `class A:
    def __init__(self, a):
        self.a = a
        self.n = 1

    def size(self):
        a = self.a
        return len(a)


class B:
    def __init__(self, b):
        self.b = b
        self.n = 2

    def size(self):
        b = self.b
        return len(b)
`

const classC = `class C:
    def __init__(self, c):
        self.c = c
        self.n = 3


`

func TestAncestors(t *testing.T) {
	cut := func(text string) lastText {
		f, err := chunker.Parse(t.Context(), chunker.LanguageByID("python"), text, chunker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return lastText{text: text, chunks: f.Chunks()}
	}
	replace := func(from ...string) string { return strings.NewReplacer(from...).Replace(classes) }
	a, b, _ := strings.Cut(classes, "class B")
	b = "class B" + b
	for _, tt := range []struct {
		name, after string
		want        []int // which of A.__init__, A.size, B.__init__, B.size
	}{
		{"nothing", classes, []int{0, 1, 2, 3}},
		{"a class above", classC + classes, []int{-1, 0, 1, 2, 3}},
		{"a class above, and an edit there", classC + replace("self.n = 1", "self.n = 7"), []int{-1, 0, 1, 2, 3}},
		{"a class between", a + classC + b, []int{0, 1, -1, 2, 3}},
		{"a class below", classes + "\n\n" + classC, []int{0, 1, 2, 3, -1}},
		{"an edit", replace("self.n = 1", "self.n = 7"), []int{0, 1, 2, 3}},
		{"a class that is gone", b, []int{2, 3}},
		{"a class that is gone, and an edit below", strings.Replace(b, "self.n = 2", "self.n = 7", 1), []int{2, 3}},
		{"classes in another order", b + "\n\n" + a, []int{2, 3, 0, 1}},
		{"a class of another name", replace("class A", "class Z"), []int{0, 1, 2, 3}},
		{"a function of another name", replace("def size(self):\n        a", "def length(self):\n        a"), []int{0, -1, 2, 3}},
		{"a method above", replace("    def size(self):\n        a", "    def empty(self):\n        a = self.a\n        return not a\n\n    def size(self):\n        a"), []int{0, -1, 1, 2, 3}},
		{"rewritten", replace(" = ", "=", "self.n", "self.m"), []int{0, 1, 2, 3}},
		{"rewritten, with a class above", classC + replace("(self, a)", "(self,a)", "return len(b)", "return  len(b)"), []int{-1, 0, 1, 2, 3}},
		{"nothing is as it was", strings.NewReplacer("A", "X", "__init__", "start", "size", "length", "self.", "this.").Replace(classes), []int{-1, -1, -1, -1}},
		{"empty", "", []int{}},
	} {
		if got := ancestors(cut(classes), cut(tt.after)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A function that comes in above others of its name has no summary of theirs,
// and takes theirs from none of them.
func TestANeighboursSummaryIsNotWorn(t *testing.T) {
	for _, refresh := range []string{"onSave", "manual"} {
		t.Run(refresh, func(t *testing.T) {
			e := newEditor(t, editorOptions{options: `{"refresh": "` + refresh + `"}`})
			e.open(pyURI, "python", classes)
			e.must("workspace/executeCommand", fmt.Sprintf(`{"command":"gloss.refreshFile","arguments":[%s]}`, identify(pyURI)), nil)
			want := []string{"Does __init__", "Does size", "Does __init__", "Does size"}
			e.settled(pyURI, want...)
			for i, line := range slices.Backward(strings.SplitAfter(classC, "\n")) { // typed from below
				e.edit(pyURI, 20-i, 0, 0, 0, line)
				e.titles(pyURI)
			}
			e.settled(pyURI, append([]string{"summarize"}, want...)...)
			e.edit(pyURI, 30, 8, 8, 8, "x = 1; ") // in the first of old
			if got := e.titles(pyURI); !slices.Equal(got, []string{"summarize", "Does __init__ (outdated)", "Does size", "Does __init__", "Does size"}) {
				t.Errorf("after an edit below: %q", got)
			}
			e.ignore("workspace/codeLens/refresh")
			e.close()
		})
	}
}

func BenchmarkAncestors(b *testing.B) {
	text, _ := largeText()
	cut := func(text string) lastText {
		f, err := chunker.Parse(b.Context(), chunker.LanguageByID("go"), text, chunker.Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		return lastText{text: text, chunks: f.Chunks()}
	}
	before := cut(text)
	for name, after := range map[string]lastText{
		"one edited": cut(strings.Replace(text, "return y", "return x", 1)),
		"all edited": cut(strings.ReplaceAll(text, "return y", "return x")),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := ancestors(before, after); got[0] != 0 {
					b.Fatal(fmt.Sprint(got[0]))
				}
			}
		})
	}
}
