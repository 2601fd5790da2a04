package chunker

import (
	"strings"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// maskBash shows the grammar tests of Bats as functions, and expansions that it
// can read.
func maskBash(text string) string { return maskTests(maskExpansions(text)) }

var bracedTest = lazyregexp.New(`^[ \t]*@test[ \t]+(?:".+?"|'.+?')[ \t]+\{`)

// maskTests makes @test "adds" { into a function: the last quote and the blank
// after it are its brackets, and all before is its name.
func maskTests(text string) string {
	m := masker{text: text}
	if !strings.Contains(text, "@test") {
		return text
	}
	start := 0
	for line := range strings.Lines(text) {
		if opened := bracedTest.FindString(line); opened != "" {
			quote := start + strings.LastIndexAny(opened, "\"'")
			m.fill(Range{start + strings.IndexByte(line, '@'), quote}, '_')
			m.write(Range{quote, quote + 2}, "()")
		}
		start += len(line)
	}
	return m.String()
}

// maskExpansions makes the words in Bash's expansions simple, such as the last
// one in ${out:+${out};}. tree-sitter-bash v0.25.1 takes marks and quotes in them
// for those of a command, and loses all functions up to a brace that fits. What
// goes over several lines is left to the grammar.
func maskExpansions(text string) string {
	m := masker{text: text}
	for start := 0; start < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		quoted := false
		for at := start; at < end; at++ {
			switch {
			case text[at] == '\\':
				at++
			case text[at] == '"':
				quoted = !quoted
			case strings.HasPrefix(text[at:end], "${"):
				if after := m.expansion(Range{at, min(end, at+longestExpansion)}, quoted, 0); after > 0 {
					at = after - 1
				}
			}
		}
		start = end + 1
	}
	return m.String()
}

// Bounds on expansions that are made simple. Those without an end are read again
// for each that begins in them.
const (
	longestExpansion = 512
	maxExpansions    = 8 // within each other
)

// expansion makes the word of the expansion at the start of r simple. It returns
// where it ends, or 0 if that is not in r.
func (m *masker) expansion(r Range, quoted bool, depth int) (after int) {
	text := m.text[:r.End]
	at := r.Start + len("${")
	for at < r.End && strings.IndexByte("!#", text[at]) >= 0 {
		at++
	}
	at += wordLength(text[at:])
	if at < r.End && text[at] == '[' {
		for at < r.End && text[at] != ']' && text[at] != '}' {
			at++
		}
		at = min(at+1, r.End)
	}
	word := Range{at, at}
	var inner []Range // what stays: expansions and commands
	simple := true
	for at < r.End {
		b := text[at]
		switch {
		case b == '}':
			if word.End = at; !simple {
				m.simplify(word, inner)
			}
			return at + 1
		case b == '\\':
			simple = false
			at++
		case b == '\'' && !quoted, b == '"':
			close := strings.IndexByte(text[at+1:], b)
			if close < 0 {
				return 0
			}
			simple = simple && b == '"' || close == 0
			if b == '"' && strings.Contains(text[at+1:at+1+close], "$(") {
				return 0 // which has quotes of its own
			}
			at += 1 + close
		case strings.HasPrefix(text[at:], "${"):
			end := 0
			if depth < maxExpansions {
				end = m.expansion(Range{at, r.End}, quoted, depth+1)
			}
			if end == 0 {
				return 0
			}
			inner = append(inner, Range{at, end})
			at = end - 1
		case strings.HasPrefix(text[at:], "$("), b == '`':
			end := commandEnd(text, at)
			if end == 0 {
				return 0
			}
			inner = append(inner, Range{at, end})
			at = end - 1
		case strings.IndexByte(";&|()<>\"'", b) >= 0, b == ' ' && text[word.Start] == ':': // ${a:0:$b + 1}
			simple = false
		}
		at++
	}
	return 0
}

// commandEnd returns where the command that text has at an offset ends, or 0. Its
// own quotes are not looked at.
func commandEnd(text string, at int) int {
	if text[at] == '`' {
		if i := strings.IndexByte(text[at+1:], '`'); i >= 0 {
			return at + i + 2
		}
		return 0
	}
	depth := 0
	for ; at < len(text); at++ {
		switch text[at] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return 0
}

// simplify leaves of a word what a name can hold, the operator at its start and
// the inner ranges.
func (m *masker) simplify(word Range, inner []Range) {
	at := word.Start
	for at < word.End && strings.IndexByte(":-=+?%#/^,@*", m.text[at]) >= 0 {
		at++
	}
	for ; at < word.End; at++ {
		if len(inner) > 0 && at == inner[0].Start {
			at = inner[0].End - 1
			inner = inner[1:]
		} else if b := m.text[at]; !isNameByte(b) && b != '/' {
			m.fill(Range{at, at + 1}, 'x')
		}
	}
}
