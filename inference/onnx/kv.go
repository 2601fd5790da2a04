package onnx

import "unsafe"

// kvCache holds the keys and values of the tokens that the sequences of a batch
// have read, as 2*layers tensors of shape [places, kvHeads, rows, headDim]: a
// place for each sequence.
//
// Where the graph works in place, a tensor has more rows than tokens, past and
// present are the same tensor and a step writes its own rows only. Elsewhere
// the shape must say the number of tokens, so there is one place only, and two
// buffers for each tensor: ONNX Runtime reads the one and writes the other, and
// they change places. Either way a step allocates no cache and copies none
// through Go.
type kvCache struct {
	sig    *signature
	tokens []int // held, by place
	rows   int   // room for each place

	front, back [][]byte // past and present; the same when in place
	past        values   // over the places from to until of front
	present     values   // over back; empty between steps, and always when in place
	from, until int
}

func newCache(sig *signature, places int) *kvCache {
	return &kvCache{sig: sig, tokens: make([]int, places)}
}

// rowBytes is the size of one head's part of one token.
func (c *kvCache) rowBytes() int { return c.sig.headDim * c.sig.cacheType.bits() / 8 }

// placeBytes is the size of a place that has so many rows.
func (c *kvCache) placeBytes(rows int) int { return c.sig.kvHeads * rows * c.rowBytes() }

// reset empties a place and makes room in it for tokens. What the other places
// hold stays.
func (c *kvCache) reset(place, tokens int) {
	c.resize(place, 0)
	if tokens <= c.rows {
		return
	}
	const step = 64 // so that prompts of similar length share a size
	c.free()
	rows, front := c.rows, c.front
	c.rows = (tokens + step - 1) / step * step
	c.front = c.buffers()
	c.back = c.front
	if !c.sig.inPlace {
		c.back = c.buffers()
	}
	for i := range front {
		for p, held := range c.tokens {
			c.copyHeads(c.front[i][p*c.placeBytes(c.rows):], front[i][p*c.placeBytes(rows):], held, c.rows, rows)
		}
	}
}

func (c *kvCache) buffers() [][]byte {
	b := make([][]byte, len(c.sig.past))
	for i := range b {
		b[i] = make([]byte, len(c.tokens)*c.placeBytes(c.rows))
	}
	return b
}

// bind returns the tensors for a step in which the sequences of the places from
// to until read n more tokens each.
func (c *kvCache) bind(from, until, n int) (past, present values, err error) {
	if from != c.from || until != c.until {
		c.past.free()
		c.from, c.until = from, until
	}
	if len(c.past) == 0 {
		if err := c.tensors(&c.past, c.front, c.stride(from)); err != nil {
			return nil, nil, err
		}
	}
	if c.sig.inPlace {
		return c.past, c.past, nil
	}
	if err := c.tensors(&c.present, c.back, c.tokens[from]+n); err != nil {
		return nil, nil, err
	}
	return c.past, c.present, nil
}

// stride is the number of rows that a past tensor has.
func (c *kvCache) stride(place int) int {
	if c.sig.inPlace {
		return c.rows
	}
	return c.tokens[place]
}

func (c *kvCache) tensors(vs *values, buffers [][]byte, rows int) error {
	start, stop := c.from*c.placeBytes(rows), c.until*c.placeBytes(rows)
	for _, b := range buffers {
		if _, err := vs.add(c.sig.cacheType, b[start:stop], int64(c.until-c.from), int64(c.sig.kvHeads), int64(rows), int64(c.sig.headDim)); err != nil {
			vs.free()
			return err
		}
	}
	return nil
}

// advance takes over what a step wrote for n tokens of a place.
func (c *kvCache) advance(place, n int) {
	c.tokens[place] += n
	if !c.sig.inPlace {
		c.front, c.back = c.back, c.front
		c.past, c.present = c.present, c.past
		c.present.free()
	}
}

// place returns a place's part of a buffer.
func (c *kvCache) place(buffer []byte, place int) []byte {
	return buffer[place*c.placeBytes(c.rows) : (place+1)*c.placeBytes(c.rows)]
}

// rewind forgets all but the first tokens that a place holds.
func (c *kvCache) rewind(place, tokens int) {
	if !c.sig.inPlace { // the heads lie as far apart as there are tokens
		for _, b := range c.front {
			c.copyHeads(b, b, tokens, tokens, c.tokens[place])
		}
	}
	c.resize(place, tokens)
}

// save copies what a place holds after its first tokens into compact slices,
// one for each tensor.
func (c *kvCache) save(place, after int) [][]byte {
	n := c.tokens[place] - after
	saved := make([][]byte, len(c.front))
	for i, b := range c.front {
		saved[i] = make([]byte, c.placeBytes(n))
		c.copyHeads(saved[i], c.place(b, place)[after*c.rowBytes():], n, n, c.stride(place))
	}
	return saved
}

// restore makes a place hold tokens that were saved.
func (c *kvCache) restore(place int, saved [][]byte, tokens int) {
	c.resize(place, tokens)
	c.write(place, saved, 0, tokens)
}

// branch makes a place hold tokens: a saved prompt, which it has held before,
// and a suffix. Where it works in place, the prompt is still there.
func (c *kvCache) branch(place int, prompt [][]byte, promptTokens int, suffix [][]byte, tokens int) {
	c.resize(place, tokens)
	if !c.sig.inPlace {
		c.write(place, prompt, 0, promptTokens)
	}
	c.write(place, suffix, promptTokens, tokens-promptTokens)
}

// resize says how many tokens a place holds.
func (c *kvCache) resize(place, tokens int) {
	c.tokens[place] = tokens
	if !c.sig.inPlace {
		c.past.free() // its shape says the number of tokens
	}
}

// write puts n saved rows of every head behind the first ones of a place.
func (c *kvCache) write(place int, saved [][]byte, first, n int) {
	for i, b := range saved {
		c.copyHeads(c.place(c.front[i], place)[first*c.rowBytes():], b, n, c.stride(place), n)
	}
}

// copyHeads copies the first n rows of every head between buffers whose heads
// lie dstRows and srcRows apart.
func (c *kvCache) copyHeads(dst, src []byte, n, dstRows, srcRows int) {
	for h := range c.sig.kvHeads {
		d, s := h*dstRows*c.rowBytes(), h*srcRows*c.rowBytes()
		copy(dst[d:d+n*c.rowBytes()], src[s:])
	}
}

// free destroys the tensors; the buffers stay for the next generation.
func (c *kvCache) free() {
	c.past.free()
	c.present.free()
}

// asBytes views numbers as the bytes that a tensor is made over.
func asBytes[T int64 | float32](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}
