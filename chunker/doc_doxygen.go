package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// doxygenDoc is Doxygen's markup: commands after \ or @, HTML and Markdown. Any
// comment of C may be in it, so what is no command is text.
var doxygenDoc = blockMarkup{part: doxygenPart, inline: &constructs{
	'`': {codeSpan}, '\\': {command}, '@': {command}, '[': {link}, '!': {image}, '<': {autoLink, htmlElement},
	'*': {emphasis}, '%': {notLinked}, '&': {entity},
}}

var (
	commandName  = lazyregexp.New(`^[@\\]([a-z]+)(?:\[[a-z,]*\])?:?(?:$|\s|\{)`)
	preprocessed = lazyregexp.New(`^#\s*(?:if|ifdef|ifndef|define|endif|include|else|elif|undef|pragma)\b`)
	// declaration matches the head of a function, which some repeat.
	declaration = lazyregexp.New(`^(?:static|inline|extern|const|unsigned|signed|struct|void|int|char|bool|long|short|float|double|size_t|\w+_t|template)\b[^.]*\([^()]*\)\s*(?:const)?\s*[{;]?$`)
	// wordCommands are about the word after them.
	wordCommands = words("c p a e em b ref link")
	// verbatimCommands start what ends at another command.
	verbatimCommands = words("code verbatim dot msc startuml f htmlonly latexonly")
	// namingCommands say what the comment is about, or where that belongs.
	namingCommands = words("fn def var typedef struct union enum class namespace name ingroup internal private protected public static " +
		"memberof cond endcond headerfile overload relates callgraph callergraph nosubgrouping function func method")
)

func doxygenPart(line string) (part, string) {
	m := commandName.FindStringSubmatch(line)
	switch {
	case m != nil:
	case preprocessed.MatchString(line), declaration.MatchString(line), strings.HasPrefix(line, "@{"), strings.HasPrefix(line, "@}"):
		return nothing, ""
	default:
		return markdownPart(line)
	}
	switch name := m[1]; {
	case wordCommands[name]:
		return prose, line
	case summaryTags[name], name == "details":
		return summary, strings.TrimLeft(afterTag(line, name), ": ")
	case verbatimCommands[name]:
		return fence, "end" + name
	case namingCommands[name]:
		return nothing, ""
	case name == "file":
		return rest, ""
	}
	return tag, ""
}

// command reads \c word and its like.
func command(r *inlineReader, s string, at int) int {
	if at > 0 && s[at-1] != ' ' && s[at-1] != '(' {
		return at
	}
	if text, end, ok := between(s, at, `\f$`, `\f$`); ok {
		r.code(text)
		return end
	}
	m := commandName.FindStringSubmatch(s[at:])
	if m == nil || !wordCommands[m[1]] {
		return at
	}
	end := at + len(m[0])
	if m[1] == "ref" || m[1] == "link" {
		word, label, _ := strings.Cut(s[end:], " ")
		if text, last, ok := between(label, 0, `"`, `"`); ok && m[1] == "ref" {
			r.read(text)
			return end + len(word) + 1 + last
		}
		if text, last, ok := between(label, 0, "", s[at:at+1]+"endlink"); ok && m[1] == "link" {
			r.read(strings.TrimSpace(text))
			return end + len(word) + 1 + last
		}
		return end
	}
	word, _, _ := strings.Cut(s[end:], " ")
	bare := strings.TrimRight(word, ".,;:!?")
	r.code(bare)
	return end + len(bare)
}

// notLinked reads %Word, which keeps Doxygen from making a link of it.
func notLinked(_ *inlineReader, s string, at int) int {
	if at+1 < len(s) && 'A' <= s[at+1] && s[at+1] <= 'Z' && (at == 0 || s[at-1] == ' ') && at+2 < len(s) && isWordByte(s[at+2]) {
		return at + 1
	}
	return at
}
