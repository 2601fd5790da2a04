package naming

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// titleMark matches the start of a test that has a title in place of a name:
// it("returns null", ...), @test "returns null" {.
var titleMark = lazyregexp.New(`^\s*(?:\w+\.)?@?[fx]?(?:it|test|specify|example|scenario)\b`)

// hasTitle reports whether n is a title, which is prose and no identifier.
func (n *name) hasTitle() bool {
	head := n.Code[:min(len(n.Code), maxHead)]
	return titleMark.MatchString(head) && (strings.Contains(head, `"`+n.Name) || strings.Contains(head, "'"+n.Name) || strings.Contains(head, "`"+n.Name))
}

// claims are words besides verbs that go on after "it", as a title does that
// says what holds.
var claims = english.NewSet(`should must can cannot can't will won't does doesn't is isn't has hasn't`)

// gaps are what is filled into a title when the test runs, and what is no prose.
const gaps = "%${}\\\"<>"

// titled is the rule for titles. One that says what holds makes a sentence as it
// is written; every other is left alone.
func titled(n *name) (string, bool) {
	if !n.hasTitle() {
		return "", false
	}
	title := strings.TrimRight(strings.TrimPrefix(n.Name, "it "), ".")
	first, rest, _ := strings.Cut(title, " ")
	if strings.ContainsAny(title, gaps) || !english.IsThirdPerson(first) && !claims.Has(first) || claims.Has(first) && rest == "" {
		return "", true
	}
	r, size := utf8.DecodeRuneInString(title)
	return "tests that it " + string(unicode.ToLower(r)) + title[size:], true
}
