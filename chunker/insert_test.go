package chunker

import (
	"errors"
	"strings"
	"testing"
)

// TestDocComment documents the first chunk, compares the text, and holds that
// the chunk then has that documentation and the key it had before.
func TestDocComment(t *testing.T) {
	for _, test := range []struct{ language, summary, text, want string }{
		{"go", "Parse a header", "package p\n\nfunc F() {\n\tx()\n}\n", "package p\n\n// F parses a header.\nfunc F() {\n"},
		{"go", "Fetches it.", "func F() {\n\tx()\n}\n", "// F fetches it.\nfunc F() {\n"},
		{"go", "F tries", "func F() {\n\tx()\n}\n", "// F tries.\nfunc F() {\n"},
		{"go", "Try it", "var (\n\tf = func() {\n\t\tx()\n\t}\n)\n", "var (\n\t// f tries it.\n\tf = func() {\n"},
		{"go", "Process.", "func F() {\n\tx()\n}\n", "// F processes.\nfunc F() {\n"},
		{"go", "Go on", "func F() {\r\n\tx()\r\n}\r\n", "// F goes on.\r\nfunc F() {\r\n"},
		{"python", `Say """hi""" and C:\x "now"`, "class A:\n  @a\n  def f(\n    self,\n  ):\n    return 1\n", "class A:\n  @a\n  def f(\n    self,\n  ):\n    \"\"\"Say \\\"\\\"\\\"hi\\\"\\\"\\\" and C:\\\\x \"now\".\"\"\"\n    return 1\n"},
		{"typescript", "Ends */ it", "class A {\n  @dec()\n  run() {\n    x();\n  }\n}\n", "class A {\n  /** Ends * / it. */\n  @dec()\n  run() {\n"},
		{"javascript", "Adds", "export const f = () => {\n  x();\n};\n", "/** Adds. */\nexport const f = () => {\n"},
		{"java", `Reads \u000a it`, "class A {\n    @Override\n    void f() {\n        x();\n    }\n}\n", "class A {\n    /** Reads \\ u000a it. */\n    @Override\n    void f() {\n"},
		{"rust", "Adds", "#[test]\nfn f() {\n    x()\n}\n", "/// Adds.\n#[test]\nfn f() {\n"},
		{"c", "Adds", "int f(void)\n{\n\treturn 1;\n}\n", "/** Adds. */\nint f(void)\n{\n"},
		{"cpp", `Adds \`, "template <class T>\nint f() {\n  return 1;\n}\n", "/// Adds \ntemplate <class T>\n"},
		{"csharp", "Adds <a> & b", "class A\n{\n    [X]\n    void F()\n    {\n    }\n}\n", "class A\n{\n    /// <summary>Adds &lt;a&gt; &amp; b.</summary>\n    [X]\n"},
		{"ruby", "Adds", "class A\n  private def f\n    1\n  end\nend\n", "class A\n  # Adds.\n  private def f\n"},
		{"php", "Adds", "<?php\nfunction f()\n{\n}\n", "<?php\n/** Adds. */\nfunction f()\n"},
		{"shellscript", "Adds\nmore", "f() {\n  x\n}\n", "# Adds more.\nf() {\n"},
		{"lua", "Adds", "local function f()\n  x()\nend\n", "--- Adds.\nlocal function f()\n"},
		{"kotlin", "Opens /* it", "@A\nfun f() {\n    x()\n}\n", "/** Opens / * it. */\n@A\nfun f() {\n"},
		{"scala", "Adds", "def f() = {\n  x\n}\n", "/** Adds. */\ndef f() = {\n"},
		{"zig", "Adds", "pub fn f() void {\n    x();\n}\n", "/// Adds.\npub fn f() void {\n"},
		{"haskell", "Adds", "f :: Int -> Int\nf x =\n  x\n", "-- | Adds.\nf :: Int -> Int\n"},
		{"ocaml", `Closes *) "it`, "let f x =\n  x\n  + 1\n", "(** Closes * ) 'it. *)\nlet f x =\n"},
		{"ocaml", `Maps {|a to {x|b and {%re c|, {d} and {`, "let f x =\n  x\n  + 1\n", "(** Maps { |a to { x|b and { %re c|, {d} and { *)\nlet f x =\n"},
		{"elixir", `Says "#{x}"`, "defmodule M do\n  @spec f(a) :: b\n  def f(x) do\n    x\n  end\nend\n", "defmodule M do\n  @doc \"Says \\\"\\#{x}\\\".\"\n  @spec f(a) :: b\n"},
	} {
		t.Run(test.language, func(t *testing.T) {
			language := LanguageByID(test.language)
			chunk := cut(t, language, test.text, Options{})[0]
			offset, insertion, err := language.DocComment(chunk, test.summary, test.text)
			if err != nil {
				t.Fatal(err)
			}
			documented := test.text[:offset] + insertion + test.text[offset:]
			if !strings.HasPrefix(documented, test.want) {
				t.Fatalf("got\n%s\nwant it to start with\n%s", documented, test.want)
			}
			after := cut(t, language, documented, Options{})[0]
			if after.Key != chunk.Key {
				t.Errorf("the text was\n%s\nand is\n%s", chunk.Text, after.Text)
			}
			if after.Doc == "" {
				t.Errorf("the documentation of\n%s\nis not found", documented)
			}
			if _, _, err := language.DocComment(after, "Again", documented); !errors.Is(err, ErrDocumented) {
				t.Errorf("documenting it twice: %v", err)
			}
		})
	}
}

func TestDocCommentErrors(t *testing.T) {
	golang, python := LanguageByID("go"), LanguageByID("python")
	oneLiner := "def f(): return 1"
	inner := cut(t, golang, "func F() {\n\tx(func() { y := func() {\n\t\tz()\n\t} })\n}\n", Options{})[1]
	if _, _, err := golang.DocComment(inner, " . ", ""); err == nil {
		t.Error("an empty summary: no error")
	}
	for _, test := range []struct {
		name     string
		language *Language
		chunk    Chunk
		text     string
	}{
		{"body on the line of its head", python, cut(t, python, oneLiner, Options{MinLines: 1})[0], oneLiner},
		{"not at the start of its line", golang, inner, "func F() {\n\tx(func() { y := func() {\n\t\tz()\n\t} })\n}\n"},
		{"another text", golang, inner, "func"},
	} {
		if _, _, err := test.language.DocComment(test.chunk, "Does", test.text); err == nil {
			t.Errorf("%s: no error", test.name)
		}
	}
}
