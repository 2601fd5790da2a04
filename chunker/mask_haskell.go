package chunker

import "strings"

// maskHaskell hides from tree-sitter-haskell v0.23.1 what it does not know, by
// bytes of equal length: tabs at the start of a line, escaped characters, and
// branches of the preprocessor's conditions that it passes over though they hold
// definitions.
func maskHaskell(text string) string {
	// A tab then is one column wide, which keeps the layout of a text that is
	// indented by tabs alone.
	return showBranches(maskEscapes(strings.ReplaceAll(text, "\t", " ")))
}

// maskEscapes turns escaped characters such as '\n' into names. The grammar looks
// for their end up to the next blank, even on later lines, and takes the last
// quote: that of f' too.
func maskEscapes(text string) string {
	m := masker{text: text}
	for at := 0; ; {
		i := strings.Index(text[at:], `'\`)
		if i < 0 {
			break
		}
		start := at + i
		at = start + 2
		end := at + 1 // the first byte may be a quote
		for end < len(text) && end < at+len("1114111") && isAlphanumeric(text[end]) {
			end++
		}
		if end >= len(text) || text[end] != '\'' || start > 0 && (isAlphanumeric(text[start-1]) || strings.IndexByte("_'", text[start-1]) >= 0) {
			continue
		}
		m.fill(Range{start, end + 1}, 'a')
		at = end + 1
	}
	return m.String()
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// branches are those of one condition: what their first lines of code agree on.
type branches struct {
	column    int   // of the first line of code, -1 before it
	waiting   bool  // the latest branch has no line of code yet
	differing bool  // a branch does not hold definitions at that column
	others    []int // where the directives after the first stand
}

// showBranches turns #else and #elif into #line, another directive, if all
// branches hold definitions and not a part of one. The grammar takes the first
// branch alone, and what #else starts for a comment.
func showBranches(text string) string {
	if !strings.Contains(text, "#el") && !strings.Contains(text, "# ") {
		return text
	}
	m := masker{text: text}
	var open []branches
	before := "" // the latest line of code
	commented := false
	for at := 0; at < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := trimRight(text[at:end])
		switch name, word := cppDirective(line); {
		case strings.HasPrefix(name, "if"):
			open = append(open, branches{column: -1, waiting: true})
		case len(open) > 0 && (name == "else" || name == "elif"):
			of := &open[len(open)-1]
			of.waiting = true
			of.others = append(of.others, at+word)
		case len(open) > 0 && name == "endif":
			of := open[len(open)-1]
			open = open[:len(open)-1]
			if of.differing || of.column < 0 {
				break
			}
			for _, other := range of.others {
				m.write(Range{other, other + len("else")}, "line")
			}
		case commented || strings.HasPrefix(strings.TrimLeft(line, " "), "{-"):
			commented = !strings.Contains(line, "-}")
		case name == "" && isCode(line):
			for i := len(open) - 1; i >= 0 && open[i].waiting; i-- {
				open[i].start(line, before)
			}
			before = line
		}
		at = end
	}
	return m.String()
}

// start notes a branch's first line of code. Before is the line of code before
// it, in whatever branch.
func (b *branches) start(line, before string) {
	column := indentation(line)
	if b.column < 0 {
		b.column = column
		b.differing = column > 0 && indentation(before) < column && !opensLayout(before)
	}
	b.waiting = false
	b.differing = b.differing || column != b.column || !startsDefinition(line[column:])
}

// cppDirective returns the name of the preprocessor's directive that a line is, and
// where the name starts.
func cppDirective(line string) (name string, at int) {
	if !strings.HasPrefix(line, "#") {
		return "", 0
	}
	name = strings.TrimLeft(line[1:], " ")
	at = len(line) - len(name)
	letters := strings.IndexFunc(name, func(r rune) bool { return r < 'a' || 'z' < r })
	if letters >= 0 {
		name = name[:letters]
	}
	return name, at
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// isCode reports whether a line is neither blank nor a comment.
func isCode(line string) bool {
	line = strings.TrimLeft(line, " ")
	return line != "" && !strings.HasPrefix(line, "--")
}

// opensLayout reports whether the next line starts a block of definitions.
func opensLayout(line string) bool {
	return line == "" || strings.HasSuffix(line, " where") || strings.HasSuffix(line, " let") ||
		strings.TrimLeft(line, " ") == "where"
}

// startsDefinition reports whether a line that starts a block may start a
// definition, and does not go on with one.
func startsDefinition(line string) bool {
	if first := line[0]; first != '(' && first != '_' && (first < 'a' || 'z' < first) {
		return false
	}
	word, _, _ := strings.Cut(line, " ")
	switch word {
	case "where", "then", "else", "in", "of":
		return false
	case "deriving":
		return strings.Contains(line, " instance ")
	}
	return true
}
