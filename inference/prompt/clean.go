package prompt

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxSummary bounds a summary in characters.
	maxSummary = 120
	// maxOutput bounds the bytes of output that are looked at.
	maxOutput = 4096
	// maxPasses bounds how often tidy runs. Sane output needs three.
	maxPasses = 12
)

var (
	// ErrEmpty means that the model wrote nothing visible.
	ErrEmpty = errors.New("the output is empty")
	// ErrDegenerate means that the model wrote something that a reader would
	// call broken: it runs in circles, gives back the code or the name, or
	// holds no words.
	ErrDegenerate = errors.New("the output is degenerate")
)

// Clean makes one line of plain text of a model's output about f: its first
// sentence with a verb in front, a capital and a final period, of at most 120
// characters, without markup, links, invisible characters and what the model
// says before it comes to the point. A sentence that is too long ends in "…".
//
// What only says again what stands before it is cut.
//
// It returns ErrEmpty or ErrDegenerate, wrapped with the reason, when no
// usable text remains. A cleaned text stays as it is when cleaned again.
func Clean(output string, f Function) (string, error) {
	s := output[:min(len(output), maxOutput)]
	for range maxPasses {
		before := s
		s = tidy(s, f)
		switch {
		case s == "" && strings.TrimSpace(visible(output)) == "":
			return "", ErrEmpty
		case s == "":
			return "", fmt.Errorf("%w: it has no words", ErrDegenerate)
		case s != before:
			continue
		}
		if reason := broken(s, f); reason != "" {
			return "", fmt.Errorf("%w: %s", ErrDegenerate, reason)
		}
		shorter := cutCircle(s)
		if shorter == s {
			return s, nil
		}
		s = shorter
	}
	return "", fmt.Errorf("%w: its markup is nested too deeply", ErrDegenerate)
}

// tidy is one pass of Clean. A pass can uncover what only the next one sees,
// such as a tag behind an entity; Clean repeats it until nothing changes,
// which is also why a cleaned text stays as it is.
func tidy(s string, f Function) string {
	s, _ = firstLine(visible(s), f)
	s = cutLoop(s)
	if end := sentenceEnd(s); end >= 0 {
		s = s[:end]
	}
	s = capitalize(verbFirst(s, f))
	return punctuate(s, f)
}

// complete reports whether output holds a whole sentence about the function
// and something after it. Before that, "3." may become "3.5".
func complete(output string) bool {
	if !strings.ContainsAny(output, "\n.!?。！？…") {
		return false
	}
	line, ended := firstLine(visible(output), Function{})
	return line != "" && (ended || sentenceEnd(line) >= 0)
}

// firstLine returns the first line of s that says something, as plain text
// and without lead-in, and whether its end has been reached. Lines in a code
// fence count only if there are no others, and a line that ends in a colon
// only if nothing follows it.
func firstLine(s string, f Function) (line string, ended bool) {
	var fenced, intro string
	var fencedEnded, inFence bool
	for rest, more := s, true; more; {
		line, rest, more = strings.Cut(rest, "\n")
		if isFence(line) {
			inFence = !inFence
			continue
		}
		line = withoutLeadIn(plain(line, f), f)
		switch {
		case !strings.ContainsFunc(line, isWordRune):
		case strings.HasSuffix(line, ":"):
			intro = line
		case !inFence:
			return line, more
		case fenced == "":
			fenced, fencedEnded = line, more
		}
	}
	if fenced != "" {
		return fenced, fencedEnded
	}
	return intro, false
}

// isFence reports whether line opens or closes a code fence.
func isFence(line string) bool {
	line = strings.TrimSpace(line)
	info, ok := strings.CutPrefix(line, "```")
	return ok && !strings.Contains(info, "`") || strings.HasPrefix(line, "~~~")
}

// capitalize gives s a capital first letter, unless its first word is spelled
// like an identifier.
func capitalize(s string) string {
	word, _, _ := strings.Cut(s, " ")
	first, size := utf8.DecodeRuneInString(word)
	if strings.ContainsAny(word, "_0123456789") || strings.ContainsFunc(word[size:], unicode.IsUpper) {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
