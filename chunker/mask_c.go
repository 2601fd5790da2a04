package chunker

import "strings"

// maskC and maskCPP show the grammar what a compiler would see rather than what
// is written: no preprocessor, and of each function a head without macros. The
// grammars of C and C++ know no macros, and take one amid a head for its type,
// its name or its list of parameters. What is found is read from the text, so
// signatures keep the macros.
func maskC(text string) string { return maskMacros(maskDirectives(text, false), false) }

func maskCPP(text string) string { return maskMacros(maskDirectives(text, true), true) }

// branch is what stands between two directives of a conditional.
type branch struct {
	Range
	dead     bool // #if 0
	complete bool // a row of whole declarations or statements
	empty    bool
	after    cNesting
}

// cNesting is how deep in brackets a place is.
type cNesting struct {
	depth, low int  // low is the least depth of the branch
	last       byte // the kind of the last token
}

// conditional is an #if that is not ended.
type conditional struct {
	before    cNesting
	branches  []branch
	dead      bool   // the branches to come: after #if 1
	condition string // without what negates it
	negated   bool
}

// asks notes the condition of an #if.
func (c *conditional) asks(directive, condition string) {
	c.dead = condition == "1"
	condition = strings.ReplaceAll(condition, " ", "")
	condition, c.negated = strings.CutPrefix(condition, "!")
	c.negated = c.negated != (directive == "ifndef")
	c.condition = strings.Trim(strings.TrimPrefix(condition, "defined"), "()")
}

// maxConditionals bounds conditionals within conditionals: what is hidden in one
// is hidden again with those around it.
const maxConditionals = 64

// maskDirectives hides the preprocessor's directives, and of a conditional the
// branches that a compiler would not read together with the others. Branches of
// whole declarations or statements can stay side by side; of others, one of
// which may open a brace that another opens too, the first is kept.
func maskDirectives(text string, cpp bool) string {
	if strings.IndexByte(text, '#') < 0 {
		return text
	}
	m := masker{text: text}
	l := cLexer{text: text, cpp: cpp}
	now := cNesting{last: ';'}
	var open []conditional
	assumed := map[string]bool{}       // what conditions are taken for
	deeper := 0                        // conditionals within too many others
	begin := func(at int, dead bool) { // a branch
		c := &open[len(open)-1]
		now = cNesting{depth: c.before.depth, low: c.before.depth, last: c.before.last}
		c.branches = append(c.branches, branch{Range: Range{at, at}, dead: dead || c.dead, empty: true})
	}
	end := func(at int) {
		c := &open[len(open)-1]
		b := &c.branches[len(c.branches)-1]
		b.End, b.after = at, now
		b.complete = b.empty || now.depth == c.before.depth && now.low == now.depth && (now.last == ';' || now.last == '}')
	}
	for {
		t := l.next()
		if t.kind == 0 {
			break
		}
		if t.kind != '#' || !t.first {
			switch t.kind {
			case '(', '[', '{':
				now.depth++
			case ')', ']', '}':
				now.depth--
				now.low = min(now.low, now.depth)
			}
			now.last = t.kind
			if len(open) > 0 {
				open[len(open)-1].branches[len(open[len(open)-1].branches)-1].empty = false
			}
			continue
		}
		word, condition := m.directive(&l, t.start)
		switch word {
		case "if", "ifdef", "ifndef":
			if len(open) == maxConditionals {
				deeper++
				continue
			}
			open = append(open, conditional{before: now})
			begin(l.at, condition == "0")
			open[len(open)-1].asks(word, condition)
		case "elif", "elifdef", "elifndef", "else":
			if len(open) == 0 { // of a text that begins in a conditional
				open = append(open, conditional{before: cNesting{last: ';'}, branches: make([]branch, 1)})
			}
			if deeper == 0 {
				end(t.start)
				begin(l.at, condition == "0")
			}
		case "endif":
			if deeper > 0 || len(open) == 0 {
				deeper = max(0, deeper-1)
				continue
			}
			end(t.start)
			c := open[len(open)-1]
			open = open[:len(open)-1]
			filled := false
			now, filled = m.choose(c, assumed)
			if len(open) > 0 && filled {
				open[len(open)-1].branches[len(open[len(open)-1].branches)-1].empty = false
			}
		}
	}
	return m.String()
}

// directive hides the directive at start and moves l behind it. Comments stay:
// one may document the function below.
func (m *masker) directive(l *cLexer, start int) (word, condition string) {
	text := m.text
	at := start + 1
	for at < len(text) && (text[at] == ' ' || text[at] == '\t') {
		at++
	}
	word = text[at : at+wordLength(text[at:])]
	at += len(word)
	l.at = at
	from, first := start, true
	for l.at < len(text) && text[l.at] != '\n' {
		rest := text[l.at:]
		switch {
		case strings.HasPrefix(rest, "\\\n") || strings.HasPrefix(rest, "\\\r\n"):
			l.at += 2
			if rest[1] == '\r' {
				l.at++
			}
		case strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*"):
			if first {
				condition, first = strings.TrimSpace(text[at:l.at]), false
			}
			m.blank(Range{from, l.at})
			l.at += cCommentLength(rest)
			from = l.at
		case rest[0] == '"':
			l.literal(false)
		default:
			l.at++
		}
	}
	if first {
		condition = strings.TrimSpace(text[at:l.at])
	}
	m.blank(Range{from, l.at})
	return word, condition
}

// choose hides the branches of c that go. It returns where the text stands after
// those that stay, and whether there is anything in them.
//
// Where one branch has to be chosen, later conditionals that ask the same choose
// alike: what one opens the other closes.
func (m *masker) choose(c conditional, assumed map[string]bool) (after cNesting, filled bool) {
	together := strings.IndexByte(";{}:", c.before.last) >= 0 || len(c.branches) == 1
	for _, b := range c.branches {
		together = together && (b.complete || b.dead)
	}
	first := 0 // of those that may stay
	if !together {
		holds, known := assumed[c.condition]
		if !known {
			holds = !c.negated
			assumed[c.condition] = holds
		}
		if holds == c.negated {
			first = 1
		}
	}
	after = c.before
	for i, b := range c.branches {
		if b.dead || !together && (filled || i < first || b.evenly(c.before) && better(c.branches[i+1:])) {
			m.blank(b.Range)
			continue
		}
		if !b.empty {
			filled = true
			after = cNesting{b.after.depth, min(after.low, b.after.low), b.after.last}
		}
	}
	return after, filled
}

// evenly reports whether a branch closes what it opens and yet is not complete.
func (b branch) evenly(before cNesting) bool {
	return !b.complete && b.after.depth == before.depth && b.after.low == before.depth
}

// better reports whether one of the branches is whole declarations or statements.
func better(branches []branch) bool {
	for _, b := range branches {
		if b.complete && !b.empty && !b.dead {
			return true
		}
	}
	return false
}
