package prompt

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
)

// shipped opens the form of the model that ships with gloss.
func shipped(tb testing.TB) (encoder, models.Description, tokenizer.Tokenizer) {
	tb.Helper()
	m, err := models.Open(models.Default)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := m.ReadFile("tokenizer.json")
	if err != nil {
		tb.Fatal(err)
	}
	t := load(tb, b)
	return open(tb, m.Description, t), m.Description, t
}

func load(tb testing.TB, tokenizerJSON []byte) tokenizer.Tokenizer {
	tb.Helper()
	t, err := tokenizer.Load(tokenizerJSON)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	return t
}

// encoder is a Form whose prompts are encoded.
type encoder struct {
	Form
	tokenizer tokenizer.Tokenizer
}

// encoded is a prompt as the model reads it.
type encoded struct {
	IDs       []int64
	PrefixLen int
}

func (e encoder) Prompt(f Function) (p encoded) {
	p.IDs, p.PrefixLen = e.Form.Prompt(f).Encode(e.tokenizer)
	return p
}

func open(tb testing.TB, d models.Description, t tokenizer.Tokenizer) encoder {
	tb.Helper()
	if err := CheckTokenizer(t, d.Prompt); err != nil {
		tb.Fatal(err)
	}
	f, err := New(d)
	if err != nil {
		tb.Fatal(err)
	}
	return encoder{f, t}
}

var chatDescription = models.Description{Prompt: models.Prompt{Form: "chat", Version: 1}, MaxInputTokens: 512}

// smollm2Dir holds SmolLM2's small files.
const smollm2Dir = "../../../shared/data/smollm2/"

// smollm2 opens the chat form with the tokenizer of SmolLM2.
func smollm2(tb testing.TB) (encoder, tokenizer.Tokenizer) {
	t := smollm2Tokenizer(tb)
	return open(tb, chatDescription, t), t
}

func smollm2Tokenizer(tb testing.TB) tokenizer.Tokenizer {
	tb.Helper()
	const path = smollm2Dir + "tokenizer.json"
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		tb.Skipf("%s is missing: it is SmolLM2's tokenizer, which is not a part of this repository", path)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return load(tb, b)
}

const knownForms = `"chat" version 1, "chat-direct" version 1, "chat-gemma" version 1, "chat-llama3" version 1, "chat-llama3.1" version 1, ` +
	`"chat-phi3" version 1, "chat-phi4" version 1, "chat-qwen3" version 1, "chat-role" version 1, "chat-task" version 1, "code" version 1, "code2text" version 1`

func TestNew(t *testing.T) {
	_, d, tok := shipped(t)
	for want, change := range map[string]func(*models.Description){
		`prompt form "poem" version 1 is unknown to this gloss; it knows ` + knownForms: func(d *models.Description) { d.Prompt.Form = "poem" },
		`prompt form "code" version 2 is unknown to this gloss; it knows ` + knownForms: func(d *models.Description) { d.Prompt.Version = 2 },
		`maxInputTokens is 0; it must be positive`:                                      func(d *models.Description) { d.MaxInputTokens = 0 },
	} {
		d := d
		change(&d)
		if _, err := New(d); err == nil || err.Error() != want {
			t.Errorf("New(%+v): %v, want %s", d, err, want)
		}
	}
	for _, form := range []string{"code", "chat"} {
		d.Prompt.Form = form
		if err := CheckTokenizer(noTokens{tok}, d.Prompt); err == nil || !strings.Contains(err.Error(), "<|im_start|>") {
			t.Errorf("%s without special tokens: %v", form, err)
		}
	}
}

// noTokens is a tokenizer without the tokens that the forms need.
type noTokens struct{ tokenizer.Tokenizer }

func (noTokens) TokenID(string) (int64, bool) { return 0, false }

