package chunker

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// TestLostBracket takes each bracket out of the languages' own tests, one at a
// time, and holds that nearly all functions but the outermost one that it is in
// are found as they were.
func TestLostBracket(t *testing.T) {
	for _, language := range Languages() {
		if language.lexis == nil {
			continue
		}
		t.Run(language.ID, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(filepath.Join("testdata", language.ID+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			text := string(archive.Files[0].Data)
			chunks := cut(t, language, text, Options{})
			others, lost := 0, 0
			for at := range text {
				i := slices.IndexFunc(chunks, func(c Chunk) bool { return c.Range.Start <= at && at < c.Range.End })
				if i < 0 || strings.IndexByte("()[]{}", text[at]) < 0 {
					continue
				}
				found := map[Chunk]bool{}
				for _, c := range cut(t, language, text[:at]+text[at+1:], Options{}) {
					if c.Range.Start >= at {
						c = c.moved(1)
					}
					found[c] = true
				}
				for _, c := range chunks {
					if chunks[i].Range.contains(c.Range) {
						continue
					}
					others++
					if !found[c] {
						lost++
					}
				}
			}
			if others == 0 || lost > 1+others*3/100 {
				t.Errorf("of %d functions %d are lost that the bracket was not in", others, lost)
			}
		})
	}
}

// TestPairedStays holds that brackets in strings are told from those of code in
// the holes of strings, so that nothing is hidden where all of them pair.
func TestPairedStays(t *testing.T) {
	for _, test := range []struct{ language, text string }{
		{"scala", "f(s\"a ${g(\n  b\n)} (\")\n"},
		{"scala", "f(s\"\"\"a ${g(\"\"\")\"\"\")} (\"\"\"\")\n"},
		{"scala", "f(\"${\", \"(\")\n"},
		{"kotlin", "f(\"a ${g(\n  \"(${b}\"\n)} \\${ (\")\n"},
		{"kotlin", "f(\"\"\"a ${g(\n  '\"'\n)} (\"\"\"\")\n"},
		{"java", "f(\"${\", \"(\")\n"},
		{"javascript", "f(`a ${g(\n  `)${b}`, /[)`]/\n)} \\` (`)\n"},
		{"typescript", "f('${', `(`)\n"},
		{"csharp", "f($\"a {g(\n  \")\"\n)} {{ (\")\n"},
		{"csharp", "f($@\"a {g(\")\")}\n(\")\n"},
		{"csharp", "f(\"{\", \"(\")\n"},
		{"csharp", "f(@\"a\\\", $@\"a \"\"(\"\" \n(\", @$\"\"\"({b}\n\")\n"},
		{"java", "f('\"', '(', '\\'', \"\"\"\n(\"\"\\\"\"\"\")\n"},
		{"kotlin", "fun `it's (`() { f('\\u0028') }\n"},
		{"scala", "'{ f('a) }; '[T]; '('\n"},
		{"php", "<p>It's (</p><?php # don't [\nf(\"\n(\\\"(\", '\n(', <<<'A'\n  (AB\n  A\n); ?> isn't { <?php #[A(')')]\n?>\n("},
		{"javascript", "f(<p>\n  It's {a(b)}\n</p>)\nf(a\n  / (b))\n"},
		{"go", "f(`${(`, \"(\")\n"},
	} {
		if got := LanguageByID(test.language).lexis.repaired(test.text); got != test.text {
			t.Errorf("%s: %q becomes %q", test.language, test.text, got)
		}
	}
}

// lexes is the lexis of each language that has one.
func lexes() []*lexis {
	var all []*lexis
	for _, l := range Languages() {
		if l.lexis != nil && !slices.Contains(all, l.lexis) {
			all = append(all, l.lexis)
		}
	}
	return all
}

// TestRepairedIsLinear holds that no text keeps the repair busy.
func TestRepairedIsLinear(t *testing.T) {
	if raced {
		t.Skip("it is about time")
	}
	const n = 1 << 17
	for _, text := range []string{"(", "[(", "([", "{\n", "(])", "/*", "`", "'", "\"", "/", "=/[", "#", "\"\"\"", "def a(\n", " {\n", "}\n", "a(\n", "\"${", "s\"${", "s\"\"\"${/*", "`${", "`${`", "$\"{", "$\"{'", "$@\"{", "<<<a\n", "?>", "@\"\"", "'\\"} {
		for _, l := range lexes() {
			for _, tail := range []string{"", strings.Repeat("]", n)} {
				if tail != "" && !strings.ContainsAny(text, "([{") {
					continue
				}
				long := strings.Repeat(text, n/len(text)) + tail
				began := time.Now()
				if got := l.repaired(long); len(got) != len(long) || strings.Count(got, "\n") != strings.Count(long, "\n") {
					t.Errorf("%q, many times: %d bytes become %d, or lines differ", text, len(long), len(got))
				}
				if took := time.Since(began); took > 10*time.Second { // the square of the length takes twice as long
					t.Errorf("%q, many times: %s", text, took)
				}
			}
		}
	}
}

// FuzzRepaired holds that a repair keeps the length and the lines of any text.
func FuzzRepaired(f *testing.F) {
	for _, text := range []string{"func Bad( {\n\nfunc Good() {\n}\n", "a(/[(]/, `${b}`)\n}\n", "def a(:\n  \"\"\"(\n", "{[}\n)\n\xff", "x {\n  y {\n  z\n}\n", "(s\"${a\n(\"\"\"${`${\"\n}`}", "$\"{{{a(\n\")}\n(", "<?php <<<'A'\n A(\n#[?>", "'\\u{'"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range lexes() {
			got := l.repaired(text)
			if len(got) != len(text) {
				t.Fatalf("%q becomes %q", text, got)
			}
			for i := range len(text) {
				if (got[i] == '\n') != (text[i] == '\n') {
					t.Fatalf("%q becomes %q", text, got)
				}
			}
		}
	})
}
