package bpe

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
)

// Source code repeats its words, so nearly every piece has been merged before.
const (
	cacheSets = 1 << 14
	// maxCached bounds the bytes of a cached piece, so that the whole cache
	// stays under 8 MB.
	maxCached = 32
)

// cache remembers the ids of pieces. A set holds the two latest pieces that hash
// to it: reads and writes take no lock, and memory is bounded. The seed is
// random, so text cannot be made to collide.
type cache struct {
	seed maphash.Seed
	sets [cacheSets][2]atomic.Pointer[cached]
}

type cached struct {
	piece string
	ids   []int64
}

func newCache() *cache { return &cache{seed: maphash.MakeSeed()} }

func (c *cache) set(piece string) *[2]atomic.Pointer[cached] {
	return &c.sets[maphash.String(c.seed, piece)%cacheSets]
}

func (c *cache) get(piece string) ([]int64, bool) {
	set := c.set(piece)
	for i := range set {
		if e := set[i].Load(); e != nil && e.piece == piece {
			return e.ids, true
		}
	}
	return nil, false
}

// put copies piece, which is part of a larger text, and ids.
func (c *cache) put(piece string, ids []int64) {
	set := c.set(piece)
	set[1].Store(set[0].Load())
	set[0].Store(&cached{strings.Clone(piece), slices.Clone(ids)})
}
