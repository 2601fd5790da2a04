package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// docstrings are in reStructuredText, in Google's or NumPy's form of it, in
// epytext or in Markdown. Nothing tells which, and they do not contradict each
// other in what a summary has.
var docstrings = blockMarkup{part: docstringPart, inline: &constructs{
	'`': {interpreted}, ':': {role}, '*': {emphasis}, '[': {footnote, link}, '\\': {escape}, '<': {autoLink}, '$': {texMath},
	'L': {epytext}, 'C': {epytext}, 'I': {epytext}, 'B': {epytext}, 'U': {epytext}, 'X': {epytext}, 'M': {epytext},
}}

var (
	epytextTags = words("param return rtype returns type raise raises keyword arg group ivar cvar var see note deprecated since author version todo warning attention")
	rstField    = lazyregexp.New(`^:\w+[^:` + "`" + `]*:(?:\s|$)`)
	roleName    = lazyregexp.New("^:[a-zA-Z][\\w:+.-]*:`")
	rstTarget   = lazyregexp.New(`^(.*\S)\s*<([^<> ]*[./:#_][^<> ]*)>$`)
)

func docstringPart(line string) (part, string) {
	switch {
	case rstField.MatchString(line), epytextTags[tagName(line)]:
		return rest, ""
	case strings.HasPrefix(line, ".. "):
		return field, ""
	case strings.HasPrefix(line, ">>> "), line == `\b`:
		return tag, ""
	case summaryTags[tagName(line)]:
		return summary, afterTag(line, tagName(line))
	}
	return markdownPart(line)
}

// interpreted reads “code“, `name`, `label <target>`_ and their like.
func interpreted(r *inlineReader, s string, at int) int {
	n := len(s[at:]) - len(strings.TrimLeft(s[at:], "`"))
	text, end := backticked(s, at, n)
	if end == at || n > 1 {
		return codeSpan(r, s, at)
	}
	if m := rstTarget.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	r.code(shortened(text))
	for end < len(s) && s[end] == '_' {
		end++
	}
	return end
}

// shortened reads the marks before a target: ~ leaves the last part of a dotted
// name, ! makes no link.
func shortened(target string) string {
	if name, ok := strings.CutPrefix(target, "~"); ok {
		return name[strings.LastIndexByte(strings.TrimSuffix(name, "."), '.')+1:]
	}
	return strings.TrimPrefix(target, "!")
}

// role reads :role:`text`.
func role(r *inlineReader, s string, at int) int {
	m := roleName.FindString(s[at:])
	if m == "" || afterWord(s, at) {
		return at
	}
	start := at + len(m) - 1
	text, end := backticked(s, start, 1)
	if end == start {
		return at
	}
	if i := strings.LastIndexByte(text, '<'); i > 0 && strings.HasSuffix(text, ">") {
		text = strings.TrimSpace(text[:i])
	}
	r.code(shortened(text))
	return end
}

// footnote reads [1]_ and [Name]_, which say nothing.
func footnote(_ *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if end > at && end < len(s) && s[end] == '_' {
		return end + 1
	}
	return at
}

// epytext reads C{code}, L{label<target>} and their like.
func epytext(r *inlineReader, s string, at int) int {
	if afterWord(s, at) || at+1 == len(s) || s[at+1] != '{' {
		return at
	}
	end := balanced(s, at+1)
	if end == at+1 {
		return at
	}
	text := s[at+2 : end-1]
	if i := strings.LastIndexByte(text, '<'); i > 0 && strings.HasSuffix(text, ">") && (s[at] == 'L' || s[at] == 'U') {
		text = text[:i]
	}
	if s[at] == 'I' || s[at] == 'B' {
		r.read(text)
	} else {
		r.code(text)
	}
	return end
}

// texMath reads $math$, not the dollars of sums and variables.
func texMath(r *inlineReader, s string, at int) int {
	text, end, ok := between(s, at, "$", "$")
	if !ok || text == "" || strings.TrimSpace(text) != text || afterWord(s, at) || end < len(s) && isWordByte(s[end]) {
		return at
	}
	r.code(texCommand.ReplaceAllString(text, "$1"))
	return end
}
