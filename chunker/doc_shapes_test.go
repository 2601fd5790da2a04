package chunker

import (
	"html"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// docShapes calls visit with every comment of testdata/docs.txtar and what is to
// be shown for it.
func docShapes(t testing.TB, visit func(l *Language, comment, want string)) {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "docs.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range archive.Files {
		l := LanguageForFile(file.Name, nil)
		if l == nil {
			t.Fatalf("%s is in no language", file.Name)
		}
		rest := string(file.Data)
		for rest != "" {
			comment, after, ok := strings.Cut(rest, "\n=> ")
			want, next, ended := strings.Cut(after, "\n")
			if !ok || !ended {
				t.Fatalf("%s: a comment without what is shown for it: %q", file.Name, rest)
			}
			if want == "-" {
				want = ""
			}
			visit(l, comment, want)
			rest = next
		}
	}
}

func TestDocShapes(t *testing.T) {
	seen := map[string]bool{}
	docShapes(t, func(l *Language, comment, want string) {
		seen[l.Name] = true
		got := l.doc.sentence(comment)
		if got != want {
			t.Errorf("%s: sentence of\n%s\n = %q\nwant %q", l.ID, comment, got, want)
		}
		if !occurs(wordsOf(got), wordsOf(html.UnescapeString(comment))) {
			t.Errorf("%s: the words of %q are not, in their order, those of\n%s", l.ID, got, comment)
		}
		if crlf := l.doc.sentence(strings.ReplaceAll(comment, "\n", "\r\n")); crlf != got {
			t.Errorf("%s: with CRLF %q, else %q", l.ID, crlf, got)
		}
	})
	for _, l := range Languages() {
		if !seen[l.Name] && l.ID != "ocaml.interface" && l.code == nil {
			t.Errorf("no comment of %s", l.Name)
		}
	}
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !isWordRune(r) })
}

// occurs reports whether the words of what is shown are those of the comment,
// in their order, with words left out. One may be made of several that markup
// divides.
func occurs(shown, comment []string) bool {
	for _, word := range shown {
		found := false
		for i := 0; i < len(comment) && !found; i++ {
			joined := ""
			for j := i; j < len(comment) && strings.HasPrefix(word, joined) && !found; j++ {
				if joined += comment[j]; joined == word {
					comment, found = comment[j+1:], true
				}
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// TestAttachedDoc holds which of the comments before a function is its doc
// comment.
func TestAttachedDoc(t *testing.T) {
	const tsFunction = "export function open(a) {\n  return a;\n}\n"
	for name, test := range map[string]struct{ language, text, want string }{
		"over a blank line":             {"typescript", "/** Opens. */\n\n" + tsFunction, "Opens."},
		"over a directive":              {"typescript", "/** Opens. */\n// eslint-disable-next-line\n" + tsFunction, "Opens."},
		"over a directive in a block":   {"javascript", "/** Opens. */\n/* istanbul ignore next */\n" + strings.TrimPrefix(tsFunction, "export "), "Opens."},
		"about the file":                {"typescript", "/**\n * Doors.\n * @module doors\n */\n\n" + tsFunction, ""},
		"not plain over a blank line":   {"c", "/* Doors. */\n\nint open(int a) {\n  return a;\n}\n", ""},
		"the nearest":                   {"java", "class C {\n  /** Other. */\n  /** Opens. */\n  int open() {\n    return 1;\n  }\n}\n", "Opens."},
		"below a banner":                {"rust", "// ── doors ──\n/// Opens.\nfn open() {\n    go();\n}\n", "Opens."},
		"below a banner and attributes": {"rust", "// Doors.\n#[inline]\n/// Opens.\nfn open() {\n    go();\n}\n", "Opens."},
		"above attributes and a note":   {"rust", "/// Opens.\n#[inline]\n// Fast.\nfn open() {\n    go();\n}\n", "Opens."},
		"above a pragma":                {"haskell", "module M where\n\n-- | Opens\n-- doors.\n{-# INLINE open #-}\nopen x =\n  go\n    x\n", "Opens doors."},
		"above a directive of C":        {"c", "/* Opens. */\n// NOLINTNEXTLINE\nint open(int a) {\n  return a;\n}\n", "Opens."},
		"lines of Go end at a blank":    {"go", "package p\n\n// Doors.\n\nfunc open() {\n\tgo1()\n}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			chunks := cut(t, LanguageByID(test.language), test.text, Options{})
			if len(chunks) != 1 {
				t.Fatalf("%d chunks", len(chunks))
			}
			if chunks[0].Doc != test.want {
				t.Errorf("doc = %q, want %q", chunks[0].Doc, test.want)
			}
			if at := chunks[0].DocRange; strings.Contains(test.text[at.Start:at.End], "Doors.") {
				t.Errorf("the doc comment is %q", test.text[at.Start:at.End])
			}
		})
	}
}
