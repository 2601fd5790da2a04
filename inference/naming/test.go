package naming

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
)

var (
	goTest   = regexp.MustCompile(`^(Test|Benchmark|Fuzz)([^a-z]|$)`)
	testMark = regexp.MustCompile(`(?m)^\s*(?:@(?:Test|ParameterizedTest)\b|#\[(?:\w+::)?test\b|\[(?:Fact|Test|Theory|TestMethod|TestCase)\b)`)
)

// test is the rule for tests: their names say what is tested, or that something
// holds.
func test(n *name) (string, bool) {
	words := n.words
	verb, form := "tests", english.Gerund
	marked := testMark.MatchString(n.Code[:min(len(n.Code), maxHead)])
	switch {
	case n.Language == "go" && goTest.MatchString(n.Name) && strings.Contains(n.Code, "*testing."):
		verb = map[string]string{"Test": "tests", "Benchmark": "benchmarks", "Fuzz": "fuzzes"}[goTest.FindStringSubmatch(n.Name)[1]]
		words = words[1:]
	case words[0] == "test" && (marked || testPrefix.Has(n.Language) && !n.head.returns):
		words = words[1:]
	case words[len(words)-1] == "test" && marked:
		words = words[:len(words)-1]
	case !marked:
		return "", false
	}
	if len(words) == 0 {
		return "", true
	}
	said := n.claim(words)
	if said == "" {
		said = n.tested(words, form)
	}
	if said == "" {
		return "", true
	}
	return verb + " " + said, true
}

// testPrefix are languages whose tests begin with "test" without a mark.
var testPrefix = english.NewSet(`python ruby php java kotlin scala csharp rust javascript typescript elixir cpp c`)

// claim is a test's name that says what holds: returns_none, should_fail,
// parser_returns_none.
func (n *name) claim(words []string) string {
	holds := func(w string) bool {
		return english.IsThirdPerson(w) && english.IsPlainVerb(strings.TrimSuffix(w, "s"))
	}
	at := slices.IndexFunc(words, func(w string) bool {
		return holds(w) || w == "should" || w == "is" || w == "can" || w == "cannot" || w == "has"
	})
	if at < 0 || at == len(words)-1 && words[at] != "returns" && !holds(words[at]) {
		return ""
	}
	subject := "it"
	if at > 0 {
		said, ok := nounPhrase(words[:at], "the")
		if !ok || isCertain(words[0]) {
			return ""
		}
		subject = said
		if english.IsPlural(words[at-1]) {
			return ""
		}
	}
	rest := words[at:]
	if rest[0] == "should" {
		if len(rest) < 2 || !isVerb(rest[1]) && rest[1] != "be" && rest[1] != "have" {
			return ""
		}
		rest = append([]string{english.ThirdPerson(rest[1])}, rest[2:]...)
	}
	return "that " + subject + " " + strings.Join(rest, " ")
}

// tested is a test's name that says what it is about.
func (n *name) tested(words []string, form func(string) string) string {
	if isCertain(words[0]) && len(words) > 1 && !nominal.Has(words[0]) {
		v, rest := words[0], words[1:]
		if said, ok := complement(rest, "the", nil); ok && compounds[v] == "" {
			return form(v) + " " + said
		}
		return ""
	}
	if len(words) == 2 && n.snake && n.verbLast() && !isVerb(words[0]) {
		return form(words[1]) + " the " + words[0]
	}
	if slices.ContainsFunc(words, func(w string) bool { return isCertain(w) }) || len(words) > 4 {
		return ""
	}
	said, _ := complement(words, "its", nil)
	return said
}
