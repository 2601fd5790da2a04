package lsp

import (
	"sync"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
)

// past is what the functions of a version of a document do, as far as that is
// known: the last good summary of each, whose text may have changed since. The
// client may have seen it before the Scheduler's event about it came.
type past struct {
	mu sync.Mutex
	lastText
	summaries []inference.Summary // one for each function; without Text where there is none
}

// each calls f with the last good summary of each of the chunks of d, to be read
// and written. Where d is the latest version so far, others are compared with it
// from now on; where it is not, nothing is kept.
func (p *past) each(d *document, chunks []chunker.Chunk, f func(i int, last *inference.Summary)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	summaries := p.summaries
	if p.order != d.order || !same(chunks, p.chunks) {
		now := lastText{d.order, d.text, chunks}
		summaries = make([]inference.Summary, len(chunks))
		for i, before := range ancestors(p.lastText, now) {
			if before >= 0 {
				summaries[i] = p.summaries[before]
			}
		}
		if d.order >= p.order {
			p.lastText, p.summaries = now, summaries
		}
	}
	for i := range summaries {
		f(i, &summaries[i])
	}
}

// learn notes a summary of the functions that it is of.
func (p *past) learn(s inference.Summary, of func(*chunker.Chunk) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.chunks {
		if of(&p.chunks[i]) {
			p.summaries[i] = s
		}
	}
}

// remember notes the summaries of the functions of d, to be shown as outdated
// ones when a function has changed. Functions that are gone are forgotten.
func (d *document) remember(from Summaries) {
	chunks := d.chunks()
	keys := d.keys(from, chunks)
	d.past.each(d, chunks, func(i int, last *inference.Summary) {
		if from == nil {
			return
		}
		if r, _ := from.Lookup(keys[i]); r.Phase == inference.Done {
			*last = r.Summary
		}
	})
}

// ancestors returns, for each function of a text, the index of the one that it
// was in a text before, or -1. A function must never wear the summary of its
// neighbour, so in doubt it was none.
func ancestors(before, now lastText) []int {
	found := make([]int, len(now.chunks))
	for i := range found {
		found[i] = -1
	}
	m := matching{before: before.chunks, now: now.chunks, found: found}
	if m.skipEqual(); m.from < m.oldEnd && m.from < m.newEnd {
		m.taken = make([]bool, len(before.chunks))
		m.byText()
		m.byPlace(chunker.Between(before.text, now.text))
	}
	return found
}

// matching is the search of ancestors. What is at either end of both lists and
// equal has been found.
type matching struct {
	before, now          []chunker.Chunk
	found                []int
	taken                []bool // of before
	from, oldEnd, newEnd int
}

// skipEqual finds what stands before and behind all that has changed, which
// after an edit is nearly everything.
func (m *matching) skipEqual() {
	m.oldEnd, m.newEnd = len(m.before), len(m.now)
	for m.from < m.oldEnd && m.from < m.newEnd && alike(&m.before[m.from], &m.now[m.from]) {
		m.found[m.from] = m.from
		m.from++
	}
	for m.oldEnd > m.from && m.newEnd > m.from && alike(&m.before[m.oldEnd-1], &m.now[m.newEnd-1]) {
		m.oldEnd--
		m.newEnd--
		m.found[m.newEnd] = m.oldEnd
	}
}

// alike reports whether two chunks say the same in the same place of the
// program.
func alike(a, b *chunker.Chunk) bool {
	return a.Key == b.Key && a.Name == b.Name && a.Container == b.Container && legible(a)
}

// take notes that the function i was the function j before.
func (m *matching) take(i, j int) { m.found[i], m.taken[j] = j, true }

// each calls f with the functions that have not been found.
func (m *matching) each(f func(i int, c *chunker.Chunk)) {
	for i := m.from; i < m.newEnd; i++ {
		if m.found[i] < 0 {
			f(i, &m.now[i])
		}
	}
}

// byText finds functions that were moved.
func (m *matching) byText() {
	places := map[chunker.Key][]int{}
	for j := m.from; j < m.oldEnd; j++ {
		places[m.before[j].Key] = append(places[m.before[j].Key], j)
	}
	m.each(func(i int, c *chunker.Chunk) {
		for _, j := range places[c.Key] {
			if !m.taken[j] && alike(&m.before[j], c) {
				m.take(i, j)
				return
			}
		}
	})
}

// byPlace finds functions whose name stands where the change has moved it. Of
// those whose name it has replaced, as by a formatter that rewrites a file, only
// so much is known that they come in the same order: they are found if there are
// as many of the same name as before.
func (m *matching) byPlace(c chunker.Change) {
	type identity struct {
		kind            chunker.Kind
		container, name string
	}
	type both struct{ before, now []int }
	places := map[int]int{} // by the start of the name
	replaced := map[identity]*both{}
	group := func(c *chunker.Chunk) *both {
		id := identity{c.Kind, c.Container, c.Name}
		if replaced[id] == nil {
			replaced[id] = &both{}
		}
		return replaced[id]
	}
	for j := m.from; j < m.oldEnd; j++ {
		if m.taken[j] {
			continue
		}
		if at, ok := c.Move(m.before[j].NameRange); ok {
			places[at.Start] = j
		} else {
			g := group(&m.before[j])
			g.before = append(g.before, j)
		}
	}
	m.each(func(i int, now *chunker.Chunk) {
		j, ok := places[now.NameRange.Start]
		switch {
		case ok && m.before[j].Name == now.Name && m.before[j].Kind == now.Kind:
			m.take(i, j)
		case !ok && now.NameRange.End > c.Start && now.NameRange.Start < c.NewEnd:
			g := group(now)
			g.now = append(g.now, i)
		}
	})
	for _, g := range replaced {
		if len(g.before) == len(g.now) {
			for n, i := range g.now {
				m.take(i, g.before[n])
			}
		}
	}
}
