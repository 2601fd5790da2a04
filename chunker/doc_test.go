package chunker

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSentence(t *testing.T) {
	for _, test := range []struct{ language, comment, want string }{
		// Where a sentence ends.
		{"go", "// Foo does x. It does y.", "Foo does x."},
		{"go", "// Foo does x, e.g. Y, i.e. Z, in v1.2.3. Then more.", "Foo does x, e.g. Y, i.e. Z, in v1.2.3."},
		{"go", "// Foo takes ints, floats, etc. and more. End.", "Foo takes ints, floats, etc. and more."},
		{"go", "// Foo is by J. Smith. End.", "Foo is by J. Smith."},
		{"go", "// Is it valid? It says so.", "Is it valid?"},
		{"go", "// Foo goes on\n// over lines\n//\n// and ends at a paragraph", "Foo goes on over lines"},
		{"go", "// Foo (see Bar.) Then more.", "Foo (see Bar.)"},
		{"go", "// " + strings.Repeat("word ", 50), strings.Repeat("word ", 23) + "word…"},
		{"go", "//\n// Foo starts late.", "Foo starts late."},
		{"go", "/* Foo is a block. */", "Foo is a block."},
		{"go", "// 値を返す。次の文。", "値を返す。"},
		// What documents nothing.
		{"go", "// Copyright 2024 Someone. All rights reserved.", ""},
		{"go", "// SPDX-License-Identifier: MIT", ""},
		{"go", "//go:generate stringer", ""},
		{"go", "//nolint:errcheck // reason", ""},
		{"go", "//export foo", ""},
		{"go", "// To-do: write this.", ""},
		{"go", "// Fix-me later", ""},
		{"go", "// if x > 3 {\n//   return y\n// }", ""},
		{"go", "// x := compute(y)", ""},
		{"go", "// ---------------", ""},
		{"go", "//", ""},
		{"go", "// Issue 24297", ""},
		{"go", "// Issue 24297: keeps the connection", "Issue 24297: keeps the connection"},
		{"python", `"""Deprecated."""`, ""},
		// Links, tags, names and halves of sentences.
		{"lua", "--- Ref: https://example.org/x", ""},
		{"zig", "/// https://example.org/spec.html#a-b.", ""},
		{"java", "/** See https://example.org/IO-246 */", ""},
		{"ruby", "# (see Base#name)", ""},
		{"ruby", "# {CodeObjects::Base#type}", ""},
		{"ruby", "# @!parse extend ClassMethods", ""},
		{"typescript", "/** { @inheritdoc fs.lstat } */", ""},
		{"typescript", "/** IOperationGraph.setEnabledStates */", ""},
		{"c", "/** raw_stat_clear_sum() */", ""},
		{"typescript", "/** on the console */", ""},
		{"c", "/** , and so on */", ""},
		{"python", `"""--help says so."""`, "--help says so."},
		{"c", "/**\n * : Binds a socket. */", "Binds a socket."},
		{"go", "// Foo fetches https://example.org/x.", "Foo fetches https://example.org/x."},
		{"go", "// See how Foo does it.", "See how Foo does it."},
		{"java", "/** On the console, prints x. */", "On the console, prints x."},
		{"java", "/** Closes. */", "Closes."},
		{"java", "/** {@code null} is refused. */", "null is refused."},
		// What would steer a terminal or turn the text around.
		{"java", "/** Foo \x1b[31mdoes\u202e x\u200b&#27;. */", "Foo [31mdoes x."},
		{"python", "# A comment.", ""},
		{"javascript", "// A note.", ""},
		{"javascript", "/* A note. */", ""},
		{"rust", "// A note.", ""},
		{"java", "/** {@inheritDoc} */", ""},
		{"java", "/**\n * @return the sum\n */", ""},
		{"javascript", "/** eslint-disable no-console */", ""},
		{"shellscript", "# shellcheck disable=SC2034", ""},
		{"ruby", "# rubocop:disable Style/Foo\n# Does x.", "Does x."},
		{"lua", "---@param x number", ""},
		{"php", "/** @var int */", ""},
		// Documentation languages.
		{"java", "/**\n * Sums {@code a} and {@link Foo#bar the bar}, see {@link Baz}.\n * @param a x\n */", "Sums a and the bar, see Baz."},
		{"java", "/** Keeps <b>bold</b> text &amp; more.<p>Second. */", "Keeps bold text & more."},
		{"javascript", "/**\n * @description Maps `x` to [y](http://y).\n */", "Maps x to y."},
		{"c", "/**\n * @brief Adds \\p a and @c b.\n */", "Adds a and b."},
		{"c", "/*! \\brief Adds. */", "Adds."},
		{"cpp", "//! Adds.\n//! More.", "Adds."},
		{"csharp", "/// <summary>\n/// Makes a <see cref=\"T:N.Foo\"/> of <paramref name=\"x\"/>.\n/// </summary>\n/// <returns>y</returns>", "Makes a N.Foo of x."},
		{"python", `"""Return :class:` + "`~a.Foo` of ``x``" + `."""`, "Return Foo of x."},
		{"python", "r'''\n    Parse it.\n\n    Args:\n        x: y\n    '''", "Parse it."},
		{"python", `"""Parse it` + "\n\n    :param x: y\n" + `"""`, "Parse it"},
		{"python", `"""Dump *req* as a **PEM** buffer of 2*x*y."""`, "Dump req as a PEM buffer of 2*x*y."},
		{"rust", "/// Adds [`a`] and [b](c::d).\n/// # Panics", "Adds a and b."},
		{"haskell", "-- | Adds @x@.\n-- More.", "Adds x."},
		{"haskell", "{-| Adds. -}", "Adds."},
		{"ocaml", "(** Adds [x] and {!M.y}, {b both}. *)", "Adds x and M.y, both."},
		{"elixir", "@doc \"\"\"\n  Adds `x`.\n\n  ## Examples\n  \"\"\"", "Adds x."},
		{"elixir", `@doc "Adds."`, "Adds."},
		{"lua", "--- Adds.\n-- @param x y", "Adds."},
		{"kotlin", "/** Adds [x] and **y**. */", "Adds x and y."},
		{"ruby", "# Adds.\n#\n# @param x [Integer]", "Adds."},
	} {
		if got := LanguageByID(test.language).doc.sentence(test.comment); got != test.want {
			t.Errorf("%s: sentence(%q)\n = %q\nwant %q", test.language, test.comment, got, test.want)
		}
	}
}

