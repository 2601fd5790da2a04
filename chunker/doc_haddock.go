package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// haddock is the markup of Haskell's doc comments.
var haddock = blockMarkup{part: haddockPart, inline: &constructs{
	'\'': {haddockName}, '`': {haddockName, codeSpan}, '"': {haddockModule}, '@': {haddockCode}, '/': {haddockEmphasis}, '_': {haddockBold},
	'\\': {haddockMath, escape}, '<': {haddockImage, haddockLink}, '[': {link}, '!': {image}, '&': {entity},
}}

func haddockPart(line string) (part, string) {
	switch {
	case line == "@":
		return fence, "@"
	case strings.HasPrefix(line, ">>>"):
		return tag, ""
	case line[0] == '>', line[0] == '^', line[0] == '$', strings.HasPrefix(line, "prop>"), haddockHeading.MatchString(line):
		return nothing, ""
	case tagName(line) == "since":
		return tag, ""
	case strings.HasPrefix(line, "["):
		if end := balanced(line, 0); end > 0 && end < len(line) && (line[end] == ' ' || line[end] == ':') {
			return item, line
		}
	case strings.HasPrefix(line, "@"):
		if strings.Count(line, "@") == 1 { // of several lines
			return fence, "@"
		}
	}
	return prose, line
}

var (
	haddockHeading = lazyregexp.New(`^=+\s`)
	identifier     = lazyregexp.New(`^[vt]?['` + "`" + `]([\w.'#]+|\(?(?:[A-Z]\w*\.)*[.:!#$%&*+/<=>?@\\^|~-]+\)?)['` + "`" + `]`)
	moduleName     = lazyregexp.New(`^"([A-Z]\w*(?:\.[A-Z]\w*)+)(?:#[^"]*)?"`)
)

// haddockName reads 'name' and 'M.+', which end at the last quote of the word.
// A single letter in quotes is rather a character.
func haddockName(r *inlineReader, s string, at int) int {
	if afterWord(s, at) {
		return at
	}
	m := identifier.FindStringSubmatch(s[at:])
	if m == nil || m[1] == "" || len(m[1]) == 1 && s[at] == '\'' {
		return at
	}
	r.code(m[1])
	return at + len(m[0])
}

// haddockModule reads "Data.Map". A single word in quotes may be just that.
func haddockModule(r *inlineReader, s string, at int) int {
	m := moduleName.FindStringSubmatch(s[at:])
	if m == nil {
		return at
	}
	r.code(m[1])
	return at + len(m[0])
}

// haddockCode reads @code@, which may have names and escapes in it.
func haddockCode(r *inlineReader, s string, at int) int {
	for i := at + 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '@':
			if i == at+1 {
				return at
			}
			inner := inlineReader{constructs: r.constructs, depth: r.depth}
			inner.read(s[at+1 : i])
			r.code(inner.out.String())
			return i + 1
		}
	}
	return at
}

// haddockEmphasis reads /text/, not the slashes of paths.
func haddockEmphasis(r *inlineReader, s string, at int) int {
	if afterWord(s, at) || at > 0 && strings.IndexByte(":/.~", s[at-1]) >= 0 || at+1 == len(s) || strings.IndexByte(" /=", s[at+1]) >= 0 {
		return at
	}
	i := strings.IndexByte(s[at+1:], '/')
	for i > 0 && s[at+i] == '\\' {
		next := strings.IndexByte(s[at+1+i+1:], '/')
		if next < 0 {
			return at
		}
		i += 1 + next
	}
	end := at + 1 + i + 1
	if i < 1 || s[end-2] == ' ' || end < len(s) && (isWordByte(s[end]) || s[end] == '/') {
		return at
	}
	r.read(s[at+1 : end-1])
	return end
}

// haddockBold reads __text__.
func haddockBold(r *inlineReader, s string, at int) int {
	text, end, ok := between(s, at, "__", "__")
	if !ok || text == "" || afterWord(s, at) || text[0] == '_' {
		return at
	}
	r.read(text)
	return end
}

// haddockMath reads \(math\) and \[math\].
func haddockMath(r *inlineReader, s string, at int) int {
	for _, d := range []delimiters{{`\(`, `\)`}, {`\[`, `\]`}} {
		if text, end, ok := between(s, at, d.open, d.close); ok {
			r.code(texCommand.ReplaceAllString(text, "$1"))
			return end
		}
	}
	return at
}

// texCommand matches a command of TeX, whose name mostly says what it is.
var texCommand = lazyregexp.New(`\\(?:(?:big|Big)[lrg]?|left|right|[;,!]|([a-zA-Z]+))`)

// haddockImage reads <<image>>, which says nothing.
func haddockImage(_ *inlineReader, s string, at int) int {
	_, end, ok := between(s, at, "<<", ">>")
	if !ok || !strings.Contains(s[at:end], "/") {
		return at
	}
	return end
}

// haddockLink reads <https://example.org label>.
func haddockLink(r *inlineReader, s string, at int) int {
	text, end, ok := between(s, at, "<", ">")
	if !ok || !strings.Contains(text, "://") {
		return at
	}
	if target, label, ok := strings.Cut(text, " "); ok {
		r.read(label)
	} else {
		r.code(target)
	}
	return end
}
