package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzDecode holds that whatever is not read as it is becomes text.
func FuzzDecode(f *testing.F) {
	f.Setenv("LC_ALL", "ja_JP.SJIS")
	for _, seed := range []string{"a\x00b\x00", "\x00a\x00b", "\xff\xfea\x00", "\xff\xfe\x00\x00a\x00\x00\x00", "\xef\xbb\xbfa", "\xef\xbb\xbf\xff", "# coding: koi8-r\n\xc1", "\x81\x40", "\xff\xfe\x00\xd8", "\xe9"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, name := decode(b)
		if name != "" && !utf8.ValidString(text) {
			t.Errorf("%q, read as %s, is no text: %q", b, name, text)
		}
		if name == "" && text != string(b) && text != strings.TrimPrefix(string(b), "\ufeff") {
			t.Errorf("%q became %q", b, text)
		}
	})
}

// FuzzIgnorePattern holds that no line of an ignore file does harm, and that
// what is made of it is a glob of which a "!" before it says the contrary.
func FuzzIgnorePattern(f *testing.F) {
	for _, seed := range []string{"a", "/a/", "**/a", "a/**", "[!a]", "[", `\`, `\{a,b}`, "{", "!", " ", "#", "a\\ "} {
		f.Add(seed, "d/a")
	}
	f.Fuzz(func(t *testing.T, line, path string) {
		p, ok := ignorePattern(line, "")
		if !ok || strings.HasPrefix(line, "!") || strings.HasPrefix(line, "#") {
			return
		}
		if contrary, ok := ignorePattern("!"+line, ""); ok && (contrary.negated == p.negated || contrary.match(path, true) != p.match(path, true)) {
			t.Errorf("%q: %+v and %+v", line, p, contrary)
		}
	})
}

// FuzzReadDiff holds that what git prints of hostile names and contents is read
// to its end.
func FuzzReadDiff(f *testing.F) {
	f.Add("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +3 @@ f()\n-+++ b/x\n-@@ -1 +1 @@\n+c\n\\ No newline at end of file\n@@ -9 +10,0 @@\n-d\n")
	f.Add("diff --git \"a/\\303\\244\\n\" \"b/x\"\n+++ \"b/\\303\\244\\n\"\n@@ -0,0 +1 @@\n+a")
	f.Add("@@ -1 +99999999999999999999 @@\n+++ /dev/null\n")
	f.Fuzz(func(t *testing.T, patch string) {
		files := changedFiles{lines: map[string]*changedLines{}}
		if err := files.readDiff(strings.NewReader(patch)); err != nil {
			t.Fatal(err)
		}
		for name, lines := range files.lines {
			if lines == nil {
				t.Errorf("%q has no lines", name)
			}
			lines.touch(1, 1)
		}
	})
}
