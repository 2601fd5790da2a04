package naming

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// head is what the start of a function's code says. It is read as text: what it
// takes for a parameter may be none, so that a rule must be able to live without
// it.
type head struct {
	before   string   // what stands before the name
	receiver string   // Go: the receiver's type
	params   []string // names of the parameters, without self and contexts
	arity    int      // of all parameters but self
	result   string   // between the parameters and the body
	returns  bool     // the code returns a value
	yes      bool     // which is a boolean
	seen     bool     // there is code at all
}

const (
	// maxHead bounds the bytes that are searched for a head, maxBody those that
	// are searched for a return.
	maxHead = 2000
	maxBody = 20000
)

// implicit are languages in which a function's last expression is its value.
var implicit = english.NewSet(`ruby scala haskell ocaml elixir`)

// typed are languages that write a parameter's type before its name.
var typed = english.NewSet(`c cpp java csharp`)

var (
	returned = lazyregexp.New(`\breturn\b[ \t]*[^;\s})]|\byield\b`)
	boolean  = lazyregexp.New(`\b(?:bool|boolean|Bool|Boolean|_Bool)\b`)
	nothing  = lazyregexp.New(`(?:->|:)\s*(?:Promise<|Result<|io::Result<|Future<)?(?:void|Unit|None|undefined|Nothing|never|\(\)|!)(?:\s*,.*)?>?\s*:?$`)
	nothingC = lazyregexp.New(`\b(?:void|Task)\s*(?:\s[\w:<>]+::)?$`)
	receiver = lazyregexp.New(`^\s*func\s*\(\s*(?:\w+\s+)?\*?\s*([A-Za-z_]\w*)`)
	ident    = lazyregexp.New(`[A-Za-z_]\w*`)
	marks    = lazyregexp.New(`(?m)^\s*(?:@[\w.]+(?:\([^()\n]*\))?\s*|#!?\[[^\]\n]*\]\s*|\[[A-Za-z][^\]\n]*\]\s*)`)
)

func readHead(f Function) head {
	h := head{seen: f.Code != ""}
	code := f.Code[:min(len(f.Code), maxHead)]
	for { // decorators, attributes and annotations
		m := marks.FindString(code)
		if m == "" || !strings.HasPrefix(code, m) {
			break
		}
		code = code[len(m):]
	}
	at := find(code, f.Name)
	if at < 0 {
		return h
	}
	h.before = strings.TrimSpace(code[:at])
	if m := receiver.FindStringSubmatch(code[:at]); m != nil && f.Language == "go" {
		h.receiver = m[1]
	}
	params, rest := parameters(code[at+len(f.Name):])
	for _, p := range params {
		h.parameter(f.Language, p)
	}
	h.result = result(rest)
	h.returns = h.value(f)
	h.yes = boolean.MatchString(h.result) || typed.Has(f.Language) && boolean.MatchString(h.before)
	return h
}

// find returns where name stands in code as a whole identifier, or -1.
func find(code, name string) int {
	isPart := func(b byte) bool {
		return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
	}
	for from := 0; ; {
		i := strings.Index(code[from:], name)
		if i < 0 {
			return -1
		}
		at, end := from+i, from+i+len(name)
		if (at == 0 || !isPart(code[at-1]) || !isPart(name[0])) && (end == len(code) || !isPart(code[end]) || !isPart(name[len(name)-1])) {
			return at
		}
		from = at + 1
	}
}

// parameters returns what stands between the first brackets of code, divided at
// its commas, and the rest behind them. Type parameters are passed over.
func parameters(code string) (params []string, rest string) {
	open := strings.IndexByte(code, '(')
	if open < 0 || strings.ContainsAny(code[:open], "{;") {
		return nil, code
	}
	depth, start := 0, open+1
	for i := open; i < len(code); i++ {
		switch code[i] {
		case '(', '[', '{', '<':
			depth++
		case '>':
			if code[i-1] != '-' && code[i-1] != '=' {
				depth--
			}
		case ')', ']', '}':
			depth--
		case ',':
			if depth == 1 {
				params = append(params, code[start:i])
				start = i + 1
			}
		}
		if depth <= 0 {
			return append(params, code[start:i]), code[i+1:]
		}
	}
	return params, ""
}

