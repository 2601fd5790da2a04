package chunker

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// hardBlank stands for a blank in code, where no sentence ends. It is one of
// the runes that tidy would drop.
const hardBlank = '\uE000'

// codeEnd follows code, so that a mark in it ends no sentence.
const codeEnd = '\uE001'

// construct reads what s has at an offset into r and returns where it ends, or
// at where it is not there.
type construct func(r *inlineReader, s string, at int) (end int)

// constructs are those of a markup by their first byte.
type constructs [utf8.RuneSelf][]construct

// maxNesting bounds constructs in the labels of constructs.
const maxNesting = 6

// inlineReader makes plain text of marked-up text. A line break in it ends a
// paragraph.
type inlineReader struct {
	*constructs
	out   strings.Builder
	depth int
	links map[string]bool // those that the comment says the targets of
}

// paragraphs yields the plain text of a paragraph, in several pieces where
// constructs break it.
func (c *constructs) paragraphs(text string, links map[string]bool, yield func(string) bool) bool {
	r := inlineReader{constructs: c, links: links}
	r.read(strings.ReplaceAll(text, "\n", " "))
	for piece := range strings.SplitSeq(r.out.String(), "\n") {
		if piece = strings.TrimSpace(piece); piece != "" && !yield(piece) {
			return false
		}
	}
	return true
}

func (r *inlineReader) read(s string) {
	r.depth++
	defer func() { r.depth-- }()
	for at := 0; at < len(s); {
		end := at
		if b := s[at]; b < utf8.RuneSelf && r.depth <= maxNesting {
			for _, c := range r.constructs[b] {
				if end = c(r, s, at); end > at {
					break
				}
			}
		}
		if end == at {
			r.out.WriteByte(s[at])
			end++
		}
		at = end
	}
}

// code writes text in which nothing is markup and no sentence ends.
func (r *inlineReader) code(s string) {
	for _, c := range strings.TrimSpace(s) {
		if unicode.IsSpace(c) {
			c = hardBlank
		}
		r.out.WriteRune(c)
	}
	r.out.WriteRune(codeEnd)
}

// breakHere ends the paragraph.
func (r *inlineReader) breakHere() { r.out.WriteByte('\n') }

func isWordByte(b byte) bool {
	return b >= utf8.RuneSelf || b == '_' || '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}

// afterWord reports whether a word goes on up to an offset.
func afterWord(s string, at int) bool { return at > 0 && isWordByte(s[at-1]) }

// balanced returns the offset after the bracket that closes the one at an
// offset, or that offset where none does.
func balanced(s string, at int) int {
	open := s[at]
	closing := map[byte]byte{'(': ')', '[': ']', '{': '}', '<': '>'}[open]
	depth := 0
	for i := at; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case open:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return at
}

// between returns the text between the opening at an offset and its closing.
func between(s string, at int, opening, closing string) (text string, end int, ok bool) {
	if !strings.HasPrefix(s[at:], opening) {
		return "", at, false
	}
	start := at + len(opening)
	i := strings.Index(s[start:], closing)
	if i < 0 {
		return "", at, false
	}
	return s[start : start+i], start + i + len(closing), true
}

// codeSpan reads code in as many backticks before it as after it. Those without
// others are quotes, as in `so', or nothing.
func codeSpan(r *inlineReader, s string, at int) int {
	n := len(s[at:]) - len(strings.TrimLeft(s[at:], "`"))
	if text, end := backticked(s, at, n); end > at {
		r.code(text)
		return end
	}
	if text, end, ok := between(s, at, "`", "'"); ok && n == 1 && !strings.ContainsAny(text, "` ") {
		r.out.WriteByte('\'')
		r.code(text)
		r.out.WriteByte('\'')
		return end
	}
	return at + n
}

// backticked returns what stands from n backticks on up to the next n.
func backticked(s string, at, n int) (text string, end int) {
	for i := at + n; i < len(s); {
		j := strings.IndexByte(s[i:], '`')
		if j < 0 {
			break
		}
		i += j
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if run == n {
			return s[at+n : i], i + n
		}
		i += run
	}
	return "", at
}

// escape reads a character that a backslash takes for itself.
func escape(r *inlineReader, s string, at int) int {
	if at+1 < len(s) && strings.IndexByte("\\`*_{}[]()#+-.!<>@'\"/$|~&", s[at+1]) >= 0 {
		r.out.WriteByte(s[at+1])
		return at + 2
	}
	return at
}

// entity reads a character that HTML names.
func entity(r *inlineReader, s string, at int) int {
	const longest = 12
	i := strings.IndexByte(s[at:min(len(s), at+longest)], ';')
	if i < 0 {
		return at
	}
	name := s[at : at+i+1]
	text := html.UnescapeString(name)
	if text == name {
		return at
	}
	for _, c := range text {
		if c == '\n' {
			c = ' '
		}
		r.out.WriteRune(c)
	}
	return at + len(name)
}

// emphasis reads **text** and *text*, not the stars of products, pointers and
// patterns.
func emphasis(r *inlineReader, s string, at int) int {
	mark := s[at]
	n := len(s[at:]) - len(strings.TrimLeft(s[at:], string(mark)))
	start := at + n
	if n > 3 || start == len(s) || afterWord(s, at) || !isWordByte(s[start]) && strings.IndexByte("\"'`[(<{:/", s[start]) < 0 {
		r.out.WriteString(s[at:start])
		return start
	}
	for i := start; i < len(s); {
		j := strings.IndexByte(s[i:], mark)
		if j < 0 {
			break
		}
		i += j
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], string(mark)))
		before, next := s[i-1], i+run
		if run == n && i > start && (isWordByte(before) || strings.IndexByte(".,:;!?\"'`])>}", before) >= 0) && (next == len(s) || !isWordByte(s[next])) {
			if text := s[start:i]; mark == '*' && (n > 1 || starred.MatchString(text)) || mark == '_' && underlined(text, n) {
				r.read(text)
				return next
			}
			break
		}
		i += run
	}
	r.out.WriteString(s[at:start])
	return start
}

