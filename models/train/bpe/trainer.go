package main

import (
	"cmp"
	"container/heap"
	"slices"
)

// pair is two neighbouring tokens.
type pair [2]int32

// piece is a part of the text that is merged on its own, as its tokens, and
// how often it occurs.
type piece struct {
	tokens []int32
	count  int
}

// learn merges the most frequent pair of neighbouring tokens into one, again
// and again, until the vocabulary has size tokens or no pair occurs twice. It
// returns the vocabulary, which grows by the new tokens, and the merges. Of
// equally frequent pairs the one with the smaller ids comes first, so the
// result depends on nothing but the counts. Learn changes pieces.
func learn(pieces []piece, v vocabulary, size int) (vocabulary, []pair) {
	t := &trainer{pieces: pieces, counts: map[pair]int{}, where: map[pair]map[int]bool{}}
	for i, p := range pieces {
		t.count(i, p.count)
	}
	for p, n := range t.counts {
		t.queue = append(t.queue, candidate{p, n})
	}
	heap.Init(&t.queue)
	ids := map[string]int32{}
	for id, token := range v {
		ids[token] = int32(id)
	}
	var merges []pair
	for len(v) < size {
		best, ok := t.best()
		if !ok {
			break
		}
		token := v[best[0]] + v[best[1]]
		id, known := ids[token] // two ways may lead to one token: a+bc, ab+c
		if !known {
			id = int32(len(v))
			ids[token] = id
			v = append(v, token)
		}
		t.merge(best, id)
		merges = append(merges, best)
	}
	return v, merges
}

type trainer struct {
	pieces []piece
	counts map[pair]int
	where  map[pair]map[int]bool // pieces that may hold the pair
	queue  queue
}

// count adds times to the counts of the pairs of piece i.
func (t *trainer) count(i, times int) {
	tokens := t.pieces[i].tokens
	for j := range len(tokens) - 1 {
		p := pair{tokens[j], tokens[j+1]}
		t.counts[p] += times
		if t.where[p] == nil {
			t.where[p] = map[int]bool{}
		}
		t.where[p][i] = true
	}
}

// best takes the most frequent pair from the queue. Counts in the queue may be
// old: a candidate whose count has changed goes back with the new one.
func (t *trainer) best() (pair, bool) {
	const rarest = 2
	for len(t.queue) > 0 {
		c := heap.Pop(&t.queue).(candidate)
		switch n := t.counts[c.pair]; {
		case n < rarest:
		case n == c.count:
			return c.pair, true
		default:
			heap.Push(&t.queue, candidate{c.pair, n})
		}
	}
	return pair{}, false
}

// merge replaces p by token everywhere.
func (t *trainer) merge(p pair, token int32) {
	changed := map[pair]bool{}
	for i := range t.where[p] {
		piece := &t.pieces[i]
		t.count(i, -piece.count)
		piece.tokens = replace(piece.tokens, p, token)
		t.count(i, piece.count)
		for j := range len(piece.tokens) - 1 {
			if q := (pair{piece.tokens[j], piece.tokens[j+1]}); q[0] == token || q[1] == token {
				changed[q] = true
			}
		}
	}
	delete(t.counts, p)
	delete(t.where, p)
	for q := range changed {
		heap.Push(&t.queue, candidate{q, t.counts[q]})
	}
}

func replace(tokens []int32, p pair, token int32) []int32 {
	out := tokens[:0]
	for i := 0; i < len(tokens); i++ {
		if i+1 < len(tokens) && tokens[i] == p[0] && tokens[i+1] == p[1] {
			out = append(out, token)
			i++
		} else {
			out = append(out, tokens[i])
		}
	}
	return out
}

type candidate struct {
	pair  pair
	count int
}

// queue is a heap with the next pair to merge on top.
type queue []candidate

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[j].count, q[i].count), slices.Compare(q[i].pair[:], q[j].pair[:])) < 0
}
func (q *queue) Push(c any) { *q = append(*q, c.(candidate)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}