func TestNamed(t *testing.T) {
	for _, test := range []struct {
		ref  string
		want models.Prompt // the zero Prompt for an error
	}{
		{"code", models.Prompt{Form: "code", Version: 1}},
		{"chat@1", models.Prompt{Form: "chat", Version: 1}},
		{"chat@99", models.Prompt{}},
		{"chat@", models.Prompt{}},
		{"chat@01", models.Prompt{}},
		{"", models.Prompt{}},
		{"nonsense", models.Prompt{}},
	} {
		got, err := Named(test.ref)
		if got != test.want || (err != nil) != (test.want.Form == "") {
			t.Errorf("Named(%q) = %+v, %v", test.ref, got, err)
		}
	}
}

// TestChat checks that encoding the pieces one by one gives what encoding the
// whole text gives, so that the model sees the tokens it was trained on.
func TestChat(t *testing.T) {
	form, tok := smollm2(t)
	const head = "<|im_start|>system\nYou explain code in one short sentence.<|im_end|>\n<|im_start|>user\nWhat does this function do?\n"
	for _, test := range []struct{ language, code, fence string }{
		{"go", "func f() {\n\treturn\n}", "```"},
		{"typescriptreact", "const s = ```;\n\tf(````)", "`````"},
		{"python", "\n\n\tdef f():\n\t\tpass\n\n", "```"},
		{"shellscript", strings.Repeat("`", 40), "`````````"},
	} {
		p := form.Prompt(Function{Language: test.language, Name: "f", Code: test.code})
		code := longFence.ReplaceAllString(strings.TrimSpace(test.code), "````````")
		text := head + test.fence + language(test.language) + "\n" + code + "\n" + test.fence +
			"<|im_end|>\n<|im_start|>assistant\nThis function"
		if diff := cmp.Diff(tok.EncodeSpecial(text), p.IDs); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.code, diff)
		}
		if got := tok.Decode(p.IDs[:p.PrefixLen], false); got != head {
			t.Errorf("the prefix is %q, want %q", got, head)
		}
	}
}

func TestAnswer(t *testing.T) {
	d := chatDescription
	d.Stop = []string{"###", ""}
	_, _, tok := shipped(t)
	form := open(t, d, tok)
	for output, want := range map[string]bool{
		"":                            false,
		" parses":                     false,
		" parses 3.":                  false,
		" parses 3.5, e.g. this":      false,
		" parses x.":                  false,
		" parses x. It":               true,
		" parses x\n":                 true,
		"\n\n parses":                 false,
		"Sure! Here":                  false,
		"Here is the summary:\n":      false,
		"```\n":                       false,
		"```\ndef f():\n```\nParses":  false,
		"Sure! Here it is: Parses.\n": true,
		" parses x###":                true,
	} {
		if got := form.Done(output); got != want {
			t.Errorf("Done(%q) is %v", output, got)
		}
	}
	if got, err := form.Summary(" parses x### Instruction", parsePort); got != "Parses x." || err != nil {
		t.Errorf("Summary = %q, %v", got, err)
	}
}

// A model that says its instruction again has not answered yet.
func TestEcho(t *testing.T) {
	_, d, tok := shipped(t)
	d.Prompt.Form = "chat-task"
	form := open(t, d, tok)
	echo := "Begin with a verb in the third person. Do not repeat the code and do not write a list.\n\nSummary:"
	for output, want := range map[string]bool{
		echo:                               false,
		echo + " Parses":                   false,
		echo + " Parses a port.":           false,
		echo + " Parses a port.\n":         true,
		echo + " Parses a port. It":        true,
		"Parses a port. Begin with a verb": true,
	} {
		if got := form.Done(output); got != want {
			t.Errorf("Done(%q) is %v", output, got)
		}
	}
	if got, err := form.Summary(echo+" Parses a port.", parsePort); got != "Parses a port." || err != nil {
		t.Errorf("Summary = %q, %v", got, err)
	}
	if got, err := form.Summary(echo, parsePort); !errors.Is(err, ErrEmpty) {
		t.Errorf("Summary of the echo alone = %q, %v", got, err)
	}
}

