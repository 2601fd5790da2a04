package prompt

import (
	"strings"
	"unicode"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

var ansi = lazyregexp.New(`\x1b\[[0-9;?]*[ -/]*[@-~]`)

// visible returns s as valid UTF-8 without characters that a reader cannot
// see or that change how others are shown: controls, zero-width and
// bidirectional ones, variation selectors, fillers. Ends of lines become LF
// and all other white space a blank.
func visible(s string) string {
	s = ansi.ReplaceAllString(strings.ToValidUTF8(s, "\uFFFD"), "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
			return '\n'
		case unicode.IsSpace(r), r == '\u2800': // U+2800 is the empty Braille pattern
			return ' '
		case !unicode.IsGraphic(r), unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		}
		return r
	}, s)
}

// A rewrite replaces what a pattern matches.
type rewrite struct {
	pattern *lazyregexp.Regexp
	with    string
}

// rewrites turn the markup of one line into the text that it would show, in
// this order: what uses backticks, brackets or stars as a part of something
// larger comes before these alone.
var rewrites = []rewrite{
	// List markers, headings, quotations, the signs of a comment.
	{lazyregexp.New(`^(?:>\s*|#{1,6}\s+|[-*+•·–]\s+|\d{1,2}[.)]\s+|\[[ xX]\]\s+|//+!?\s*|/\*+!?\s*|--+\s+|"""\s*)+`), ""},
	{lazyregexp.New(`\s*(?:\*+/|""")$`), ""},
	// Special tokens that were spelled out, HTML comments.
	{lazyregexp.New(`<\|[^<>|]*\|>|<!--.*?-->`), " "},
	// [![text](image)](link), ![text](image), [text](link), [text][reference].
	{lazyregexp.New(`!\[([^\[\]]*)\]\([^()]*\)`), "$1"},
	{lazyregexp.New(`(^|[^\p{L}\p{N}_)\]])\[([^\[\]]+)\](?:\([^()]*\)|\[[^\[\]]*\])`), "$1$2"},
	{lazyregexp.New("\\[(`[^`]+`)\\]"), "$1"},
	// Sphinx :role:`x`, Javadoc {@code x}, C# <see cref="x"/>.
	{lazyregexp.New(":[a-zA-Z:]+:`~?([^`<>]*)`"), "$1"},
	{lazyregexp.New(`\{@[a-zA-Z]+\s+([^{}]*)\}`), "$1"},
	{lazyregexp.New(`<(?:see|seealso|paramref|typeparamref)\s+[a-z]+\s*=\s*"(?:[A-Z]:)?([^"<>]*)"\s*/?>`), "$1"},
	// URLs, with their brackets and the preposition that leads to them.
	{lazyregexp.New(`(?i)(?:\s+(?:see|at|from|via|to|in|on))?\s*[<(\["']?(?:\b[a-z][a-z0-9+.-]*://[\p{L}\p{N}\[]|\bwww\.[\p{L}\p{N}]|\bmailto:\S)(?:[^\s<>()\[\]"']*[^\s<>()\[\]"'.,;:!?])?[>)\]"']?`), ""},
	// Strong, emphasis, strikethrough; a star inside a word is none.
	{lazyregexp.New(`(^|[^\p{L}\p{N}_*])\*{1,3}([^\s*]|[^\s*][^*]*[^\s*])\*{1,3}($|[^\p{L}\p{N}_*])`), "$1$2$3"},
	{lazyregexp.New(`~~([^~]+)~~`), "$1"},
	{lazyregexp.New("`+"), ""},
	{lazyregexp.New(`\\([_*\[\]#<>])`), "$1"},
}

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&apos;", "'", "&nbsp;", " ", "&amp;", "&")

// plain returns the text that a line of Markdown, HTML or a doc comment shows,
// with white space folded.
func plain(line string, f Function) string {
	line = strings.TrimSpace(line)
	for _, r := range rewrites {
		line = r.pattern.ReplaceAllString(line, r.with)
	}
	line = stripTags(line)
	line = stripUnderscores(line, f)
	return strings.Join(strings.Fields(entities.Replace(line)), " ")
}

var (
	tag      = lazyregexp.New(`</?([A-Za-z][A-Za-z0-9:-]*)(\s[^<>]*)?/?>`)
	htmlTags = func() map[string]bool {
		set := map[string]bool{}
		for name := range strings.FieldsSeq(`
			a abbr article aside audio b blockquote body br button c caption center code
			dd del details div dl dt em font footer form h1 h2 h3 h4 h5 h6 head header hr
			html i iframe img input ins kbd label li link list main meta nav ol p para
			param pre q remarks returns s samp script section see seealso select small
			span strike strong style sub summary sup svg table tbody td textarea th thead
			title tr tt u ul value var video`) {
			set[name] = true
		}
		return set
	}()
)

// stripTags removes HTML and doc comment tags. Type parameters stay: a name in
// angle brackets is a tag only if it is a known one in one case throughout
// (List<Label> is none), closes, or has attributes.
func stripTags(s string) string {
	return tag.ReplaceAllStringFunc(s, func(t string) string {
		m := tag.FindStringSubmatch(t)
		name, attributes := m[1], m[2]
		known := htmlTags[name] || len(name) > 1 && name == strings.ToUpper(name) && htmlTags[strings.ToLower(name)]
		bare := strings.Trim(attributes, " /") == ""
		switch {
		case strings.HasPrefix(t, "</"), strings.Contains(attributes, "="):
			return ""
		case known && (bare || len(name) > 1):
			return ""
		}
		return t
	})
}

var underscored = lazyregexp.New(`(^|[^\p{L}\p{N}_])(__?)([^\s_](?:.*?[^\s_])?)(__?)($|[^\p{L}\p{N}_])`)

// stripUnderscores removes underscores that mean emphasis. Those that the code
// has in the same place belong to an identifier, as do double ones around a
// single word (__init__).
func stripUnderscores(s string, f Function) string {
	return underscored.ReplaceAllStringFunc(s, func(e string) string {
		m := underscored.FindStringSubmatch(e)
		inner := strings.Fields(m[3])
		first, last := m[2]+inner[0], inner[len(inner)-1]+m[4]
		switch {
		case m[2] != m[4],
			m[2] == "__" && len(inner) == 1,
			strings.Contains(f.Code, first), strings.Contains(f.Code, last):
			return e
		}
		return m[1] + m[3] + m[5]
	})
}
