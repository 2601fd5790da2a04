package chunker

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestApply makes the edits that the fuzz target cannot be trusted to hit: each
// changes a chunk from outside it.
func TestApply(t *testing.T) {
	for _, test := range []struct{ name, language, before, after string }{
		{"a blank line parts the doc", "go", "package p\n\n// F does.\nfunc F() {\n\tx()\n}\n", "package p\n\n// F does.\n\nfunc F() {\n\tx()\n}\n"},
		{"a comment before the doc joins it", "go", "package p\n\n// G is.\nvar G int\n\n// F does.\nfunc F() {\n\tx()\n}\n", "package p\n\n// G is.\n// F does.\nfunc F() {\n\tx()\n}\n"},
		{"the class gets another name", "cpp", "class A {\n  A() {\n    x();\n  }\n};\n", "class B {\n  A() {\n    x();\n  }\n};\n"},
		{"the class goes", "python", "class A:\n    def __init__(self):\n        x()\n        y()\n", "if A:\n    def __init__(self):\n        x()\n        y()\n"},
		{"a clause is renamed", "elixir", "def f(1) do\n  1\nend\n\ndef f(2) do\n  2\nend\n", "def f(1) do\n  1\nend\n\ndef g(2) do\n  2\nend\n"},
		{"the docstring is no longer first", "python", "def f():\n    \"\"\"Do.\"\"\"\n    return 1\n", "def f():\n    x()\n    \"\"\"Do.\"\"\"\n    return 1\n"},
		{"a comment opens", "javascript", "function f() {\n  x();\n}\n\nfunction g() {\n  y();\n}\n", "/*function f() {\n  x();\n}\n\nfunction g() {\n  y();\n}*/\n"},
		{"all goes", "go", "func F() {\n\tx()\n}\n", ""},
		{"all comes", "go", "", "func F() {\n\tx()\n}\n"},
		{"within a character", "go", "func Fé() {\n\tx()\n}\n", "func Fè() {\n\tx()\n}\n"},
		{"the class gets a name as long", "java", "class One {\n\tvoid f() {\n\t\tx();\n\t}\n}\n", "class Two {\n\tvoid f() {\n\t\tx();\n\t}\n}\n"},
		{"the class gets a longer name", "java", "class One {\n\tvoid f() {\n\t\tx();\n\t}\n}\n", "class OneMore {\n\tvoid f() {\n\t\tx();\n\t}\n}\n"},
		{"the class moves away from its method", "java", "class One {\n\tvoid f() {\n\t\tx();\n\t}\n}\n", "class One {\n\tint far;\n\tvoid f() {\n\t\tx();\n\t}\n}\n"},
		{"another class comes between", "java", "class One {\n\n\n\tvoid f() {\n\t\tx();\n\t}\n}\n", "class One {\n}\nclass Two {\n\tvoid f() {\n\t\tx();\n\t}\n}\n"},
		{"the receiver gets another type", "go", "func (o *One) F() {\n\tx()\n}\n", "func (o *Two[T]) F() {\n\tx()\n}\n"},
		{"the module is renamed", "elixir", "defmodule A do\n  def f do\n    1\n  end\nend\n", "defmodule A.B do\n  def f do\n    1\n  end\nend\n"},
		{"the function around is renamed", "python", "def f():\n    x()\n\n    def g():\n        y()\n        z()\n", "def ff():\n    x()\n\n    def g():\n        y()\n        z()\n"},
		{"the class is wrapped", "rust", "impl One {\n    fn f() {\n        x()\n    }\n}\n", "impl Two<One> {\n    fn f() {\n        x()\n    }\n}\n"},
		{"the line is indented by code before it", "go", "var a = 1\nvar f = func() {\n\tx()\n}\n", "var a = 1; var f = func() {\n\tx()\n}\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			language := LanguageByID(test.language)
			f, err := Parse(t.Context(), language, test.before, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			was := f.Chunks()
			kept := strings.Clone(describe(test.before, was))
			for _, step := range []string{test.after, test.before, test.after} {
				if err := f.Apply(t.Context(), step); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(cut(t, language, step, Options{}), f.Chunks()); diff != "" {
					t.Errorf("%q: (-fresh +edited):\n%s", step, diff)
				}
			}
			if describe(test.before, was) != kept {
				t.Error("Apply changed the chunks that were handed out before")
			}
		})
	}
}

func TestLimits(t *testing.T) {
	golang := LanguageByID("go")
	if _, err := Parse(t.Context(), golang, "package p\n", Options{MaxBytes: 5}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a text over MaxBytes: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, text := fiveThousandLines("go")
	if _, err := Parse(cancelled, golang, text, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}

	f, err := Parse(t.Context(), golang, text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	before := f.Chunks()
	if err := f.Apply(cancelled, strings.Repeat(text, 2)); !errors.Is(err, context.Canceled) {
		t.Errorf("Apply, cancelled: %v", err)
	}
	if diff := cmp.Diff(before, f.Chunks()); diff != "" {
		t.Errorf("a failed Apply changed the chunks:\n%s", diff)
	}
	longer := text + "\nfunc last() {\n\tx()\n}\n"
	if err := f.Apply(t.Context(), longer); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cut(t, golang, longer, Options{}), f.Chunks()); diff != "" {
		t.Errorf("after a failed Apply (-fresh +edited):\n%s", diff)
	}
	f.Close()
	f.Close()
}

// TestNoLeak holds that parsing and editing leave no native memory behind: one
// tree that is not freed in each round would come to ten times the bound.
func TestNoLeak(t *testing.T) {
	language, text := fiveThousandLines("python")
	text = text[:len(text)/8]
	round := func() {
		f, err := Parse(t.Context(), language, text, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for i := range 4 {
			if err := f.Apply(t.Context(), text+strings.Repeat("\n", i+1)); err != nil {
				t.Fatal(err)
			}
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if err := f.Apply(cancelled, "# "+strings.Repeat(text, 2)); err == nil {
			t.Fatal("a cancelled Apply succeeded")
		}
	}
	for range 20 {
		round()
	}
	before := residentBytes(t)
	for range 200 {
		round()
	}
	if grown := residentBytes(t) - before; grown > 24<<20 {
		t.Errorf("%d KiB more than before", grown>>10)
	}
}

// residentBytes is the memory of the process less garbage of the Go heap.
func residentBytes(t *testing.T) int {
	t.Helper()
	runtime.GC()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skipf("resident memory is not known here: %v", err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