// passed are parameters that a function works with and not on.
var passed = english.NewSet(`self this cls ctx context`)

// parameter notes the parameter p, as it is written.
func (h *head) parameter(language, p string) {
	p, _, _ = strings.Cut(p, "=")
	if !typed.Has(language) {
		p, _, _ = strings.Cut(p, ":")
	}
	names := ident.FindAllString(p, -1)
	names = slices.DeleteFunc(names, func(s string) bool { return s == "mut" || s == "ref" || s == "const" || s == "void" || s == "noalias" })
	if len(names) == 0 {
		return
	}
	is := names[0]
	if typed.Has(language) || language == "php" {
		if is = names[len(names)-1]; len(names) == 1 && language != "php" {
			is = "" // a type without a name
		}
	}
	if is == "self" || is == "this" || is == "cls" {
		return
	}
	h.arity++
	if !passed.Has(is) {
		h.params = append(h.params, is)
	}
}

// result returns what stands before the body in what follows the parameters.
func result(rest string) string {
	for i := range len(rest) {
		switch rest[i] {
		case '{', '\n', ';':
			return strings.TrimSpace(rest[:i])
		case '=':
			if !strings.HasPrefix(rest[i:], "=>") {
				return strings.TrimSpace(rest[:i])
			}
		}
	}
	return strings.TrimSpace(rest)
}

// value reports whether the function gives one.
func (h *head) value(f Function) bool {
	body := f.Code[:min(len(f.Code), maxBody)]
	switch f.Language {
	case "go":
		return h.result != "" && h.result != "error"
	case "rust":
		return strings.Contains(h.result, "->") && !nothing.MatchString(h.result)
	case "shellscript", "bash", "sh":
		return false
	case "c", "cpp", "java", "csharp":
		if nothingC.MatchString(h.before) {
			return false
		}
		return returned.MatchString(body) || strings.Contains(body, "=>")
	}
	if nothing.MatchString(h.result) {
		return false
	}
	if implicit.Has(f.Language) || returned.MatchString(body) {
		return true
	}
	switch f.Language {
	case "javascript", "javascriptreact", "typescript", "typescriptreact":
		i := strings.Index(body, "=>")
		return i >= 0 && !strings.HasPrefix(strings.TrimSpace(body[i+2:]), "{")
	case "kotlin":
		return regexp.MustCompile(`^[^{\n]*\)[^{\n]*=`).MatchString(body)
	}
	return false
}

// subject is the noun that the function is about where its name does not say:
// the Go receiver's type, or "it".
func (n *name) subject() string {
	if r := n.head.receiver; len(r) > 2 {
		if words := spell(Words(r), r); len(words) > 0 && len(words) < 4 && isNoun(words[len(words)-1]) {
			return "the " + strings.Join(words, " ")
		}
	}
	return "it"
}

// vague are parameters whose names do not say what a function works on.
var vague = english.NewSet(`
	a acc action arg args arguments b c callback callbacks cb cc config configuration count debug def done e ev
	event f flag flags fn force func function g h handler i init j k kwargs l length limit listener m mode n next offset
	opt option options opts other out output p param parameter params parameters prefix props q r recursive res result s settings size
	start state status t temporary that this timeout tmp type v verbose w x y z argument arguments block blk exc rhs lhs
	resolve reject delta dt time environment kind level depth width height number reader writer encoder decoder
	serializer deserializer visitor formatter scanner var`)

// object is the one parameter where it says what the function works on, as a
// noun without its article.
func (n *name) object() (string, bool) {
	if len(n.head.params) != 1 {
		return "", false
	}
	p := strings.Trim(n.head.params[0], "_$")
	words := spell(Words(p), p)
	if len(p) < 3 || len(words) == 0 || len(words) > 3 || vague.Has(words[len(words)-1]) || vague.Has(p) {
		return "", false
	}
	for _, w := range words {
		if len(w) < 2 || function.Has(w) {
			return "", false
		}
	}
	last := words[len(words)-1]
	if !isNoun(last) || isVerb(words[0]) && len(words) > 1 || isVerb(last) && !things.Has(last) {
		return "", false
	}
	return strings.Join(words, " "), true
}
