package chunker

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// docSyntax says which comments of a language document, and how to write one.
type docSyntax struct {
	insert    insertStyle
	line      []string     // markers that start a line of documentation
	continued string       // a marker that only continues it, or ""
	block     []delimiters // around a block of documentation
}

type delimiters struct{ open, close string }

// maxDoc is the greatest length of Chunk.Doc in runes, that of a summary.
const maxDoc = 120

// maxDocBytes is how much of a comment is read for its first sentence.
const maxDocBytes = 4 << 10

// blockComments are the opening delimiters of block comments in all languages.
var blockComments = []string{"/*", "(*", "{-", "--[[", "--[=", "=begin"}

func isBlockComment(comment string) bool {
	return slices.ContainsFunc(blockComments, func(open string) bool { return strings.HasPrefix(comment, open) })
}

// sentence returns the first sentence of a doc comment as plain text, or "" for
// a comment that documents nothing: a licence, a directive, code, a note to do
// something, an inherited comment.
func (d docSyntax) sentence(comment string) string {
	if len(comment) > maxDocBytes {
		comment = strings.ToValidUTF8(comment[:maxDocBytes], "")
	}
	lines := d.lines(comment)
	if license.MatchString(strings.Join(lines, " ")) {
		return ""
	}
	paragraph := plain(firstParagraph(lines))
	if note.MatchString(paragraph) {
		return ""
	}
	first := leftover.ReplaceAllString(firstSentence(paragraph), "")
	if !strings.ContainsFunc(first, unicode.IsLetter) || reference.MatchString(first) || pointer.MatchString(first) || half.MatchString(first) {
		return ""
	}
	return truncate(first, maxDoc)
}

// lines strips the comment's markers. Lines whose marker does not document are
// left out.
func (d docSyntax) lines(comment string) []string {
	comment = strings.ReplaceAll(comment, "\r\n", "\n")
	unprefixed := strings.TrimLeft(comment, "rRuUbBfF") // of a Python string
	for _, b := range d.block {
		if content, ok := strings.CutPrefix(unprefixed, b.open); ok {
			return blockLines(strings.TrimSuffix(content, b.close))
		}
	}
	if isBlockComment(comment) {
		return nil
	}
	var lines []string
	for line := range strings.Lines(comment) {
		content, ok := d.cutMarker(strings.TrimSpace(line), len(lines) > 0)
		if ok && !directive.MatchString(content) {
			lines = append(lines, strings.TrimSpace(content))
		}
	}
	if looksLikeCode(lines) {
		return nil
	}
	return lines
}

// cutMarker strips the marker of a line comment that documents.
func (d docSyntax) cutMarker(line string, continues bool) (content string, ok bool) {
	for _, marker := range d.line {
		if content, ok := strings.CutPrefix(line, marker); ok {
			return content, true
		}
	}
	if continues && d.continued != "" {
		return strings.CutPrefix(line, d.continued)
	}
	return "", false
}

