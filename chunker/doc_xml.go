package chunker

import (
	"html"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// xmlDoc is the XML of C#'s doc comments: what is in <summary>, or where there
// is none, what stands before other elements.
type xmlDoc struct{}

// xmlText is the text within an element.
var xmlText = blockMarkup{part: xmlPart, inline: &constructs{
	'`': {codeSpan}, '<': {xmlElement, autoLink, htmlElement}, '&': {entity},
}}

func xmlPart(line string) (part, string) {
	if strings.HasPrefix(line, "<code") && !strings.Contains(line, "</code>") {
		return fence, "</code>"
	}
	return prose, line
}

func (xmlDoc) paragraphs(lines []string, yield func(string) bool) {
	text := strings.Join(lines, "\n")
	if start := summaryElement.FindStringIndex(text); start != nil {
		text = text[start[1]:]
	}
	if end := otherElement.FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	xmlText.paragraphs(slices.Collect(strings.SplitSeq(text, "\n")), yield)
}

var (
	summaryElement = lazyregexp.New(`(?i)<summary(?:\s[^<>]*)?>`)
	otherElement   = lazyregexp.New(`(?i)</summary>|<(?:param|returns|value|remarks|exception|typeparam|inheritdoc|include|example|seealso|permission|response)\b`)
	xmlTag         = lazyregexp.New(`^<(/?)([a-zA-Z]+)((?:\s[^<>]*?)?)(/?)>`)
	xmlTarget      = lazyregexp.New(`(?i)\b(?:cref|name|langword|href)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
	crefKind       = lazyregexp.New(`^(?:[A-Z!]:)?(?:global::)?`)
	crefArity      = lazyregexp.New("`+\\d+")
	crefTypes      = strings.NewReplacer("{", "<", "}", ">")
)

// xmlElement reads the elements of a summary: links to code, code, paragraphs.
func xmlElement(r *inlineReader, s string, at int) int {
	m := xmlTag.FindStringSubmatch(s[at:])
	if m == nil {
		return at
	}
	end := at + len(m[0])
	switch name := strings.ToLower(m[2]); name {
	case "see", "seealso", "paramref", "typeparamref":
		target := xmlTarget.FindStringSubmatch(m[3])
		if m[4] == "" && m[1] == "" { // the label is its content
			if label, after, ok := between(s, end, "", "</"+m[2]+">"); ok {
				if strings.TrimSpace(label) != "" {
					r.read(label)
					return after
				}
				end = after
			}
		}
		if target != nil {
			cref := crefArity.ReplaceAllString(crefKind.ReplaceAllString(target[1]+target[2], ""), "")
			r.code(html.UnescapeString(crefTypes.Replace(cref)))
		}
	case "para", "list", "item", "term", "listheader", "description":
		r.breakHere()
	case "code":
		r.breakHere()
		if _, after, ok := between(s, end, "", "</code>"); ok && m[1] == "" {
			return after
		}
	default:
		return at
	}
	return end
}
