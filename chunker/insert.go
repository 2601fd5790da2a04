package chunker

import (
	"errors"
	"fmt"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// insertStyle is how a language's doc comment is written.
type insertStyle int

const (
	slashes   insertStyle = iota // "// Name does." as Go wants it
	comment                      // the first of docSyntax.line and a blank
	block                        // the first of docSyntax.block around it
	xml                          // "/// <summary>Does.</summary>"
	docstring                    // """Does.""" as the first statement of the body
	attribute                    // @doc "Does."
)

// ErrDocumented is returned for a chunk that has a doc comment already.
var ErrDocumented = errors.New("the function has a doc comment")

// DocComment returns the insertion that documents c with summary in the
// language's own style: at the byte offset of text, the file's content that c
// was cut from. The insertion carries its indentation and the file's line
// ending. It fails with ErrDocumented, and where the style has no place for a
// comment: on a function that does not start its line, or whose body is on the
// line of its head.
func (l *Language) DocComment(c Chunk, summary, text string) (offset int, insertion string, err error) {
	switch {
	case c.Range.Start < 0 || c.Range.Start > len(text) || c.BodyRange.Start < 0 || c.BodyRange.Start > len(text):
		return 0, "", fmt.Errorf("chunker: %s is outside the text: cut it from the current text", c.Name)
	case !c.DocRange.absent():
		return 0, "", fmt.Errorf("chunker: %s: %w", c.Name, ErrDocumented)
	case !strings.ContainsFunc(summary, isWordRune):
		return 0, "", fmt.Errorf("chunker: %s: the summary %q says nothing", c.Name, summary)
	}
	offset = c.Range.Start
	if l.doc.insert == docstring {
		offset = c.BodyRange.Start
	}
	if !startsLine(text, offset) {
		return 0, "", fmt.Errorf("chunker: %s has no line of its own for a %s doc comment: break the line first", c.Name, l.Name)
	}
	eol := "\n"
	if strings.Contains(text, "\r\n") {
		eol = "\r\n"
	}
	indent := text[lineStart(text, offset):offset]
	return offset, l.doc.write(c.Name, sentenceCase(summary)) + eol + indent, nil
}

// write returns the doc comment of one line, in which the summary cannot end
// the comment or be read as anything but text.
func (d docSyntax) write(name, summary string) string {
	switch d.insert {
	case slashes:
		return "// " + startWithName(name, summary)
	case block:
		// Kotlin, Scala and OCaml nest block comments, OCaml's lexer sees
		// strings in them, and Java reads \u in them.
		b := d.block[0]
		safe := strings.NewReplacer("*/", "* /", "/*", "/ *", "*)", "* )", "(*", "( *", `\u`, `\ u`)
		if b.open == "(**" {
			summary = quotedString.ReplaceAllString(strings.ReplaceAll(summary, `"`, "'"), "{ $1")
		}
		return b.open + " " + safe.Replace(summary) + " " + b.close
	case xml:
		return "/// <summary>" + html.EscapeString(summary) + "</summary>"
	case docstring:
		return `"""` + strings.NewReplacer(`\`, `\\`, `"""`, `\"\"\"`).Replace(closeQuote(summary)) + `"""`
	case attribute:
		return `@doc "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "#{", `\#{`).Replace(summary) + `"`
	default:
		// A backslash at its end would continue a line comment of C.
		return d.line[0] + " " + strings.TrimRight(summary, `\`)
	}
}

// quotedString is what may begin a string of OCaml that ends at a bar and a
// brace only: {|, {name| and {%extension name|.
var quotedString = lazyregexp.New(`\{(%|[^\s{|]*\|)`)

// closeQuote keeps a quote at the end of a docstring from joining its delimiter.
func closeQuote(summary string) string {
	if strings.HasSuffix(summary, `"`) {
		return summary + " "
	}
	return summary
}

// sentenceCase puts a summary on one line and ends it like a sentence.
func sentenceCase(summary string) string {
	summary = strings.Join(strings.FieldsFunc(summary, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	last, _ := utf8.DecodeLastRuneInString(summary)
	if isWordRune(last) || strings.ContainsRune(`)]"'`, last) {
		summary += "."
	}
	first, size := utf8.DecodeRuneInString(summary)
	return string(unicode.ToUpper(first)) + summary[size:]
}

// startWithName puts a Go function's name before its summary, whose first word
// is a verb and becomes third person: "Parse a header." is documented as
// "ParseHeader parses a header.".
func startWithName(name, summary string) string {
	if summary == name || strings.HasPrefix(summary, name+" ") {
		return summary
	}
	verb, rest, _ := strings.Cut(summary, " ")
	verb, stop := strings.TrimRight(verb, ".!?"), strings.HasSuffix(verb, ".")
	first, size := utf8.DecodeRuneInString(verb)
	said := name + " " + thirdPerson(string(unicode.ToLower(first))+verb[size:])
	switch {
	case rest != "":
		return said + " " + rest
	case stop:
		return said + "."
	}
	return said
}

// thirdPerson conjugates a regular English verb that is not conjugated yet.
func thirdPerson(verb string) string {
	has := func(endings ...string) bool {
		for _, ending := range endings {
			if strings.HasSuffix(verb, ending) {
				return true
			}
		}
		return false
	}
	switch {
	case has("ss", "x", "z", "ch", "sh", "o"):
		return verb + "es"
	case has("s"):
		return verb
	case has("y") && !has("ay", "ey", "oy", "uy"):
		return strings.TrimSuffix(verb, "y") + "ies"
	}
	return verb + "s"
}