func blockLines(content string) []string {
	var lines []string
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		line = strings.TrimSpace(strings.TrimLeft(line, "*"))
		if !directive.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// firstParagraph joins the lines up to the first blank one or the first block
// tag. Headings and rulers before it do not count.
func firstParagraph(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		if tag := summaryTag.FindString(line); tag != "" {
			line = line[len(tag):]
		}
		ends := line == "" || blockTag.MatchString(line)
		if ends && b.Len() > 0 {
			break
		}
		if ends || !strings.ContainsFunc(line, isWordRune) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	text := b.String()
	if _, summary, ok := strings.Cut(text, "<summary>"); ok {
		text, _, _ = strings.Cut(summary, "</summary>")
	}
	return text
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

var (
	// summaryTag marks the text after it as the summary.
	summaryTag = regexp.MustCompile(`^(?:[@\\](?:brief|short|summary|description|desc|func|fn|function|method)\b\s*|[|^]\s+)`)
	// blockTag starts what is not the summary: parameters, results, sections.
	blockTag = regexp.MustCompile(`^(?:[@\\][a-zA-Z]+\b|:\w+[^:]*:(?:\s|$)|(?i:args|arguments|parameters|params|returns?|raises|throws|yields|examples?|usage|see also|notes?)\s*:?\s*$|#+\s|=+$|-{3,}|` + "```" + `|<(?:param|returns|remarks|exception|typeparam|inheritdoc)\b)`)

	license = regexp.MustCompile(`(?i)\bcopyright\b|\bspdx-license|\blicen[cs]ed under\b|\ball rights reserved\b|@license\b`)
	// note matches what is left for later rather than said. The words are
	// spelled so that a search for open tasks does not find this line.
	note = regexp.MustCompile(`^(?i:to-?do|fix-?me|x{3}|hack|hmm)\b|(?i)^\{?@?inherit-?doc\b`)
	// reference matches what only points to somewhere else.
	reference = regexp.MustCompile(`^(?i:issue|bug|gh|pr|ticket|see|rfc|fixes)?[\s#:-]*[\d.,]+\W*$|^(?i:deprecated)\W*$`)
	// pointer matches what is nothing but a link, a tag, or a name in code.
	pointer = regexp.MustCompile(`(?i)^\W*(?:(?:see|refs?|references?|source|from|via|links?|docs?)\b\W*)*(?:https?://|www\.)\S+\W*$|^\W*https?://|` +
		`^\(see(?: also)? [^)]*\)\W*$|^\{[^{}]*\}\W*$|^\{? ?@!?[a-z]+\b|^(?:\w+(?:\.|::|->|#|_))+\w+(?:\(\))?\.?$|^\w+\(\)\.?$`)
	// leftover matches the marks of a list or of a heading before it.
	leftover = regexp.MustCompile(`^[-–—:;,.)\]}]+\s+`)
	// half matches a piece of a sentence: one that goes on from something before.
	half = regexp.MustCompile(`^(?:and|or|but|of|on|in|at|by|with|from|into|that|which|than|because)\s`)
	// directive matches a comment, less its marker, that speaks to a tool.
	directive = regexp.MustCompile(`^(?:[a-z][a-z0-9]*:\S|export \w+$|line \S+:\d)|` +
		`^!|^\s*(?:nolint\b|\+build\b|eslint[- ]|tslint[: ]|jshint |jslint |jscs:|@ts-|@flow\b|prettier-|biome-|istanbul |c8 |v8 ignore|webpack|` +
		`noqa\b|type:|pylint:|mypy:|ruff:|flake8:|pyright:|pragma[: ]|fmt: ?o|yapf:|isort:|nosec\b|-\*-|vim?:|coding[:=]|encoding:|` +
		`rubocop:|frozen_string_literal:|typed: |shellcheck |luacheck:|stylua:|selene:|` +
		`NOLINT|clang-format |clang-tidy|cppcheck-|IWYU|LCOV_|GCOVR?_|coverity\[|` +
		`phpcs:|@?phpstan-|@?psalm-|@codeCoverage|noinspection |ktlint-|checkstyle[: ]|CHECKSTYLE|scalastyle:|scalafmt:|` +
		`#?region\b|#?endregion\b|<editor-fold|</editor-fold|credo:|sobelow|hlint|cspell:|spell-?checker:|swiftlint:|@formatter:|zig fmt:)`)
	// code matches a line that a person would not write as prose.
	code = regexp.MustCompile(`[;{}]$|^(?:if|for|while|switch)\s*\(|^(?:return|import|from|def|func|function|const|let|var|local|end|else)\b[^.]*[\])(=]|^[\w.\[\]"']+\s*(?::=|[-+*/]?=)\s*\S|^[\w.]+\(.*\)$`)
)

// looksLikeCode reports whether most lines of line comments are code that was
// commented out.
func looksLikeCode(lines []string) bool {
	lookalikes, total := 0, 0
	for _, line := range lines {
		if line != "" {
			total++
			if code.MatchString(line) {
				lookalikes++
			}
		}
	}
	return 2*lookalikes > total
}

// markup turns one construct of a documentation language into its plain text.
type markup struct {
	trigger string // a substring without which pattern cannot match
	pattern *regexp.Regexp
	text    string
}

var markups = []markup{
	// rst roles :func:`~pkg.name`
	{":`", regexp.MustCompile(":[\\w:]+:`~?(?:[^`<]*<)?([^`>]*)>?`"), "$1"},
	// javadoc, JSDoc and PHPDoc {@link target label}
	{"{@", regexp.MustCompile(`\{@(?:link|linkplain|linkcode|see)\s+[^\s}|]+(?:\s+|\s*\|\s*)([^}]+)\}`), "$1"},
	{"{@", regexp.MustCompile(`\{@\w+\s+#?([^}]*)\}`), "$1"},
	// odoc {!target} and {b text}
	{"{", regexp.MustCompile(`\{(?:!|[bie] )([^}]*)\}`), "$1"},
	// XML documentation of C#
	{"ref=\"", regexp.MustCompile(`<(?:see|seealso|paramref|typeparamref)\s+(?:cref|name|langword)="(?:\w:)?([^"]*)"\s*/>`), "$1"},
	{"name=\"", regexp.MustCompile(`<(?:paramref|typeparamref)\s+name="([^"]*)"\s*/>`), "$1"},
	{"langword", regexp.MustCompile(`<see\s+langword="([^"]*)"\s*/>`), "$1"},
	// HTML tags
	{"<", regexp.MustCompile(`</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>`), ""},
	// markdown [label](target), [label][target] and [name]
	{"](", regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`), "$1"},
	{"][", regexp.MustCompile(`\[([^\]]*)\]\[[^\]]*\]`), "$1"},
	{"[", regexp.MustCompile("\\[`?([A-Za-z_][\\w.:#]*(?:\\(\\))?)`?\\]"), "$1"},
	// doxygen \c word and @p word
	{"\\", regexp.MustCompile(`\\(?:c|p|a|e|em|b|ref)\s+(\S)`), "$1"},
	{"@", regexp.MustCompile(`(^|\s)@(?:c|p|a|e|em|b|ref)\s+(\S)`), "$1$2"},
	// haddock @code@
	{"@", regexp.MustCompile(`@([^@\s][^@]*)@`), "$1"},
	// emphasis **text** and *word*
	{"**", regexp.MustCompile(`\*\*([^*]+)\*\*`), "$1"},
	{"*", regexp.MustCompile(`(^|[\s(])\*([\w.]+)\*`), "$1$2"},
}

// plain strips the markup of the usual documentation languages, and what can
// steer a terminal or turn the direction of a text around.
func plain(s string) string {
	for _, m := range markups {
		if strings.Contains(s, m.trigger) {
			s = m.pattern.ReplaceAllString(s, m.text)
		}
	}
	s = strings.ReplaceAll(s, "`", "")
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsSpace(r) && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) {
			return -1
		}
		return r
	}, html.UnescapeString(s))
	return strings.Join(strings.Fields(s), " ")
}

