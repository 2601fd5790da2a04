package chunker

import (
	godoc "go/doc/comment"
	"strings"
)

// goDoc is the syntax of Go's doc comments, which go/doc/comment reads.
type goDoc struct{}

var goParser = godoc.Parser{
	// Which names there are is not known: a name in brackets is a link if it
	// could be.
	LookupSym:     func(string, string) bool { return true },
	LookupPackage: func(name string) (string, bool) { return name, true },
}

func (goDoc) paragraphs(lines []string, yield func(string) bool) {
	text := make([]string, 0, len(lines))
	size := 0
	for _, line := range lines {
		if size += len(line); size > 4*maxParagraph {
			break
		}
		bare := strings.TrimSpace(line)
		if directive.MatchString(bare) || bare != "" && ruler.MatchString(bare) || len(text) == 0 && linkAlone.MatchString(bare) {
			continue
		}
		text = append(text, line)
	}
	for _, block := range goParser.Parse(strings.Join(text, "\n")).Content {
		switch block := block.(type) {
		case *godoc.Paragraph:
			if !yieldGo(block.Text, yield) {
				return
			}
		case *godoc.List:
			for _, item := range block.Items {
				for _, part := range item.Content {
					if p, ok := part.(*godoc.Paragraph); ok && !yieldGo(p.Text, yield) {
						return
					}
				}
			}
		}
	}
}

// yieldGo yields the text of a paragraph. Backticks are no markup of Go, but
// many write code in them.
func yieldGo(text []godoc.Text, yield func(string) bool) bool {
	var b strings.Builder
	writeGo(&b, text)
	return plainDoc.inline.paragraphs(b.String(), nil, yield)
}

func writeGo(b *strings.Builder, text []godoc.Text) {
	for _, t := range text {
		switch t := t.(type) {
		case godoc.Plain:
			b.WriteString(string(t))
		case godoc.Italic:
			b.WriteString(string(t))
		case *godoc.Link:
			writeGo(b, t.Text)
		case *godoc.DocLink:
			// A word in brackets is a package if it is one that everybody knows.
			_, known := godoc.DefaultLookupPackage(t.ImportPath)
			if t.Name == "" && !known {
				b.WriteByte('[')
				writeGo(b, t.Text)
				b.WriteByte(']')
			} else {
				writeGo(b, t.Text)
			}
		}
	}
}
