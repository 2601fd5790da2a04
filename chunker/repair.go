package chunker

import (
	"bytes"
	"iter"
	"slices"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// repaired blanks the brackets without a partner, which indentation tells from
// the others, and what would make no sense without them. A grammar looks for the
// partner to the end of the file, while a person sees which function the error is
// in. Text whose brackets pair stays as it is.
func (l *lexis) repaired(text string) string {
	var b brackets
	if l.scan(text, b.add); b.paired() {
		return text
	}
	var tokens []token
	l.scan(text, func(t token) bool {
		tokens = append(tokens, t)
		return true
	})
	r := repair{l, []byte(text)}
	for unit := range pieces(tokens, 0) {
		r.piece(unit, 0)
	}
	return string(r.text)
}

type repair struct {
	*lexis
	text []byte
}

// maxRepair bounds the blocks within blocks that are looked into.
const maxRepair = 100

// piece repairs a statement or a definition: what is around its body, and each
// line of the body by itself. It reports whether nothing is left of it.
func (r *repair) piece(tokens []token, depth int) (gone bool) {
	if paired(tokens) {
		return false
	}
	first, last := len(tokens), len(tokens) // of the body, and of what closes it
	var open []byte                         // before the body
	for i, t := range tokens {
		switch {
		case first == len(tokens) && t.opens():
			open = append(open, t.char)
		case first == len(tokens) && t.closes():
			if n := len(open) - 1; n >= 0 && open[n] == t.partner() {
				open = open[:n]
			}
		case first == len(tokens):
			if t.indent > tokens[0].indent && (len(open) == 0 || open[len(open)-1] == '{') {
				first = i
			}
		case t.closes() && t.edge && t.indent <= tokens[0].indent:
			last = min(last, i)
		}
	}
	if first == len(tokens) || depth == maxRepair {
		if depth > 0 && r.statements {
			r.wipe(tokens[0].at, r.lineEnd(tokens[len(tokens)-1].at))
			return true
		}
		r.blank(tokens)
		return false
	}
	if around := slices.Concat(tokens[:first], tokens[last:]); !paired(around) {
		if depth > 0 && r.head == "" {
			// A method without a head or an end would take the others along.
			r.wipe(tokens[0].at, r.lineEnd(tokens[len(tokens)-1].at))
			return true
		}
		if whole := r.blank(around); whole {
			return false
		}
	}
	annotations := -1 // where those begin that stand right before
	for statement := range pieces(tokens[first:last], tokens[first].indent) {
		at := statement[0].at
		switch {
		case r.piece(statement, depth+1):
			if annotations >= 0 { // they would be taken for the next one's
				r.wipe(annotations, at)
			}
			annotations = -1
		case !annotation.Match(r.text[at:r.lineEnd(statement[len(statement)-1].at)]):
			annotations = -1
		case annotations < 0:
			annotations = at
		}
	}
	return false
}

// annotation matches a line that holds annotations only.
var annotation = lazyregexp.New(`^(?:@[\w.:]+(?:\(.*\))?|\[.*\])\s*$`)

// pieces divides tokens where lines start with an indentation, or with less.
func pieces(tokens []token, indent int) iter.Seq[[]token] {
	return func(yield func([]token) bool) {
		for len(tokens) > 0 {
			n := 1 + slices.IndexFunc(tokens[1:], func(t token) bool {
				return t.indent <= indent && (t.char == wordStart || t.char == definitionStart || t.char == otherStart && indent > 0)
			})
			if n == 0 {
				n = len(tokens)
			}
			if !yield(tokens[:n]) {
				return
			}
			tokens = tokens[n:]
		}
	}
}

// blank overwrites the brackets without a partner. The first line of a function
// that leaves both its parameters and its body open goes altogether: what comes
// next would be taken for a part of them. Where indentation makes blocks, what
// is left must be the head of a block, or a statement: that is gone as a whole.
func (r *repair) blank(tokens []token) (whole bool) {
	first := tokens[0]
	head := r.lineEnd(first.at)
	if r.head != "" {
		line := r.text[first.at:head]
		if compound.Match(line) && len(line) > len(r.head) {
			r.wipe(first.at, head)
			copy(line, r.head)
			line[len(line)-1] = ':'
			return false
		}
		r.wipe(first.at, r.lineEnd(tokens[len(tokens)-1].at))
		if first.char != definitionStart { // which is a decorator
			line[0] = '0'
		}
		return true
	}
	inHead := 0
	for _, at := range single(tokens) {
		r.text[at] = ' '
		if at < head {
			inHead++
		}
	}
	if inHead > 1 && first.char == wordStart {
		r.wipe(first.at, head)
	}
	return false
}

// compound matches the statements of Python that have a block.
var compound = lazyregexp.New(`^(?:async|class|def|for|if|while|with)\b`)

// lineEnd returns where the line ends that at is on.
func (r *repair) lineEnd(at int) int {
	if n := bytes.IndexByte(r.text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(r.text)
}

// wipe blanks all but the line breaks.
func (r *repair) wipe(from, to int) {
	for i := from; i < to; i++ {
		if r.text[i] != '\n' {
			r.text[i] = ' '
		}
	}
}

// brackets are those that wait for their partners.
type brackets struct {
	open   []byte
	single bool // one has none
}

// add takes the next token. It reports whether all may still have partners.
func (b *brackets) add(t token) bool {
	switch n := len(b.open) - 1; {
	case t.opens():
		b.open = append(b.open, t.char)
	case !t.closes():
	case n < 0 || b.open[n] != t.partner():
		b.single = true
	default:
		b.open = b.open[:n]
	}
	return !b.single
}

func (b *brackets) paired() bool { return !b.single && len(b.open) == 0 }

// paired reports whether each bracket has its partner, whatever the indentation.
func paired(tokens []token) bool {
	var b brackets
	for _, t := range tokens {
		if !b.add(t) {
			return false
		}
	}
	return b.paired()
}

// single returns where the brackets without a partner are. An open one has its
// partner on its line, or on lines that are indented as its own or deeper.
func single(tokens []token) []int {
	var marked []int
	var open []token
	var count [256]int // of the brackets in open
	drop := func(until func(t token) bool) {
		for len(open) > 0 && !until(open[len(open)-1]) {
			marked = append(marked, open[len(open)-1].at)
			count[open[len(open)-1].char]--
			open = open[:len(open)-1]
		}
	}
	var began token // what the line goes on with: "if (a &&\n    b) {" is indented as its "if"
	for _, t := range tokens {
		switch {
		case t.opens():
			if began.line == t.line && began.char != 0 {
				t.indent = began.indent
			}
			open = append(open, t)
			count[t.char]++
		case t.closes():
			if t.edge {
				drop(func(o token) bool { return o.indent <= t.indent })
			}
			if count[t.partner()] == 0 {
				marked = append(marked, t.at)
				break
			}
			drop(func(o token) bool { return o.char == t.partner() })
			began = open[len(open)-1]
			began.line = t.line
			open = open[:len(open)-1]
			count[t.partner()]--
		case t.char == definitionStart:
			drop(func(token) bool { return false })
		default:
			drop(func(o token) bool {
				inBlock := o.char == '{' && o.edge && o.indent == t.indent && t.char == wordStart
				return o.indent <= t.indent && !inBlock
			})
		}
	}
	drop(func(token) bool { return false })
	return marked
}
