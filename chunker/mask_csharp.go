package chunker

import (
	"strings"
	"unicode"
)

// maxConditions bounds conditions within conditions.
const maxConditions = 64

// maskConditions hides from the grammar of C# the conditions (#if) that cut
// through a declaration or a statement, and of their branches all but the
// first: tree-sitter-c-sharp v0.23.5 knows conditions around whole ones only.
func maskConditions(text string) string {
	if !strings.Contains(text, "#if") && !strings.Contains(text, "#:") {
		return text
	}
	m := conditionMask{masker: masker{text: text}}
	for i, fresh := len(text)-len(strings.TrimPrefix(text, "\ufeff")), true; i < len(text); {
		b := text[i]
		switch {
		case b == '\n':
			i, fresh = i+1, true
			continue
		case strings.IndexByte(blanks, b) >= 0:
			i++
			continue
		case b == '#' && fresh:
			end := i + lineLength(text[i:])
			if !m.directive(Range{i, end}) {
				return text
			}
			i = end
			continue
		case strings.HasPrefix(text[i:], "//"):
			i += lineLength(text[i:])
			continue
		case strings.HasPrefix(text[i:], "/*"):
			i += lengthTo(text[i:], 2, "*/")
			continue
		}
		end := i + csharpToken(text[i:])
		m.token(text[i:end])
		i, fresh = end, false
	}
	m.settle("")
	for _, c := range m.open { // while a person types, and in a part of a file
		c.end(Range{len(text), len(text)})
		m.blankAll(c.hidden)
	}
	return m.String()
}

// conditionMask follows the tokens and the directives of a text.
type conditionMask struct {
	masker
	last  string      // the token before, outside of conditions
	open  []condition // the innermost last
	ended []condition // that wait for the token after them
}

// condition is one #if with its #endif.
type condition struct {
	before   string // the token before it
	hidden   []Range
	dropped  int // where the branches after the first begin, or 0
	first    arm // the first branch, once another begins
	current  arm
	cuts     bool // through a declaration or a statement
	branches int
}

// arm sums up the tokens of a branch.
type arm struct {
	depth int // of brackets
	first string
	last  string
}

func (m *conditionMask) token(token string) {
	m.settle(token)
	if len(m.open) == 0 {
		m.last = token
		return
	}
	b := &m.open[len(m.open)-1]
	b.current.add(token)
	b.cuts = b.cuts || b.current.depth < 0
}

func (b *arm) add(token string) {
	switch token {
	case "(", "[", "{":
		b.depth++
	case ")", "]", "}":
		b.depth--
	}
	if b.first == "" {
		b.first = token
	}
	b.last = token
}

// directive reports whether conditions are not nested too deeply.
func (m *conditionMask) directive(line Range) bool {
	word := strings.TrimLeft(m.text[line.Start+1:line.End], blanks)
	switch {
	case strings.HasPrefix(m.text[line.Start:line.End], "#:"): // of a program in one file
		m.blank(line)
	case strings.HasPrefix(word, "if"):
		if len(m.open) == maxConditions {
			return false
		}
		before := m.last
		if n := len(m.open); n > 0 {
			if before = m.open[n-1].current.last; before == "" {
				before = m.open[n-1].before
			}
		}
		m.open = append(m.open, condition{before: before, hidden: []Range{line}})
	case !strings.HasPrefix(word, "el") && !strings.HasPrefix(word, "endif"):
	case len(m.open) == 0:
		m.blank(line)
	case strings.HasPrefix(word, "el"):
		c := &m.open[len(m.open)-1]
		c.endBranch()
		if c.dropped == 0 {
			c.dropped = line.Start
		}
	default:
		c := m.open[len(m.open)-1]
		m.open = m.open[:len(m.open)-1]
		c.end(line)
		m.ended = append(m.ended, c)
		if c.first.first == "" {
			break
		}
		if n := len(m.open); n > 0 {
			around := &m.open[n-1]
			around.current.depth += c.first.depth
			if around.current.first == "" {
				around.current.first = c.first.first
			}
			around.current.last = c.first.last
		} else {
			m.last = c.first.last
		}
	}
	return true
}

// end takes the line of an #endif.
func (c *condition) end(line Range) {
	c.endBranch()
	if c.dropped > 0 {
		line.Start = c.dropped
	}
	c.hidden = append(c.hidden, line)
}

func (c *condition) endBranch() {
	whole := c.current.depth == 0 && (c.current.last == "" || c.current.last == ";" || c.current.last == "}")
	c.cuts = c.cuts || !whole || continues(c.current.first)
	if c.branches == 0 {
		c.first = c.current
	}
	c.branches++
	c.current = arm{}
}

// settle hides those of the conditions that have ended that cut through
// something, now that the token after them is known.
func (m *conditionMask) settle(after string) {
	for _, c := range m.ended {
		begins := c.before == "" || strings.Contains(";{}:]", c.before)
		if c.cuts || !begins || continues(after) {
			m.blankAll(c.hidden)
		}
	}
	m.ended = m.ended[:0]
}

// continues reports whether a token can only go on with what stands before.
func continues(token string) bool {
	switch token {
	case "":
		return false
	case "else", "catch", "finally", "case", "default":
		return true
	}
	return strings.Contains(",.?:;)]=&|<>/%^*", token)
}

func (m *conditionMask) blankAll(ranges []Range) {
	for _, r := range ranges {
		m.blank(r)
	}
}

// csharpToken returns the length of the token that text begins with: a word, a
// literal, or one character.
func csharpToken(text string) int {
	start := len(text) - len(strings.TrimLeft(text, "@$"))
	if rest := text[start:]; strings.HasPrefix(rest, `"`) {
		quotes := len(rest) - len(strings.TrimLeft(rest, `"`))
		switch {
		case quotes >= 3 && !strings.Contains(text[:start], "@"):
			return start + lengthTo(rest, quotes, rest[:quotes])
		case strings.Contains(text[:start], "@"):
			at := 1
			for {
				at = lengthTo(rest, at, `"`)
				if at == len(rest) || rest[at] != '"' {
					return start + at
				}
				at++
			}
		}
		length, _ := quoted(rest)
		return start + length
	}
	if text[0] == '\'' {
		length, _ := quoted(text)
		return length
	}
	word := strings.IndexFunc(text[start:], func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	if word < 0 {
		return len(text)
	}
	return max(start+word, 1)
}

// lengthTo returns the length up to and with end, which is looked for behind
// the first so many bytes, or else that of the text.
func lengthTo(text string, from int, end string) int {
	if i := strings.Index(text[min(from, len(text)):], end); i >= 0 {
		return from + i + len(end)
	}
	return len(text)
}

func lineLength(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}
