package chunker

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestScripts says which tags hold code, and in which language.
func TestScripts(t *testing.T) {
	for _, test := range []struct{ text, language, code string }{
		{"<script>a</script>", "javascript", "a"},
		{"<SCRIPT>a</ScRiPt >", "javascript", "a"},
		{"<script\n>a</script\n>", "javascript", "a"},
		{"<script lang=jsx>a</script>", "javascript", "a"},
		{"<script lang='ts' setup>a</script>", "typescript", "a"},
		{"<script type='text/typescript'>a</script>", "typescript", "a"},
		{"<script type=module defer>a</script>", "javascript", "a"},
		{`<script lang="tsx">a</script>`, "typescriptreact", "a"},
		{`<script lang="jsx">a</script><script lang="ts">b</script>`, "typescriptreact", "a; b"},
		{`<script>a</script><script lang="ts">b</script>`, "typescript", "a; b"},
		{`<script generic="A extends B<C>, D">a</script>`, "javascript", "a"},
		{"<script generic=\"\n  A extends B<C>\n\">a</script>", "javascript", "a"},
		{`<script lang="ts>a</script>`, "javascript", "a"}, // being typed
		{"<script>a", "javascript", "a"},
		{"<script", "javascript", ""},
		{"<script ", "javascript", ""},
		{"<script>a</script", "javascript", "a"},
		{"<script>a</scripts>b</script>", "javascript", "a</scripts>b"},
		{`<script>a = "</script>"`, "javascript", `a = "`},
		{`<script>a = "<\/script>"</script>`, "javascript", `a = "<\/script>"`},
		{"<script>a <!-- b </script>", "javascript", "a <!-- b"},
		{"<scripted>a</scripted>", "javascript", ""},
		{"<script src='x.js'/><script>a</script>", "javascript", "a"},
		{"<script type=application/ld+json>a</script>", "javascript", ""},
		{"<script lang=coffee>a</script><script>b</script>", "javascript", "; b"},
		{"<!-- <script>a</script> --><script>b</script>", "javascript", "b"},
		{"<!-- <script>a</script>", "javascript", "a"}, // being typed
		{"<style>/* <script> */</style><script>b</script>", "javascript", "b"},
		{"<p>é</p>\r\n<script>b</script>", "javascript", "b"},
	} {
		code, parsed := LanguageByID("vue").in(test.text)
		said := strings.Join(strings.Fields(strings.TrimRight(parsed, "; \r\n")), " ")
		if code.ID != test.language || said != strings.TrimRight(test.code, ";") {
			t.Errorf("%q is %s that says %q, want %s and %q", test.text, code.ID, said, test.language, test.code)
		}
		lines := func(r rune) rune {
			if r != '\n' && r != '\r' {
				return -1
			}
			return r
		}
		if len(parsed) != len(test.text) || strings.Map(lines, parsed) != strings.Map(lines, test.text) {
			t.Errorf("%q has other lines when masked: %q", test.text, parsed)
		}
	}
}

// TestScriptsApply edits what stands around scripts: it moves, opens and closes
// them, and changes their language.
func TestScriptsApply(t *testing.T) {
	const (
		one   = "/** One. */\nfunction one(a) {\n  return a;\n}\n"
		two   = "export default {\n  methods: {\n    two() {\n      return 2;\n    },\n  },\n};\n"
		typed = "const three = <T>(a: T) => {\n  return <number>a;\n};\n"
		jsx   = "function four() {\n  const a = <b>4</b>;\n  return a;\n}\n"
	)
	for _, steps := range [][]string{
		{"<script>\n" + one + "</script>\n<script setup>\n" + two + "</script>", "<script>\n" + one + "</script>\n" + two + "</script>", "<script>\n" + one + "\n<script setup>\n" + two + "</script>"},
		{one + "</script>", "<" + one + "</script>", "<script" + one + "</script>", "<script>" + one + "</script>"},
		{"<script>\n" + typed + "</script>", "<script lang=\"\">\n" + typed + "</script>", "<script lang=\"ts\">\n" + typed + "</script>", "<script lang=\"tsx\">\n" + jsx + "</script>", "<script lang=\"x\">\n" + jsx + "</script>"},
		{"<script lang='ts'>\n" + typed + "</script>", "<script lang='ts>\n" + typed + "</script>", "<script lang='ts'\n" + typed + "</script>"},
		{"<template/>\n<script>\n" + one + "</script>", "<!--<template/>\n<script>\n" + one + "</script>", "<!--<template/>\n<script>\n" + one + "</script>-->"},
		{"<script>\n" + one + two + "</script>", "<script>\n" + one + "</script>" + two + "</script>", "<script>\n" + one + "a = '</script>';" + two + "</script>"},
		{"<style>\n.a {}\n</style>\n<script>\n" + one + "</script>", "<style>\n.a {}\n</styl>\n<script>\n" + one + "</script></style>", "<styl>\n.a {}\n</styl>\n<script>\n" + one + "</script></style>"},
		{"<p>{1}</p>\n<script>\n" + one + "</script>", "<p>{1} \U0001f600</p>\n\n<script>\n" + one + "</script>", "<script>\n" + one + "</script>\n<p>function x() {\n\n\n}</p>"},
	} {
		for _, id := range []string{"vue", "svelte"} {
			for _, eol := range []string{"\n", "\r\n"} {
				language := LanguageByID(id)
				file := Open(language, Options{})
				defer file.Close()
				most := 0
				for _, text := range append(steps, steps[0]) {
					text = strings.ReplaceAll(text, "\n", eol)
					if err := file.Apply(t.Context(), text); err != nil {
						t.Fatal(err)
					}
					checkInvariants(t, language, text, Options{}, file.Chunks())
					most = max(most, len(file.Chunks()))
					if diff := cmp.Diff(cut(t, language, text, Options{}), file.Chunks()); diff != "" && !file.broken {
						t.Errorf("%q: (-fresh +edited):\n%s", text, diff)
					}
				}
				if most == 0 {
					t.Errorf("no function in any of %q", steps)
				}
			}
		}
	}
}

