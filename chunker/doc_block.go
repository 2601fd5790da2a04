package chunker

import (
	"regexp"
	"strings"
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
	var text strings.Builder
	// flush yields the paragraph so far. Constructs may break it into several.
	flush := func() bool {
		raw := text.String()
		text.Reset()
		return raw == "" || m.inline.paragraphs(raw, lines, yield)
	}
	skipping, fenced, boxed, indentation := prose, "", false, 0
	for i, line := range lines {
		bare := strings.TrimSpace(line)
		indented := len(line) - len(strings.TrimLeft(line, " \t"))
		switch {
		case fenced != "":
			if strings.HasPrefix(bare, fenced) || strings.HasSuffix(bare, fenced) {
				fenced = ""
			}
			continue
		case skipping == tag && bare == "", skipping == field && bare != "" && indented <= indentation:
			skipping = prose
		}
		p, content := m.classify(bare)
		if p == prose && pointsOnly(bare, text.Len() > 0, i+1 < len(lines) && !isBlank(lines[i+1])) {
			p = nothing
		}
		if skipping != prose && p != summary && p != rest {
			continue
		}
		if p == nothing && ruler.MatchString(bare) && (!boxed && underline.MatchString(bare) || boxed && saysMore(lines[i+1:])) && !strings.ContainsAny(text.String(), "\n.") {
			text.Reset() // what it underlines is a heading
		}
		boxed = boxed || p == nothing && bare != "" && ruler.MatchString(bare)
		if p != prose && !flush() {
			return
		}
		skipping = prose
		switch p {
		case tag, field, rest:
			skipping, indentation = p, indented
		case fence:
			fenced = content
		case nothing:
		default:
			if text.Len() > 0 {
				text.WriteByte('\n')
			}
			if text.Len() < maxParagraph {
				text.WriteString(content)
			}
		}
	}
	flush()
}

// saysMore reports whether lines have text right at their beginning.
func saysMore(lines []string) bool {
	return len(lines) > 0 && strings.ContainsFunc(lines[0], isWordRune) && !ruler.MatchString(strings.TrimSpace(lines[0]))
}

// pointsOnly reports whether a line of text is nothing but a link, or the name
// of what the text after it is about.
func pointsOnly(line string, continues, goesOn bool) bool {
	if continues {
		return leadsToLink.MatchString(line) && linkAlone.MatchString(line)
	}
	return linkAlone.MatchString(line) || goesOn && usageAlone.MatchString(line)
}

// classify knows what all markups share, and asks m for the others.
func (m blockMarkup) classify(line string) (part, string) {
	switch {
	case line == "", directive.MatchString(line), ruler.MatchString(line), !strings.ContainsFunc(line, isWordRune) && marks.MatchString(line):
		return nothing, ""
	case section.MatchString(line):
		return rest, ""
	}
	if p, content := m.part(line); p != prose {
		return p, content
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
	ruler = regexp.MustCompile(`^[-=*#~+/<>─━═—]{3,}(?:\s.*)?$|^-{2}$|^==$|\s[-=*#~/─━═—]{4,}$|^[─━═]`)
	// underline matches what makes the line before it a heading.
	underline = regexp.MustCompile(`^(?:=+|-{2,}|~{3,})$`)
	// marks matches a line without words that is no code either.
	marks = regexp.MustCompile(`^[-=*#~+/<>|:_.─━═—\s]+$`)
	// section matches the title of what describes parameters, results, uses.
	section = regexp.MustCompile(`^(?i:args|arguments|parameters|params|input|inputs|outputs?|returns?|raises|throws|yields|attributes|examples?|example usage|usage|see also|notes?|references)\s*:?\s*$`)
	// summaryLabel is written before a summary by some.
	summaryLabel = regexp.MustCompile(`^(?i:description|summary|purpose|synopsis)\s*:\s+`)
	// listMark matches the mark before an item of a list.
	listMark = regexp.MustCompile(`^(?:[-*+•–]|\(?1[.)]|\(?[a1][)])\s+`)
	// atTag matches a block tag.
	atTag = regexp.MustCompile(`^@([a-z][\w-]*)(?:$|[^\w./@(-])`)
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
