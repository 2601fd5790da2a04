package naming

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

var (
	goTest   = lazyregexp.New(`^(Test|Benchmark|Fuzz)([^a-z]|$)`)
	testMark = lazyregexp.New(`(?m)^\s*(?:@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate)\b|#\[(?:[\w:]+::)?(?:test|rstest|test_case|wasm_bindgen_test|Test)\b|` +
		`\[(?:Fact|Test|Theory|TestMethod|DataTestMethod|TestCase|TestCaseSource)\b)`)
	googleTest = lazyregexp.New(`^\s*(?:TYPED_)?TEST(?:_F|_P)?\s*\(\s*\w+\s*,\s*(?:DISABLED_)?(\w+)`)
)

// maxTitle bounds the words of a test's name that is taken as it is.
const maxTitle = 30

// IsTest reports whether f is a test, by its name or by a mark that makes one of
// it.
func IsTest(f Function) bool {
	if f.Name == "" || len(f.Name) > maxName {
		return false
	}
	_, _, ok := read(f).asTest()
	return ok
}

// asTest returns what a test does and the words that say with what.
func (n *name) asTest() (verb string, words []string, ok bool) {
	words = n.words
	if len(words) == 0 {
		return "", nil, false
	}
	head := n.Code[:min(len(n.Code), maxHead)]
	marked := testMark.MatchString(head)
	switch {
	case n.Language == "go" && goTest.MatchString(n.Name) && strings.Contains(n.Code, "*testing."):
		verb = map[string]string{"Test": "tests", "Benchmark": "benchmarks", "Fuzz": "fuzzes"}[goTest.FindStringSubmatch(n.Name)[1]]
		return verb, words[1:], true
	case n.Language == "cpp" && googleTest.MatchString(head):
		title := googleTest.FindStringSubmatch(head)[1]
		return "tests", spell(Words(title), title), true
	case n.hasTitle():
		return "tests", words, true
	case words[0] == "test" && (marked || len(words) > 1 && strings.HasPrefix(n.plain, "test") && testPrefix.Has(n.Language) && !n.head.returns):
		return "tests", words[1:], true
	case words[len(words)-1] == "test" && marked:
		return "tests", words[:len(words)-1], true
	}
	return "tests", words, marked
}

// test is the rule for tests: their names say what is tested, or that something
// holds. What fits neither is taken as it is.
func test(n *name) (string, bool) {
	verb, words, ok := n.asTest()
	switch {
	case !ok:
		return "", false
	case len(words) == 0 || len(words) > maxTitle || !readable(words):
		return "", true
	}
	said := ""
	if len(words) <= maxWords {
		if said = n.claim(words); said == "" {
			said = n.tested(words, english.Gerund)
		}
	}
	if said == "" {
		said = strings.Join(words, " ")
		switch words[0] {
		case "it":
			said = "that " + said
		case "should":
			said = "that it " + said
		}
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
	if len(words) == 1 && isCertain(words[0]) && !nominal.Has(words[0]) {
		return form(words[0])
	}
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