// TestScriptsLanguage holds that a function says what a model knows, also once
// the language of its script changes.
func TestScriptsLanguage(t *testing.T) {
	const function = "function f(a) {\n  return a;\n}\n</script>"
	file := Open(LanguageByID("vue"), Options{})
	defer file.Close()
	for _, step := range []struct{ tag, want string }{{"", "javascript"}, {" lang='ts'", "typescript"}, {" lang='tsx'", "typescriptreact"}, {"", "javascript"}} {
		if err := file.Apply(t.Context(), "<script"+step.tag+">\n"+function); err != nil {
			t.Fatal(err)
		}
		if c := file.Chunks(); len(c) != 1 || c[0].Language != step.want {
			t.Errorf("%q: %+v, want one function of %s", step.tag, c, step.want)
		}
	}
	if c := cut(t, LanguageByID("javascriptreact"), function, Options{}); c[0].Language != "javascript" {
		t.Errorf("a function of JavaScript is in %q", c[0].Language)
	}
}

// TestHostileScripts holds that no text takes long to be masked.
func TestHostileScripts(t *testing.T) {
	const hang = 10 * time.Second
	for _, piece := range []string{
		"<script", "<script ", "<script>", "<script \"", "<script 'a>\"", "<script \"a>\"</script ", "<script></script>", "<!--", "<!-- -->", "<style>", "<style></style>",
		"<script a=", "</script", "<", "<script a=\"b\" c='d' lang=ts ", "<script>\"</script>'",
	} {
		began := time.Now()
		text := strings.Repeat(piece, DefaultMaxBytes/len(piece))
		if _, parsed := inScripts(text); len(parsed) != len(text) {
			t.Errorf("%q, repeated, is masked by %d bytes instead of %d", piece, len(parsed), len(text))
		}
		if took := time.Since(began); took > hang {
			t.Errorf("%q, repeated, takes %s", piece, took)
		}
	}
}

// tags are pieces of text that change what is code in a component.
var tags = []string{
	"<script>", "</script>", "<script lang=\"ts\">", "<script lang=tsx setup>", "<script", "</script", "<", ">", "\"", "'", "<!--", "-->", "<style>", "</style>",
	"{", "}", "`", "/**", "*/", "\n", "\r\n", "", "x", "é", "function f() {\n\n}\n", "a = <b>c</b>;", "lang=\"x\"",
}

// FuzzScripts holds what FuzzApply does, for edits of what stands around code.
func FuzzScripts(f *testing.F) {
	for _, id := range []string{"vue", "svelte"} {
		archive, err := txtar.ParseFile(filepath.Join("testdata", id+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for i, file := range archive.Files {
			if file.Name == "want" {
				continue
			}
			for seed := range 16 {
				script := make([]byte, 36)
				for k := range script { // a fixed, spread-out script for each seed
					script[k] = byte((seed*7+k*k*13+i)*2654435761>>7 + k)
				}
				f.Add(id == "vue", string(file.Data), script)
			}
		}
	}
	f.Fuzz(func(t *testing.T, vue bool, text string, script []byte) {
		id := "svelte"
		if vue {
			id = "vue"
		}
		follows(t, LanguageByID(id), text, tags, script)
	})
}
