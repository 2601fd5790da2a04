package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// part says what a line is in the structure of a comment.
type part int

const (
	prose   part = iota
	nothing      // neither text nor the end of it: a heading, a ruler, a tag of one line
	item         // of a list: a paragraph of its own
	summary      // a tag whose text is the summary
	tag          // a tag with its text, up to the next blank line
	field        // a tag with its text, whose further lines are indented
	rest         // what is no summary, up to the end or to a summary's tag
	fence        // begins what is verbatim, up to a line that begins or ends with the text returned
)

// blockMarkup is a markup of lines, which have parts, and of constructs within
// them.
type blockMarkup struct {
	// part tells a line's part, and of a line of text returns that.
	part func(line string) (part, string)
	// inline are the constructs by their first byte.
	inline *constructs
}

// maxParagraph bounds what of a paragraph is read for its first sentence.
const maxParagraph = 1 << 10

func (m blockMarkup) paragraphs(lines []string, yield func(plain string) bool) {
	r := blockReader{blockMarkup: m, links: definedLinks(lines), yield: yield}
	for i, line := range lines {
		if !r.read(line, lines[i+1:]) {
			return
		}
	}
	r.flush()
}

// definedLinks are the names of the links whose targets stand in lines of their
// own.
func definedLinks(lines []string) map[string]bool {
	var links map[string]bool
	for _, line := range lines {
		line = strings.TrimLeft(line, " \t")
		if end := strings.Index(line, "]:"); end > 0 && line[0] == '[' {
			if links == nil {
				links = map[string]bool{}
			}
			links[line[1:end]] = true
		}
	}
	return links
}

// blockReader joins lines to paragraphs.
type blockReader struct {
	blockMarkup
	links map[string]bool // those that the comment says the targets of
	yield func(plain string) bool

	text        strings.Builder // the paragraph so far
	indentation int             // of its first line, or of the tag that is skipped
	listed      bool            // its last lines are a list that it announced
	boxed       bool            // a ruler came before it
	skipping    part            // what is left out, or prose
	fenced      string          // where what is verbatim ends, or ""
}

// flush yields the paragraph. Constructs may break it into several.
func (r *blockReader) flush() bool {
	raw := r.text.String()
	r.text.Reset()
	r.listed = false
	return raw == "" || r.inline.paragraphs(raw, r.links, r.yield)
}

// read takes a line, which others follow, and reports whether to go on.
func (r *blockReader) read(line string, following []string) bool {
	bare := strings.TrimSpace(line)
	indented := len(line) - len(strings.TrimLeft(line, " \t"))
	switch {
	case r.fenced != "":
		if strings.HasPrefix(bare, r.fenced) || strings.HasSuffix(bare, r.fenced) {
			r.fenced = ""
		}
		return true
	case r.skipping == tag && bare == "", r.skipping == field && bare != "" && indented <= r.indentation:
		r.skipping = prose
	}
	p, content := r.classify(bare)
	if r.skipping != prose && p != summary && p != rest {
		return true
	}
	if p == summary && followed(following) && usageAlone.MatchString(content) {
		content = ""
	}
	so := r.text.String()
	announced := strings.HasSuffix(so, ":")
	switch {
	case p == prose && (pointsOnly(bare, so, following) || announced && indented > r.indentation || describesOther(bare, so)):
		p = nothing // or an example
	case p == item && (announced || r.listed) && len(so) < maxDoc:
		if r.listed && goesOn(so) {
			r.text.WriteByte(';')
		}
		p, r.listed = prose, true
	case p == nothing && ruler.MatchString(bare):
		if (!r.boxed && underline.MatchString(bare) || r.boxed && saysMore(following)) && !strings.ContainsAny(so, "\n.") {
			r.text.Reset() // what it underlines is a heading
		}
		r.boxed = true
	}
	if p != prose && !r.flush() {
		return false
	}
	r.skipping = prose
	switch p {
	case tag, field, rest:
		r.skipping, r.indentation = p, indented
	case fence:
		r.fenced = content
	case nothing:
	default:
		if content == "" {
			break
		}
		if r.text.Len() == 0 {
			r.indentation = indented
		} else {
			r.text.WriteByte('\n')
		}
		if r.text.Len() < maxParagraph {
			r.text.WriteString(content)
		}
	}
	return true
}

