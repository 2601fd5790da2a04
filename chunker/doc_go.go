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
	var announced strings.Builder // a paragraph that a list may belong to
	for _, block := range goParser.Parse(strings.Join(text, "\n")).Content {
		switch block := block.(type) {
		case *godoc.Paragraph:
			if !flushGo(&announced, yield) {
				return
			}
			writeGo(&announced, block.Text)
		case *godoc.List:
			for i, item := range block.Items {
				if !strings.HasSuffix(announced.String(), ":") && i == 0 || announced.Len() > maxDoc {
					if !flushGo(&announced, yield) {
						return
					}
				}
				for _, part := range item.Content {
					if p, ok := part.(*godoc.Paragraph); ok {
						announced.WriteByte(' ')
						writeGo(&announced, p.Text)
						if i+1 < len(block.Items) && goesOn(announced.String()) {
							announced.WriteByte(';')
						}
					}
				}
			}
		default:
			if !flushGo(&announced, yield) {
				return
			}
		}
	}
	flushGo(&announced, yield)
}

// flushGo yields a paragraph. Backticks are no markup of Go, but many write
// code in them.
func flushGo(paragraph *strings.Builder, yield func(string) bool) bool {
	text := paragraph.String()
	paragraph.Reset()
	return text == "" || plainDoc.inline.paragraphs(text, nil, yield)
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
