package chunker

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// checkMask holds that a mask leaves every line where it is.
func checkMask(t *testing.T, language *Language, text string) {
	t.Helper()
	masked := language.masked(text)
	if len(masked) != len(text) {
		t.Fatalf("%s: %d bytes are masked by %d: %q", language.ID, len(text), len(masked), text)
	}
	for i := range len(text) {
		if (text[i] == '\n' || masked[i] == '\n') && text[i] != masked[i] {
			t.Fatalf("%s: the line break at %d: %q becomes %q", language.ID, i, text, masked)
		}
	}
}

func FuzzMask(f *testing.F) {
	all := Languages()
	for i, language := range all {
		archive, err := txtar.ParseFile(filepath.Join("testdata", language.ID+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(uint8(i), string(file.Data))
			f.Add(uint8(i), string(file.Data[:len(file.Data)/2]))
		}
	}
	f.Fuzz(func(t *testing.T, id uint8, text string) {
		checkMask(t, all[int(id)%len(all)], text)
	})
}

// TestMaskTakesLinearTime masks texts as long as they may be, of pieces of which
// each could make a mask look at all of the text again.
func TestMaskTakesLinearTime(t *testing.T) {
	if raced {
		t.Skip("it is about time")
	}
	for _, piece := range []string{
		"{", " {\n", "(", "f(", "A(", "A({", "a<", "a<b>", "A ", "A:", "a::", "a={}", "a{}, ", "int f(a){\n", "A(b)\n",
		"operator ", "struct ", "friend a ", "template<", "template<a>", "namespace ", "#", "#if\n#else\n", "#if A\n{\n#endif\n",
		"\\\n", "/*", "//\\\n", `R"(`, `'"`, "${", "${a$(", "${a'", "${a;", `@test "`, "@test \" {\n", "a ;",
		"#if a\n", "#if\n(", `"`, `@"`, "@", "'", "{ _", "extension ", "context(", "context(()", "⇒", `<<~"`,
		"mod a{", "a!{", "a!{fn f(){}", "a!{b!{c!{d!{e!{fn f(){}}}}}}", "impl A { a!{ fn f(", "a!( { fn f() {} } ", "a! ", "a!{ '", "a!{ r#\"", "/*a!{",
		"\n#if\n", "\n#if\nf\n#else\nf\n#endif\n", "\n#else\n", "\n{-\n", "'\\n", "'\\n'", "'\\\n'", "\t", "(*", "*)", "let f x = [@a]",
	} {
		text := strings.Repeat(piece, DefaultMaxBytes/8/len(piece))
		for _, before := range []string{"", "void f() {\n", "class A {\n"} {
			for _, language := range Languages() {
				began := time.Now()
				checkMask(t, language, before+text)
				// The square of the length takes minutes.
				if took := time.Since(began); took > 20*time.Second {
					t.Errorf("%s: %q takes %v", language.ID, before+piece, took)
				}
			}
		}
	}
}
