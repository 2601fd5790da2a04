package chunker

import "strings"

// The markups of Java and of what took its doc comments over: tags after an @,
// and in braces within a text of HTML or Markdown.
var (
	javadocDoc = blockMarkup{part: javadocPart, inline: &constructs{
		'`': {codeSpan}, '{': {braceTag('.')}, '<': {autoLink, htmlElement}, '&': {entity},
	}}
	jsdocDoc = blockMarkup{part: javadocPart, inline: &constructs{
		'`': {codeSpan}, '{': {braceTag('#')}, '[': {labelledTag, link}, '!': {image}, '<': {autoLink, htmlElement},
		'*': {emphasis}, '_': {emphasis}, '\\': {escape}, '&': {entity},
	}}
	phpDoc = blockMarkup{part: javadocPart, inline: &constructs{
		'`': {codeSpan}, '{': {braceTag('#')}, '[': {doubleBracket, link}, '!': {image}, '<': {autoLink, htmlElement},
		'*': {emphasis}, '_': {emphasis}, '&': {entity},
	}}
	kdoc = blockMarkup{part: javadocPart, inline: &constructs{
		'`': {codeSpan}, '{': {braceTag('.')}, '[': {link, nameLink}, '!': {image}, '<': {autoLink, htmlElement},
		'*': {emphasis}, '_': {emphasis}, '\\': {escape}, '&': {entity},
	}}
)

var (
	// summaryTags have the summary as their text.
	summaryTags = words("description desc summary brief short classdesc")
	// wordTags are one word, or a name, and say nothing of the text after them.
	wordTags = words("function func fn method member name class constructor async private public protected static export override " +
		"internal beta alpha api test final abstract generator readonly virtual ignore hidden nocollapse package this")
)

func javadocPart(line string) (part, string) {
	switch name := tagName(line); {
	case name == "":
		return markdownPart(line)
	case summaryTags[name]:
		return summary, afterTag(line, name)
	case wordTags[name]:
		return nothing, ""
	}
	return rest, ""
}

// braceTag reads {@code text}, {@link target label} and their like. Member is
// what is shown between a type and its member, which the target joins by #.
func braceTag(member byte) construct {
	return func(r *inlineReader, s string, at int) int { return readBraceTag(r, s, at, member) }
}

func readBraceTag(r *inlineReader, s string, at int, member byte) int {
	if !strings.HasPrefix(s[at:], "{@") {
		return at
	}
	end := balanced(s, at)
	if end == at {
		return at
	}
	name, text, _ := strings.Cut(s[at+2:end-1], " ")
	text = strings.TrimSpace(text)
	switch strings.ToLower(name) {
	case "code", "literal", "systemproperty", "index":
		r.code(text)
	case "inheritdoc", "docroot":
		if strings.TrimSpace(r.out.String()) == "" {
			r.out.WriteString(s[at:end]) // which says that nothing is said
		}
	default:
		target, label := splitLabel(text)
		if label == "" {
			target = strings.TrimPrefix(target, "#")
			if !strings.Contains(target, "://") {
				target = strings.ReplaceAll(target, "#", string(rune(member)))
			}
			r.code(target)
		} else {
			r.read(label)
		}
	}
	return end
}

// splitLabel splits "target label" and "target|label" at the first blank or bar
// outside brackets.
func splitLabel(text string) (target, label string) {
	depth := 0
	for i, c := range text {
		switch c {
		case '(', '<', '[':
			depth++
		case ')', '>', ']':
			depth--
		case ' ', '|':
			if depth <= 0 {
				return text[:i], strings.Trim(text[i:], " |")
			}
		}
	}
	return text, ""
}

// labelledTag reads [label]{@link target}.
func labelledTag(r *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if end == at || !strings.HasPrefix(s[end:], "{@") {
		return at
	}
	tagEnd := balanced(s, end)
	if tagEnd == end {
		return at
	}
	r.read(s[at+1 : end-1])
	return tagEnd
}

// doubleBracket reads [[target label]] and [[target|label]], a link.
func doubleBracket(r *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if !strings.HasPrefix(s[at:], "[[") || end < at+5 || s[end-2] != ']' {
		return at
	}
	text := s[at+2 : end-2]
	if inner := balanced(text+" ", 0); text[0] == '[' && inner == len(text) {
		text = text[1 : inner-1] // of an overloaded method
	}
	target, label := splitLabel(text)
	if label == "" {
		r.code(strings.TrimSuffix(target, "$"))
	} else {
		r.read(label)
	}
	return end
}
