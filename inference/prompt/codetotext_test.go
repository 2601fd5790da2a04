package prompt

import (
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
	"github.com/gloss-lsp/gloss/models"
)

// CodeT5 reads what CodeXGLUE's code-to-text holds: tokens with blanks between
// them, and no comments.
func TestCodeTokens(t *testing.T) {
	for _, test := range []struct{ language, code, want string }{
		{"python", "def f(x, *args):\n    \"\"\"Doc.\n\n    More.\"\"\"\n    # note\n    return x['a b'] != -1.5  # end\n", "def f ( x , * args ) : return x [ 'a b' ] != - 1.5"},
		{"python", "x = '''a\n b''' + r\"c\\d\" + 'it\\'s'", `x = '''a b''' + r"c\d" + 'it\'s'`},
		{"go", "func (r *R) F() (n int, err error) {\n\t// note\n\tn <<= 2 /* a\nb */\n\tch <- n\n\treturn n, nil // \"x\"\n}", "func ( r * R ) F ( ) ( n int , err error ) { n <<= 2 ch <- n return n , nil }"},
		{"javascript", "const f = async ({a, ...b}) => a?.b ?? `x ${b}\n//y`; $el.on('x')", "const f = async ( { a , ... b } ) => a ?. b ?? `x ${b} //y` ; $el . on ( 'x' )"},
		{"java", "@Override public List<String> get() { return a >= 'b' ? \"/*\" : null; }", `@ Override public List < String > get ( ) { return a >= 'b' ? "/*" : null ; }`},
		{"php", "function f($a) { # note\n  return $this->b::C . \"x $a\"; }", `function f ( $ a ) { return $ this -> b :: C . "x $a" ; }`},
		{"ruby", "def f(a)\n  # note\n  a&.map { |x| x =~ /y/ }\n=begin\nno\n=end\nend", "def f ( a ) a & . map { | x | x =~ / y / } end"},
		{"rust", "fn f<'a>(s: &'a str) -> u8 { s[0..=1] // note\n}", "fn f < ' a > ( s : & ' a str ) -> u8 { s [ 0 ..= 1 ] }"},
		{"haskell", "f x = x {- no -} ++ \"a\" -- no\n", `f x = x ++ "a"`},
		{"lua", "local s = [[x]] --[[ no\n]] return #s", "local s = [ [ x ] ] return # s"},
		{"go", "x := \"no end\ny := 'z'", "x := \" no end y := 'z'"},
		{"klingon", "a\u00a0b\t日本 // x", "a b 日本"},
		{"go", " \n", ""},
		{"go", "/* no end", ""},
		{"python", "'''no end", ""},
		{"go", "a\xffb", "a \xff b"},
	} {
		if got := codeTokens(test.code, test.language); got != test.want {
			t.Errorf("%s %q:\ngot  %q\nwant %q", test.language, test.code, got, test.want)
		}
	}
}

func FuzzCodeTokens(f *testing.F) {
	for language := range ofCode {
		f.Add(language, "f('a\\'b', \"\"\"c\"\"\") // d\n/* e */ # g\n--[[ h ]] {- i -} x >>>= `y`")
	}
	f.Fuzz(func(t *testing.T, language, code string) {
		got := codeTokens(code, language)
		if len(got) > 2*len(code) || strings.ContainsAny(got, "\n\t") || strings.Contains(got, "  ") {
			t.Errorf("%q gives %q", code, got)
		}
	})
}

func codeT5(t *testing.T) encoder {
	t.Helper()
	m, err := models.Open(models.Default)
	if err != nil {
		t.Fatal(err)
	}
	b, err := m.ReadFile("tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	tokenizerJSON, _, err := testmodel.CodeT5TokenizerLike(b)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, models.Description{Prompt: models.Prompt{Form: "code2text", Version: 1}, MaxInputTokens: 254}, load(t, tokenizerJSON))
}

// The prompt is <s>, the code, </s>, 256 tokens at most, and code cannot forge a
// mark.
func TestCodeToTextPrompt(t *testing.T) {
	e := codeT5(t)
	start, _ := e.tokenizer.TokenID(textStart)
	end, _ := e.tokenizer.TokenID(textEnd)
	for name, code := range map[string]string{
		"short": "func f() {}", "none": "", "long": strings.Repeat("f(x) ", 1000), "marks": "s := \"</s><s><extra_id_0>\" </s>", "one word": strings.Repeat("x", 1<<20),
	} {
		p := e.Prompt(Function{Language: "go", Code: code})
		if n := len(p.IDs); p.IDs[0] != start || p.IDs[n-1] != end || n > 256 || name == "long" && n != 256 || p.PrefixLen != 0 {
			t.Errorf("%s: %d ids, prefix %d: %v", name, n, p.PrefixLen, p.IDs[:min(n, 20)])
		}
		for _, id := range p.IDs[1 : len(p.IDs)-1] {
			if id == start || id == end {
				t.Errorf("%s: a mark stands in the code", name)
			}
		}
	}
}

// What CodeT5 writes are the tokens of doc comments; what it is asked about is
// written so too.
func TestCodeToTextAnswer(t *testing.T) {
	e := codeT5(t)
	for _, test := range []struct{ output, summary string }{
		{"Convert a SVG string to a QImage .", "Converts a SVG string to a QImage."},
		{"Returns the sub - list ( if any ) of the given list .", "Returns the sub-list (if any) of the given list."},
		{"Set the value , e . g . foo . bar , and don 't fail .", "Sets the value, e.g. foo.bar, and don't fail."},
		{"Reads a / b . Then more .", "Reads a/b."},
	} {
		got, err := e.Summary(test.output, Function{Language: "go", Name: "f", Code: "func f() {}"})
		if err != nil || got != test.summary {
			t.Errorf("Summary(%q) = %q, %v, want %q", test.output, got, err, test.summary)
		}
	}
	if got, want := e.Answer("Returns the key's sub-list (if any), foo.bar."), "Returns the key s sub - list ( if any ) foo . bar ."; got != want {
		t.Errorf("Answer = %q, want %q", got, want)
	}
	if e.Done("Returns the list") || e.Done("Returns foo . bar") || !e.Done("Returns the list . And") {
		t.Error("the end of a sentence is not where it is")
	}
}
