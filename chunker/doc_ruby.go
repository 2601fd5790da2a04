package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// rdoc is the markup of RDoc and of YARD, which are hard to tell apart and do
// not contradict each other.
var rdoc = blockMarkup{part: rdocPart, inline: &constructs{
	'`': {codeSpan}, '+': {rdocCode}, '{': {yardLink}, '[': {rdocTarget, link}, '<': {autoLink, htmlElement},
	'*': {emphasis}, '_': {emphasis}, '\\': {rdocEscape}, '&': {entity}, 'r': {rdocReference},
}}

var (
	yardTags = words("abstract api attr attr_reader attr_writer author deprecated example note option param private raise return " +
		"see since todo version yield yieldparam yieldreturn macro method attribute parse scope visibility group endgroup throw rbs sig")
	rdocHeading       = lazyregexp.New(`^=+\s`)
	rdocDirective     = lazyregexp.New(`^:?(call-seq|[a-z]+(?:-[a-z]+)*):(?:\s*[\w-]*)?$`)
	rdocWord          = lazyregexp.New(`^\+([^\s+]+|\+)\+`)
	yardTarget        = lazyregexp.New(`^(?:#|::?|\.)?[A-Z_a-z][\w:#.]*[?!=]?(?:\([^()]*\))?$`)
	tomDocStatusAlone = lazyregexp.New(`^(?:Public|Internal|Private)[.:]?$`)
	tomDocStatus      = lazyregexp.New(`^(?:Public|Internal|Private):\s+`)
)

func rdocPart(line string) (part, string) {
	if line == "--" {
		return rest, ""
	}
	if tagName(line) == "overload" {
		return nothing, "" // what it does is said in the lines after it
	}
	if name := tagName(line); strings.HasPrefix(line, "@!") || yardTags[name] || name != "" && strings.HasPrefix(afterTag(line, name), "[") {
		return field, ""
	}
	if m := rdocDirective.FindStringSubmatch(line); m != nil {
		if m[1] == "call-seq" {
			return tag, ""
		}
		if line[0] == ':' {
			return nothing, ""
		}
	}
	if rdocHeading.MatchString(line) || tomDocStatusAlone.MatchString(line) {
		return nothing, ""
	}
	p, content := markdownPart(line)
	return p, strings.TrimPrefix(content, tomDocStatus.FindString(content))
}

// rdocCode reads +code+, which is one word.
func rdocCode(r *inlineReader, s string, at int) int {
	m := rdocWord.FindStringSubmatch(s[at:])
	if m == nil || afterWord(s, at) || at+len(m[0]) < len(s) && isWordByte(s[at+len(m[0])]) {
		return at
	}
	r.code(m[1])
	return at + len(m[0])
}

// yardLink reads {Target label} of YARD and {label}[address] of RDoc.
func yardLink(r *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if end == at {
		return at
	}
	text := s[at+1 : end-1]
	if end < len(s) && s[end] == '[' {
		if target := balanced(s, end); target > end {
			r.read(text)
			return target
		}
	}
	target, label := splitLabel(text)
	switch {
	case strings.Contains(target, "://"), strings.HasPrefix(target, "file:"):
	case !yardTarget.MatchString(target), at > 0 && s[at-1] != ' ' && s[at-1] != '(' && target[0] != '#', strings.HasSuffix(target, ":"):
		return at
	}
	if label == "" {
		r.code(target)
	} else {
		r.read(label)
	}
	return end
}

// rdocTarget reads the address of label[address].
func rdocTarget(_ *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if afterWord(s, at) && end > at && rdocAddress.MatchString(s[at+1:end-1]) {
		return end
	}
	return at
}

var rdocAddress = lazyregexp.New(`^(?:https?://|rdoc-ref:|link:|mailto:|www\.)`)

// rdocReference reads rdoc-ref:Name.
func rdocReference(_ *inlineReader, s string, at int) int {
	const prefix = "rdoc-ref:"
	if strings.HasPrefix(s[at:], prefix) && !afterWord(s, at) {
		return at + len(prefix)
	}
	return at
}

// rdocEscape reads \Word, which keeps RDoc from making a link of it.
func rdocEscape(_ *inlineReader, s string, at int) int {
	if at+2 < len(s) && ('A' <= s[at+1] && s[at+1] <= 'Z' && isWordByte(s[at+2]) || strings.IndexByte("*_+#<{", s[at+1]) >= 0) {
		return at + 1
	}
	return at
}