// FuzzPrompt checks that every prompt is bounded, begins with its prefix, and
// that nothing that is said of a function puts a special token into it.
func FuzzPrompt(f *testing.F) {
	_, d, tok := shipped(f)
	chatForm := open(f, models.Description{Prompt: models.Prompt{Form: "chat", Version: 1}, MaxInputTokens: d.MaxInputTokens}, tok)
	f.Add("go", "a/main.go", "T", "main", "func main() {\n\tprintln(\"<|im_end|>\")\n}", 192)
	f.Add("<|im_start|>", "<|im_end|>", "<|im_end|>", "<|im_end|>", "<|endoftext|>```\n````", 64)
	f.Add("c", "", "größe", "größe", strings.Repeat("\xff計", 900), 5)
	f.Add("c", "..\\.x", "", "f", strings.Repeat("\n\t \t", 3000)+"}", 192)
	f.Add("c", "/", strings.Repeat("aB", 300), "f", strings.Repeat("`", 5000), 60)
	f.Add("zig", ".", "", "f", strings.Repeat("x", firstCode)+"\xe8\xa8"+strings.Repeat("1", lastCode), 1)
	special := func(ids []int64) int {
		return len(slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id > 2 }))
	}
	empty := chatForm.Prompt(Function{})
	f.Fuzz(func(t *testing.T, language, path, container, name, code string, limit int) {
		fn := Function{Language: language, Path: path, Container: container, Name: name, Code: code}
		bounded := d
		bounded.MaxInputTokens = min(max(limit, 1), d.MaxInputTokens)
		p := open(t, bounded, tok).Prompt(fn)
		if n := len(p.IDs); n > bounded.MaxInputTokens+2 || special(p.IDs) != 2 || p.IDs[0] != 1 || p.IDs[n-1] != 2 {
			t.Errorf("code: %d tokens %v for a limit of %d", n, p.IDs, bounded.MaxInputTokens)
		}
		if text := codeText(code); strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == ';' || r == '}' }) {
			t.Errorf("code: the text %q", text)
		}
		if header := codeHeader(fn); strings.Count(header, "\n") != 4 {
			t.Errorf("code: the header %q", header)
		}
		p = chatForm.Prompt(fn)
		if n := len(p.IDs); n > len(empty.IDs)+d.MaxInputTokens+2*maxFence+maxLanguage {
			t.Errorf("chat: %d tokens for a limit of %d", n, d.MaxInputTokens)
		}
		if special(p.IDs) != special(empty.IDs) {
			t.Errorf("chat: special tokens in the code: %v", p.IDs)
		}
		if !slices.Equal(p.IDs[:p.PrefixLen], empty.IDs[:empty.PrefixLen]) {
			t.Errorf("chat: the prefix is %v, want %v", p.IDs[:p.PrefixLen], empty.IDs[:empty.PrefixLen])
		}
	})
}

// longFunction is a function of 200 lines.
var longFunction = Function{
	Language: "go",
	Name:     "parseAll",
	Code:     "func parseAll(lines []string) (ports []Port, err error) {\n" + strings.Repeat("\tif port, err := parsePort(lines[0]); err != nil {\n\t\treturn nil, fmt.Errorf(\"line %d: %w\", i, err)\n\t}\n", 66) + "}",
}

func BenchmarkPrompt(b *testing.B) {
	form, _, _ := shipped(b)
	all := goldens(b)
	slices.SortFunc(all, func(a, b golden) int { return len(a.Code) - len(b.Code) })
	b.Run("code, median function", func(b *testing.B) {
		for b.Loop() {
			form.Prompt(all[len(all)/2].function())
		}
	})
	b.Run("code, long function", func(b *testing.B) {
		for b.Loop() {
			form.Prompt(longFunction)
		}
	})
	b.Run("code, hostile 10 MB line", func(b *testing.B) {
		fn := Function{Language: "javascript", Name: "f", Code: strings.Repeat("a=b;", 10<<20/4)}
		for b.Loop() {
			form.Prompt(fn)
		}
	})
	b.Run("chat", func(b *testing.B) {
		form, _ := smollm2(b)
		for b.Loop() {
			form.Prompt(longFunction)
		}
	})
	b.Run("chat hostile 10 MB line", func(b *testing.B) {
		form, _ := smollm2(b)
		fn := Function{Language: "javascript", Name: "f", Code: strings.Repeat("a=b;", 10<<20/4)}
		for b.Loop() {
			form.Prompt(fn)
		}
	})
}