// abbreviations end in a period that ends no sentence.
var abbreviations = map[string]bool{
	"e.g": true, "i.e": true, "etc": true, "vs": true, "cf": true, "viz": true, "approx": true, "resp": true,
	"incl": true, "excl": true, "esp": true, "no": true, "fig": true, "eq": true, "sec": true, "ch": true,
	"dr": true, "mr": true, "mrs": true, "ms": true, "prof": true, "st": true, "inc": true, "ltd": true, "al": true,
}

// firstSentence cuts a paragraph after its first sentence: at a period, a
// question mark or an exclamation mark before a blank, unless the period ends
// an abbreviation or an initial or the next word goes on in lower case.
func firstSentence(paragraph string) string {
	for i, r := range paragraph {
		if r == '。' {
			return paragraph[:i+utf8.RuneLen(r)]
		}
		if r != '.' && r != '!' && r != '?' {
			continue
		}
		end := i + 1
		for end < len(paragraph) && strings.IndexByte(`)"'`, paragraph[end]) >= 0 {
			end++
		}
		if end == len(paragraph) || paragraph[end] == ' ' && (r != '.' || endsSentence(paragraph[:i], paragraph[end+1:])) {
			return paragraph[:end]
		}
	}
	return paragraph
}

// endsSentence reports whether a period between before and after does.
func endsSentence(before, after string) bool {
	word := strings.TrimLeft(before[strings.LastIndexByte(before, ' ')+1:], `("'`)
	isInitial := len(word) == 1 && unicode.IsUpper(rune(word[0]))
	next, _ := utf8.DecodeRuneInString(after)
	return !isInitial && !abbreviations[strings.ToLower(word)] && !unicode.IsLower(next)
}

// truncate cuts s at a word so that it has at most limit runes.
func truncate(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	cut := string(runes[:limit])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	} else {
		cut = string(runes[:limit-1])
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}
