package naming

import (
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// accessor is the rule for setters that are marked by an equals sign.
func accessor(n *name) (string, bool) {
	if n.Language != "ruby" || !strings.HasSuffix(n.Name, "=") {
		return "", false
	}
	if last := n.words[len(n.words)-1]; english.IsAdjective(last) && len(n.words) == 1 {
		return "sets whether it is " + last, true
	}
	said, _ := nounPhrase(n.words, "its")
	if said == "" {
		return "", true
	}
	return "sets " + said, true
}

var (
	// typeName finds the type in a result: *Limiter, Result<Limiter>, (Limiter, error).
	typeName = lazyregexp.New(`[A-Z]\w*`)
	// onlyModifiers is what stands before the name of a Java, C# or C++ constructor.
	onlyModifiers = lazyregexp.New(`^(?:(?:public|private|protected|internal|static|explicit|inline|constexpr|extern|unsafe|/\*.*\*/|template\s*<[^>]*>|[A-Za-z_]\w*::|@\w+(?:\([^)]*\))?|<[\w\s,]+>)\s*)*$`)
)

// constructor is the rule for what makes a new value of a type.
func constructor(n *name) (string, bool) {
	words := n.words
	switch {
	case strings.HasPrefix(n.Name, "~") || strings.Contains(n.Name, "::~"):
		return "destroys the object", true
	case n.head.seen && typed.Has(n.Language) && n.Language != "c" && n.plain != "" && n.plain[0] >= 'A' && n.plain[0] <= 'Z' && onlyModifiers.MatchString(n.head.before):
		if n.Language == "csharp" { // as .NET has it
			return "initializes a new instance of the " + n.plain + " class", true
		}
		return "creates a new " + n.plain, true
	case n.Language == "scala" && n.Name == "this", n.Language == "kotlin" && n.Name == "constructor":
		return "creates a new instance", true
	case words[0] != "new":
		return "", false
	}
	result := typeName.FindAllString(n.head.result, -1)
	for _, outer := range []string{"Result", "Option", "Self", "Box", "Arc", "Rc", "Promise", "T"} {
		result = slices.DeleteFunc(result, func(s string) bool { return s == outer })
	}
	if len(words) == 1 {
		switch {
		case len(result) > 0 && (n.Language == "go" || n.Language == "rust"):
			return "creates a new " + result[0], true
		case n.Language == "go" && !n.head.returns:
			return "", true
		}
		return "creates a new instance", n.Language != "shellscript"
	}
	if isVerb(words[1]) && !things.Has(words[len(words)-1]) && len(words) == 2 && !n.head.returns {
		return "", true
	}
	stated := n.plain[len("new"):]
	// NewReaderSize makes a Reader as well.
	if i := slices.IndexFunc(result, func(s string) bool { return strings.HasPrefix(strings.TrimLeft(stated, "_"), s) }); i >= 0 {
		return "creates a new " + result[i], true
	}
	said, ok := complement(words[1:], "", n)
	if !ok || english.IsPlural(words[len(words)-1]) || prepositions.Has(words[1]) || determiners.Has(words[1]) {
		return "", true
	}
	return "creates a new " + said, true
}

// option is the rule for Go's functional options.
func option(n *name) (string, bool) {
	if n.words[0] != "with" || len(n.words) == 1 {
		return "", n.words[0] == "with"
	}
	if n.Language == "go" && strings.Contains(n.head.result, "Option") {
		if said, ok := complement(n.words[1:], "its", n); ok {
			return "returns an option that sets " + said, true
		}
	}
	if n.head.arity == 1 && n.namesParameter() && n.head.returns {
		if said, ok := nounPhrase(n.words[1:], "its"); ok {
			return "sets " + said, true
		}
	}
	return "", true
}

// event is the rule for handlers of events. In C#, OnX raises the event X as
// often as it handles it.
func event(n *name) (string, bool) {
	if n.words[0] != "on" {
		return "", false
	}
	if len(n.words) == 1 || len(n.words) > 4 || n.Language == "csharp" {
		return "", true
	}
	words := n.words[1:]
	if words[len(words)-1] == "event" {
		words = words[:len(words)-1]
	}
	if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return function.Has(w) && w != "up" && w != "out" }) {
		return "", true
	}
	return "handles the " + strings.Join(words, " ") + " event", true
}

// component is the rule for components of React and its like, which are nouns
// with a capital that return markup.
func component(n *name) (string, bool) {
	if !isScript(n.Language) || n.plain == "" || n.plain[0] < 'A' || n.plain[0] > 'Z' || !markup.MatchString(n.Code[:min(len(n.Code), maxBody)]) {
		return "", false
	}
	said, ok := nounPhrase(n.words, "the")
	if !ok {
		return "", true
	}
	return "renders " + said, true
}

var markup = lazyregexp.New(`(?:return|=>)\s*\(?\s*<[A-Za-z>]`)

// noun is the rule for what a function returns.
func noun(n *name) (string, bool) {
	first, last := n.words[0], n.words[len(n.words)-1]
	switch {
	case !n.head.returns, n.head.yes, len(last) == 1, strings.HasPrefix(n.result(), "error"):
		return "", true
	case len(n.words) == 1 && (definite.Has(first) && first != "same" && first != "main" && first != "default"):
		if n.head.arity > 0 {
			return "", true
		}
		return "returns the " + first + " element", true
	case len(n.words) == 1 && !things.Has(first) && n.head.arity > 1, isVerb(last) && !things.Has(last) && !english.IsPlural(last):
		return "", true
	case english.IsParticiple(first), isCertain(first) && !things.Has(first), english.IsAdjective(last):
		return "", true
	}
	said, ok := complement(n.words, "its", nil)
	if !ok || prepositions.Has(first) || !n.names(last) {
		return "", true
	}
	for _, w := range n.words[:len(n.words)-1] {
		if english.IsPlainVerb(w) && !things.Has(w) || n.Language == "c" && !strings.ContainsAny(w, "aeiouyAEIOUY") {
			return "", true
		}
	}
	return "returns " + said, true
}

// endings are those of nouns.
var endings = []string{"tion", "sion", "ment", "ness", "ity", "ance", "ence", "ship", "ator", "ger", "ler", "der", "ter", "ser", "ner", "ctor", "ture", "ogy"}

// names reports whether w is a noun for certain: by its form, or because the
// body has it too.
func (n *name) names(w string) bool {
	if things.Has(w) || english.IsPlural(w) || english.IsMass(w) || isAcronym(w) && len(n.words) > 1 {
		return true
	}
	for _, e := range endings {
		if strings.HasSuffix(w, e) && !isVerb(w) {
			return true
		}
	}
	_, body, _ := strings.Cut(n.Code[:min(len(n.Code), maxBody)], n.Name)
	parts := Words(n.plain)
	return n.Language != "c" && strings.Contains(strings.ToLower(body), strings.ToLower(parts[len(parts)-1]))
}

func (n *name) result() string { return strings.Trim(n.head.result, "() ") }