// FuzzSentence holds that a comment of any bytes, in any markup, gives one short
// line, whose letters and digits are those of the comment, in their order.
func FuzzSentence(f *testing.F) {
	all := Languages()
	docShapes(f, func(l *Language, comment, _ string) {
		f.Add(uint8(slices.Index(all, l)), comment)
	})
	f.Fuzz(func(t *testing.T, id uint8, comment string) {
		got := all[int(id)%len(all)].doc.sentence(comment)
		if n := len([]rune(got)); n > maxDoc {
			t.Errorf("%d runes", n)
		}
		if strings.Join(strings.Fields(got), " ") != got {
			t.Errorf("%q is not one line of words", got)
		}
		if left := strings.ToValidUTF8(comment, ""); !strings.Contains(comment, "&") { // a named character is none of the comment's
			for _, r := range got {
				_, after, ok := strings.Cut(left, string(r))
				if isWordRune(r) && !ok {
					t.Fatalf("%q has a %q that is not in the comment %q", got, r, comment)
				}
				if ok && isWordRune(r) {
					left = after
				}
			}
		}
	})
}

// TestHostileDocs holds that no comment takes long.
func TestHostileDocs(t *testing.T) {
	const hang = 10 * time.Second
	for _, l := range Languages() {
		opening := append(l.doc.line, openings(l.doc.block)...)[0]
		for _, piece := range []string{
			"[", "](", "{@link ", "<a ", "<!--", "`", "*a", "_a", "@a", "'", "/a", "\\(", "+a", "(", "{{!", "[[a[", "&a;", ":a:`", "$a",
			"\"A.", "\n", "- a\n", "a:\n - ", "====\na\n", "[a]: b\n", "O(", "1. ", "see ", "C{", "```\n", "A. ",
		} {
			start := time.Now()
			l.doc.sentence(opening + " " + strings.Repeat(piece, maxDocBytes/len(piece)))
			if took := time.Since(start); took > hang {
				t.Errorf("%s: %q, repeated after %q, takes %s", l.ID, piece, opening, took)
			}
		}
	}
}

func openings(all []delimiters) (open []string) {
	for _, d := range all {
		open = append(open, d.open)
	}
	return open
}

// BenchmarkSentence reads the doc comments of testdata/docs.txtar, which is what
// a keystroke costs for each function that it changes.
func BenchmarkSentence(b *testing.B) {
	type comment struct {
		language *Language
		text     string
	}
	var comments []comment
	docShapes(b, func(l *Language, text, _ string) { comments = append(comments, comment{l, text}) })
	for i := 0; b.Loop(); i++ {
		c := comments[i%len(comments)]
		c.language.doc.sentence(c.text)
	}
}
