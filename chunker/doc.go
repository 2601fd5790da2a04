package chunker

import (
	"slices"
	"strings"
	"unicode"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// docSyntax says which comments of a language document, how they are to be
// read, and how to write one.
type docSyntax struct {
	insert    insertStyle
	markup    markup
	line      []string     // markers that start a line of documentation
	continued string       // a marker that only continues it, or ""
	block     []delimiters // around a block of documentation
	// far are the openings of those comments that document what comes next even
	// after blank lines.
	far []string
}

// in is d in another markup.
func (d docSyntax) in(m markup) docSyntax {
	d.markup = m
	return d
}

type delimiters struct{ open, close string }

// markup is a language that doc comments are written in.
type markup interface {
	// paragraphs calls yield with the plain text of the paragraphs that may be a
	// summary, until it returns false. Lines have no markers and no common
	// indentation.
	paragraphs(lines []string, yield func(plain string) bool)
}

// maxDoc is the greatest length of Chunk.Doc in runes, that of a summary.
const maxDoc = 120

// maxDocBytes is how much of a comment is read for its first sentence.
const maxDocBytes = 4 << 10

// blockComments are the opening delimiters of block comments in all languages.
var blockComments = []string{"/*", "(*", "{-", "--[[", "--[=", "=begin"}

func isBlockComment(comment string) bool { return hasAnyPrefix(comment, blockComments) }

func hasAnyPrefix(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// documents reports whether a comment is marked as documentation.
func (d docSyntax) documents(comment string) bool {
	return hasAnyPrefix(comment, d.line) ||
		slices.ContainsFunc(d.block, func(b delimiters) bool { return strings.HasPrefix(comment, b.open) })
}

// isFar reports whether a comment documents what comes next even after blank
// lines: if it does not say that it is about the file.
func (d docSyntax) isFar(comment string) bool {
	return hasAnyPrefix(comment, d.far) && !aboutFile.MatchString(comment)
}

var aboutFile = lazyregexp.New(`[@\\](?:file|fileoverview|overview|module|packageDocumentation)\b`)

// sentence returns the first sentence of a doc comment as plain text, or "" for
// a comment that documents nothing: a licence, a directive, code, a note to do
// something, an inherited comment.
func (d docSyntax) sentence(comment string) string {
	comment = strings.ToValidUTF8(comment[:min(len(comment), maxDocBytes)], "")
	if isLicense(comment) {
		return ""
	}
	lines := d.lines(comment)
	for i, line := range lines {
		if len(line) > maxParagraph {
			lines[i] = strings.ToValidUTF8(line[:maxParagraph], "")
		}
	}
	said := ""
	d.markup.paragraphs(lines, func(paragraph string) (next bool) {
		said, next = firstSaying(paragraph)
		return next
	})
	return truncate(said, maxDoc)
}

// lines strips the comment's markers and the indentation that all lines have in
// common. Lines whose marker does not document are left out.
func (d docSyntax) lines(comment string) []string {
	comment = strings.ReplaceAll(comment, "\r\n", "\n")
	unprefixed := strings.TrimLeft(comment, "rRuUbBfF") // of a Python string
	for _, b := range d.block {
		if content, ok := strings.CutPrefix(unprefixed, b.open); ok {
			return blockLines(closingStars.ReplaceAllString(strings.TrimSuffix(content, b.close), ""))
		}
	}
	if isBlockComment(comment) {
		return nil
	}
	var lines []string
	for line := range strings.Lines(comment) {
		if content, ok := d.cutMarker(strings.TrimSpace(line), len(lines) > 0); ok && !closeDirective.MatchString(content) {
			lines = append(lines, trimRight(content))
		}
	}
	if looksLikeCode(lines) {
		return nil
	}
	return dedent(lines)
}

// closingStars matches the stars at the end of a comment that is framed by them.
var closingStars = lazyregexp.New(`\*{3,}\s*$|\s\*+\s*$`)

// cutMarker strips the marker of a line comment that documents.
func (d docSyntax) cutMarker(line string, continues bool) (content string, ok bool) {
	for _, marker := range d.line {
		if content, ok := strings.CutPrefix(line, marker); ok {
			// A marker is often repeated, as in "##" and "////".
			content = strings.TrimSuffix(trimRight(content), " "+marker)
			if again := strings.TrimLeft(content, marker[len(marker)-1:]); again != "" || len(content) < 3 {
				content = again // else it is a ruler
			}
			return content, true
		}
	}
	if continues && d.continued != "" {
		return strings.CutPrefix(line, d.continued)
	}
	return "", false
}

// blockLines are the lines inside a block comment. Where the second has a star
// before it, all have.
func blockLines(content string) []string {
	first, rest, _ := strings.Cut(content, "\n")
	lines := []string{strings.TrimSpace(strings.TrimLeft(first, "*!%"))}
	starred := strings.HasPrefix(strings.TrimLeft(rest, " \t\n"), "*")
	for line := range strings.Lines(rest) {
		line = trimRight(line)
		if bare := strings.TrimLeft(line, " \t"); starred && strings.HasPrefix(bare, "*") {
			line = strings.TrimLeft(bare, "*")
			if line != "" && line[0] != ' ' && line[0] != '\t' {
				line = bare[1:] // of bold text only the first star is a marker
			}
		}
		lines = append(lines, line)
	}
	return append(lines[:1], dedent(lines[1:])...)
}

// dedent takes the least indentation of lines from all of them.
func dedent(lines []string) []string {
	least := maxDocBytes
	for _, line := range lines {
		if bare := strings.TrimLeft(line, " \t"); bare != "" {
			least = min(least, len(line)-len(bare))
		}
	}
	for i, line := range lines {
		lines[i] = line[min(least, len(line)):]
	}
	return lines
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

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
