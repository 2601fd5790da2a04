package prompt

import (
	"strings"

	"github.com/gloss-lsp/gloss/inference/english"
	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// What models say before they come to the point.
var (
	// "Sure! ", "Of course, "
	courtesy = lazyregexp.New(`(?i)^(?:sure(?: thing)?|certainly|of course|okay|ok|yes|absolutely|great)[!,.:]+\s+`)
	// "I'd be happy to help! "
	happy = lazyregexp.New(`(?i)^i(?:['’]d be|['’]m| am| would be) (?:happy|glad) to (?:help|assist)[^.!:]{0,60}[.!:]+\s+`)
	// "Here is a summary of the function: "
	hereIs = lazyregexp.New(`(?i)^here(?:['’]s| is| are)\b[^.:]{0,100}:\s*`)
	// "In short, "
	inShort = lazyregexp.New(`(?i)^(?:in (?:summary|short|brief|essence|other words|a nutshell|one sentence)|overall|basically|essentially|simply put|to summarize)[,:]\s+`)
	// "Summary: ", "A one-line description of the code: "
	label = lazyregexp.New(`(?i)^(?:(?:the|a|an|my|short|brief|concise|one[- ](?:line|sentence)|code|function|method|final)\s+)*(?:summary|description|explanation|answer|output|tl;?dr|purpose|docstring|comment|response|assistant|function|method|a)(?: of [^.:]{1,60})?\s*(?::\s*|$)`)
	// "The summary of this function is that it "
	labelIs = lazyregexp.New(`(?i)^(?:the|its|['’]s) (?:main )?(?:purpose|goal|aim|role|job)(?: of (?:this|the) (?:\S+ ){0,2}?(?:function|method|code|constructor))? is (?:that it )?`)
	// ": ", "- ": what is left of a label.
	leftover = lazyregexp.New(`^[\p{P}\p{S}]+\s+`)
	// "This function ", "The given Python method ", "The code you provided "
	subject = lazyregexp.New(`(?i)^(?:this|the)(?: [^\s,.;:]+){0,2}? (?:function|method|procedure|routine|constructor|destructor|code|snippet|macro)(?: (?:that )?you(?:['’]ve)? (?:provided|shared|posted|gave))?,? (?:that |which )?`)
	// "does the following: 1. "
	following = lazyregexp.New(`(?i)^(?:it )?(?:does|performs) (?:the following|these|several|a few)(?: (?:things|steps|tasks|operations|actions))?: (?:(?:\d{1,2}[.)]|[-*•]) )?`)
	// What may follow that: "named parse_port "
	named = lazyregexp.New(`^(?:(?:named|called) )?["']?([\p{L}\p{N}_.:]+)(?:\(\))?["']?,? (?:that |which )?`)
	// "It is a helper function that ", "A method to ", "Utility function used to "
	isA = lazyregexp.New(`(?i)^(?:(?:(?:it|this) )?is (?:an?|the) (?:[\p{L}-]+ ){0,2}?|an? (?:[\p{L}-]+ ){0,2}?|(?:(?:simple|static|async|private) )*)(?:(?:(?:helper|utility|convenience) )?(?:function|method|routine|procedure)|helper|utility)(?: that| which| used)?(?: to\b)? `)
	// What stands between a name and what is said of it.
	separator = lazyregexp.New(`^(?::| [-–—]) +`)
	// "is used to ", "will ", "to "
	auxiliary = lazyregexp.New(`(?i)^(?:will|(?:(?:is|can be|should be) )?(?:used|designed|intended|meant|able|supposed) to|aims to|serves to|to) `)
)

// withoutLeadIn removes everything before the sentence's verb that only says
// that a sentence about a function follows.
func withoutLeadIn(s string, f Function) string {
	for _, r := range []*lazyregexp.Regexp{courtesy, happy, hereIs, inShort, label, labelIs, leftover} {
		s = s[len(r.FindString(s)):]
	}
	s = unquote(s)
	s = withoutName(withoutSubject(s, f), f)
	s = s[len(following.FindString(s)):]
	if m := isA.FindString(s); m != "" && beginsVerb(s[len(m):]) {
		s = s[len(m):]
	}
	first, rest, _ := strings.Cut(s, " ")
	if (strings.EqualFold(first, "it") || strings.EqualFold(first, "this")) && english.IsThirdPerson(firstWord(rest)) {
		s = rest
	}
	return s
}

// withoutSubject removes "This function" and its like from the head of s where
// a predicate follows: "The function name is empty" has another subject.
func withoutSubject(s string, f Function) string {
	this := subject.FindString(s)
	if this == "" {
		return s
	}
	rest := s[len(this):]
	if m := named.FindStringSubmatch(rest); m != nil && f.Name != "" && strings.HasSuffix(m[1], f.Name) {
		rest = rest[len(m[0]):]
	}
	if beginsPredicate(rest) {
		return rest
	}
	return s
}

// arguments are those of a call.
var arguments = lazyregexp.New(`^\([^()]*\)`)

// withoutName removes the function's own name from the head of s: "parse_port:
// parses ...", "ParsePort(x) parses ...", and after a begun "This function"
// also "named parse_port, parses ...". A name that is a verb itself stays
// unless its object follows, as in "Get returns the ...".
func withoutName(s string, f Function) string {
	head := s
	if called, ok := cutAnyPrefix(s, "named ", "called "); ok {
		head = called
	}
	rest, ok := strings.CutPrefix(head, f.Name)
	if !ok || f.Name == "" {
		return s
	}
	rest = rest[len(arguments.FindString(rest)):]
	if said := rest[len(separator.FindString(rest)):]; said != rest && strings.ContainsFunc(said, isWordRune) {
		return said
	}
	rest, ok = strings.CutPrefix(strings.TrimPrefix(rest, ","), " ")
	verb, object, _ := strings.Cut(rest, " ")
	if !ok || !english.IsThirdPerson(verb) || english.IsVerb(f.Name) && !english.IsArticle(firstWord(object)) {
		return s
	}
	return rest
}

func cutAnyPrefix(s string, prefixes ...string) (rest string, found bool) {
	for _, p := range prefixes {
		if rest, found = strings.CutPrefix(s, p); found {
			return rest, true
		}
	}
	return s, false
}

// beginsPredicate reports whether s begins as a sentence goes on after its
// subject.
func beginsPredicate(s string) bool {
	word := strings.ToLower(firstWord(s))
	next := firstWord(strings.TrimPrefix(s[len(firstWord(s)):], " "))
	switch word {
	case "is", "has", "does", "will", "can", "was", "should", "must", "may", "to":
		return true
	case "parameters", "arguments", "args", "params":
		return false
	}
	switch {
	case strings.HasSuffix(word, "ly"):
		return english.IsThirdPerson(next) || strings.HasSuffix(next, "s")
	case strings.HasSuffix(word, "ss"), strings.HasSuffix(word, "us"), strings.HasSuffix(word, "'s"), strings.HasSuffix(word, "’s"):
		return english.IsThirdPerson(word)
	}
	return strings.HasSuffix(word, "s") || english.IsImperative(word, next)
}

func beginsVerb(s string) bool {
	word, rest, _ := strings.Cut(s, " ")
	return english.IsThirdPerson(word) || english.IsImperative(word, firstWord(rest))
}

// verbFirst puts the verb in front into the third person where it is safe to
// say that it is one: "To parse", "Will parse" and "Parse" become "Parses",
// and so do the plain verbs that an "and" joins to it.
func verbFirst(s string, f Function) string {
	if m := auxiliary.FindString(s); m != "" {
		if word, rest, _ := strings.Cut(s[len(m):], " "); english.IsImperative(word, firstWord(rest)) {
			s = s[len(m):]
		}
	}
	ws := strings.Split(s, " ")
	if len(ws) < 2 || ws[0] == f.Name && strings.ContainsAny(f.Name, "_.") || !english.IsImperative(ws[0], ws[1]) {
		return s
	}
	ws[0] = english.ThirdPerson(strings.ToLower(ws[0]))
	for i := 1; i+1 < len(ws); i++ {
		if governors.Has(ws[i]) {
			break
		}
		if joins := ws[i-1] == "and" || ws[i-1] == "or" || ws[i-1] == "then"; joins && isLower(ws[i]) && english.IsPlainVerb(ws[i]) && english.IsArticle(ws[i+1]) {
			ws[i] = english.ThirdPerson(ws[i])
		}
	}
	return strings.Join(ws, " ")
}

// governors are words after which a verb keeps its plain form.
var governors = english.NewSet(`can could let lets may might must not should that to which will would`)

func isLower(s string) bool { return s == strings.ToLower(s) }

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// quotes pairs the marks that models put around a whole sentence.
var quotes = map[rune]string{'"': `"`, '\'': "'", '“': "”", '‘': "’", '«': "»"}

// unquote removes marks of quotation around the whole of s, and one at its
// start that is never closed.
func unquote(s string) string {
	for open, closing := range quotes {
		rest, ok := strings.CutPrefix(s, string(open))
		if !ok {
			continue
		}
		switch i := strings.Index(rest, closing); {
		case i < 0:
			return rest
		case strings.Trim(rest[i+len(closing):], ".!?…") == "":
			return rest[:i]
		}
	}
	return s
}