// goesOn reports whether a text does not end in a mark.
func goesOn(s string) bool { return strings.IndexByte(".,;:!?", s[len(s)-1]) < 0 }

// saysMore reports whether lines have text right at their beginning.
func saysMore(lines []string) bool {
	return len(lines) > 0 && strings.ContainsFunc(lines[0], isWordRune) && !ruler.MatchString(strings.TrimSpace(lines[0]))
}

// pointsOnly reports whether a line of text after that of its paragraph so far
// is nothing but a link, or the name of what the text after it is about.
func pointsOnly(line, so string, following []string) bool {
	if so != "" {
		return (leadsToLink.MatchString(line) || strings.HasSuffix(so, ".")) && linkAlone.MatchString(line)
	}
	return linkAlone.MatchString(line) || followed(following) && usageAlone.MatchString(line)
}

func followed(following []string) bool { return len(following) > 0 && !isBlank(following[0]) }

// describesOther reports whether a line after the text so far says what a
// parameter is.
func describesOther(line, so string) bool {
	m := parameter.FindStringSubmatch(line)
	return so != "" && m != nil && (!goesOn(so) || strings.ContainsAny(m[1], "$_ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
}

// classify knows what all markups share, and asks m for the others.
func (m blockMarkup) classify(line string) (part, string) {
	switch {
	case line == "", directive.MatchString(line), ruler.MatchString(line), !strings.ContainsFunc(line, isWordRune) && marks.MatchString(line):
		return nothing, ""
	case section.MatchString(line):
		return rest, ""
	}
	p, line := m.part(line)
	if p != prose {
		return p, line
	}
	if label := summaryLabel.FindString(line); label != "" {
		return summary, line[len(label):]
	}
	if mark := listMark.FindString(line); mark != "" {
		return item, line[len(mark):]
	}
	return prose, line
}

var (
	// ruler matches a line that divides, and a banner, whose title says nothing
	// of a function.
	ruler = lazyregexp.New(`^[-=*#~+/<>─━═—]{3,}(?:\s.*)?$|^-{2}$|^==$|^[-=*#~─━═—]{4,}.*[-=*#~─━═—]{4,}$|\s[-=*#~/─━═—]{4,}$|^[─━═]`)
	// underline matches what makes the line before it a heading.
	underline = lazyregexp.New(`^(?:=+|-{2,}|~{3,})$`)
	// marks matches a line without words that is no code either.
	marks = lazyregexp.New(`^[-=*#~+/<>|:_.─━═—\s]+$`)
	// section matches the title of what describes parameters, results, uses.
	section = lazyregexp.New(`^(?i:args|arguments|parameters|params|input|inputs|outputs?|returns?|raises|throws|yields|attributes|examples?|example usage|usage|see also|notes?|references)\s*:?\s*$`)
	// summaryLabel is written before a summary by some.
	summaryLabel = lazyregexp.New(`^(?i:description|summary|purpose|synopsis)\s*:\s+`)
	// listMark matches the mark before an item of a list.
	listMark = lazyregexp.New(`^(?:[-*+•–]|\(?1[.)]|\(?[a1][)])\s+`)
	// parameter matches the description of a parameter.
	parameter = lazyregexp.New(`^([\w$.*]+)\s+--?\s+\S`)
	// atTag matches a block tag.
	atTag = lazyregexp.New(`^@([a-z][\w-]*)(?:$|[^\w./@(-])`)
)

// tagName returns the name of the block tag that a line starts with, or "".
func tagName(line string) string {
	if m := atTag.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

// afterTag is the text after a block tag's name.
func afterTag(line, name string) string { return strings.TrimSpace(line[1+len(name):]) }
