package bpe

import "math"

// rule says that two neighbouring tokens become one.
type rule struct {
	rank uint32 // the lowest is applied first
	id   uint32 // of the merged token
}

// pair is the left token's id in the high half and the right one's in the low.
type pair uint64

func join(left, right uint32) pair { return pair(left)<<32 | pair(right) }

// symbol is one token of the piece that is being merged, in a doubly linked
// list over a slice.
type symbol struct {
	id         uint32
	prev, next int32 // indices, -1 for none
	// rule merges the symbol with the next one. Its rank is noRule where there
	// is none, and on a symbol that is itself merged into the one on its left.
	rule rule
}

const noRule = math.MaxUint32

// merger holds the memory of one merge, to be used again.
type merger struct {
	symbols []symbol
	queue   queue
}

// maxKept bounds, in symbols, the memory that an idle merger keeps.
const maxKept = 1 << 14

// start begins a piece of which at most n symbols are to be pushed.
func (m *merger) start(n int) {
	if cap(m.symbols) < n {
		m.symbols = make([]symbol, 0, n)
	}
	m.symbols, m.queue = m.symbols[:0], m.queue[:0]
}

func (m *merger) push(id uint32) {
	n := int32(len(m.symbols))
	m.symbols = append(m.symbols, symbol{id: id, prev: n - 1, next: n + 1})
}

// merge applies rules until none applies, always the one of lowest rank and of
// these the leftmost, in O(n log n). Source: Word::merge_all in Hugging Face's
// tokenizers, models/bpe/word.rs.
func (m *merger) merge(rules map[pair]rule) {
	if len(m.symbols) == 0 {
		return
	}
	m.symbols[len(m.symbols)-1].next = -1
	for i := range m.symbols {
		m.consider(rules, int32(i))
	}
	for len(m.queue) > 0 {
		c := m.queue.pop()
		left := &m.symbols[c.at()]
		if left.rule.rank != c.rank() {
			continue // one of the two has grown since
		}
		right := &m.symbols[left.next]
		left.id, left.next, right.rule.rank = left.rule.id, right.next, noRule
		if left.next >= 0 {
			m.symbols[left.next].prev = c.at()
		}
		m.consider(rules, c.at())
		if left.prev >= 0 {
			m.consider(rules, left.prev)
		}
	}
}

// consider looks for the rule that merges the symbol at i with the next one,
// and queues it.
func (m *merger) consider(rules map[pair]rule, i int32) {
	left := &m.symbols[i]
	left.rule.rank = noRule
	if left.next < 0 {
		return
	}
	if r, ok := rules[join(left.id, m.symbols[left.next].id)]; ok {
		left.rule = r
		m.queue.push(candidate(r.rank)<<32 | candidate(i))
	}
}

// candidate is a merge that may be applied: the rank of its rule in the high
// half and the index of its left symbol in the low.
type candidate uint64

func (c candidate) rank() uint32 { return uint32(c >> 32) }
func (c candidate) at() int32    { return int32(uint32(c)) }

// queue is a binary min-heap. container/heap would call through an
// interface and allocate for every element.
type queue []candidate

func (q *queue) push(c candidate) {
	h := append(*q, c)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if h[up] <= c {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = c
	*q = h
}

func (q *queue) pop() candidate {
	h := *q
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	for i := 0; len(h) > 0; {
		down := 2*i + 1
		if down+1 < len(h) && h[down+1] < h[down] {
			down++
		}
		if down >= len(h) || last <= h[down] {
			h[i] = last
			break
		}
		h[i] = h[down]
		i = down
	}
	return top
}