// starred matches what may be between two single stars. What code has there is
// no text.
var starred = lazyregexp.New(`^[^,;=(){}<>|*]+$`)

// underlined reports whether n underscores around text are markup. They may
// well be part of a name.
func underlined(text string, n int) bool {
	if n == 1 && !strings.Contains(text, " ") {
		return !strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) })
	}
	first, _ := utf8.DecodeRuneInString(text)
	return strings.Contains(text, " ") && !strings.Contains(text, "_") || unicode.IsUpper(first)
}

// link reads [label](target), [label][name], and [label] where the comment says
// where it leads.
func link(r *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if end == at {
		return at
	}
	label := s[at+1 : end-1]
	switch {
	case end < len(s) && s[end] == '(':
		if target := balanced(s, end); target > end {
			r.read(label)
			return target
		}
	case end < len(s) && s[end] == '[':
		if name := balanced(s, end); name > end && (r.links[s[end+1:name-1]] || strings.ContainsAny(s[end+1:name-1], ".:`") || r.links[label]) {
			r.read(label)
			return name
		}
	case r.links[label]:
		if strings.ContainsFunc(label, unicode.IsLetter) {
			r.read(label)
		}
		return end
	}
	return at
}

// image reads ![text](target), which says nothing.
func image(_ *inlineReader, s string, at int) int {
	if !strings.HasPrefix(s[at:], "![") {
		return at
	}
	end := balanced(s, at+1)
	if end == at+1 || end == len(s) || s[end] != '(' && s[end] != '[' {
		return at
	}
	if target := balanced(s, end); target > end {
		return target
	}
	return at
}

// nameLink reads [name] and [`name`], by which some languages link to code.
func nameLink(r *inlineReader, s string, at int) int {
	end := balanced(s, at)
	if end == at || afterWord(s, at) {
		return at
	}
	name := s[at+1 : end-1]
	if end < len(s) && s[end] == '[' {
		if target := balanced(s, end); target > end {
			r.read(name)
			return target
		}
	}
	if code, last := backticked(name, 0, 1); last == len(name) && last > 0 && name[0] == '`' {
		r.code(code)
		return end
	}
	if linkName.MatchString(name) {
		r.out.WriteString(name)
		return end
	}
	return at
}

var linkName = lazyregexp.New(`^[A-Za-z_][\w.:#]*(?:\(\))?!?$`)

// autoLink reads <https://example.org>.
func autoLink(r *inlineReader, s string, at int) int {
	text, end, ok := between(s, at, "<", ">")
	if !ok || strings.Contains(text, " ") || !strings.Contains(text, "://") && !strings.HasPrefix(text, "mailto:") {
		return at
	}
	r.code(text)
	return end
}

var (
	htmlTag = lazyregexp.New(`^<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?(/?)>`)
	// blockTags break a paragraph, inlineTags do not, codeTags are around code.
	blockTags  = words("p ul ol li dl dt dd div table thead tbody tr td th caption blockquote hr h1 h2 h3 h4 h5 h6 section para center details summary")
	inlineTags = words("a b i u s em strong small big sub sup span font q cite dfn abbr acronym del ins mark strike var br wbr img nobr")
	codeTags   = words("code tt kbd samp c")
)

// words is the set of the words of s.
func words(s string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(s) {
		set[word] = true
	}
	return set
}

// htmlElement reads tags of HTML. What else is in angle brackets is text, most
// often a type.
func htmlElement(r *inlineReader, s string, at int) int {
	if _, end, ok := between(s, at, "<!--", "-->"); ok {
		return end
	}
	m := htmlTag.FindStringSubmatch(s[at:])
	if m == nil {
		return at
	}
	end := at + len(m[0])
	name := strings.ToLower(m[2])
	closing := "</" + m[2] + ">"
	opens := m[1] == "" && m[3] == ""
	switch {
	case name == "pre":
		r.breakHere()
		if i := strings.Index(s[end:], closing); opens && i >= 0 {
			return end + i + len(closing)
		}
	case codeTags[name] && opens:
		i := strings.Index(s[end:], closing)
		if i < 0 {
			return at
		}
		r.code(html.UnescapeString(htmlAnyTag.ReplaceAllString(s[end:end+i], "")))
		return end + i + len(closing)
	case blockTags[name]:
		if opens && namesTag(r.out.String(), s[end:]) {
			return at
		}
		r.breakHere()
	case name == "br":
		r.out.WriteByte(' ')
	case codeTags[name], inlineTags[name]:
		if opens && name != "img" && name != "wbr" && len(m[0]) == len(name)+2 && !strings.Contains(s[end:], closing) {
			return at
		}
	default:
		return at
	}
	return end
}

// namesTag reports whether a sentence is about the tag between its halves.
func namesTag(before, after string) bool {
	before = trimRight(before)
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, blanks))
	return before != "" && strings.IndexByte(".:;!?)>", before[len(before)-1]) < 0 &&
		(unicode.IsLower(next) || next != utf8.RuneError && strings.ContainsRune(".,;:)'\"", next))
}

// htmlAnyTag matches what is a tag within code too.
var htmlAnyTag = lazyregexp.New(`</?(?:a|b|i|em|strong|code|span|var)(?:\s[^<>]*)?>`)
