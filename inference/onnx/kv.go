package onnx

import "unsafe"

// kvCache holds the keys and values of the tokens that the model has read, as
// 2*layers tensors of shape [1, kvHeads, rows, headDim].
//
// Where the graph works in place, a tensor has more rows than tokens, past and
// present are the same tensor and a step writes its own rows only. Elsewhere
// the shape must say the number of tokens, so there are two buffers for each:
// ONNX Runtime reads the one and writes the other, and they change places.
// Either way a step allocates no cache and copies none through Go.
type kvCache struct {
	sig    *signature
	tokens int // held
	rows   int // room in each buffer

	front, back [][]byte // past and present; the same when in place
	past        values   // over front
	present     values   // over back; empty between steps, and always when in place
}

// rowBytes is the size of one head's part of one token.
func (c *kvCache) rowBytes() int { return c.sig.headDim * c.sig.cacheType.bits() / 8 }

// reset empties the cache, which must have been freed, and makes room for
// tokens.
func (c *kvCache) reset(tokens int) {
	c.tokens = 0
	if tokens > c.rows {
		const step = 64 // so that prompts of similar length share a size
		c.rows = (tokens + step - 1) / step * step
		c.front = c.buffers()
		c.back = c.front
		if !c.sig.inPlace {
			c.back = c.buffers()
		}
	}
}

func (c *kvCache) buffers() [][]byte {
	b := make([][]byte, len(c.sig.past))
	for i := range b {
		b[i] = make([]byte, c.sig.kvHeads*c.rows*c.rowBytes())
	}
	return b
}

// bind returns the tensors for a step that reads n more tokens.
func (c *kvCache) bind(n int) (past, present values, err error) {
	if len(c.past) == 0 {
		if err := c.tensors(&c.past, c.front, c.stride()); err != nil {
			return nil, nil, err
		}
	}
	if c.sig.inPlace {
		return c.past, c.past, nil
	}
	if err := c.tensors(&c.present, c.back, c.tokens+n); err != nil {
		return nil, nil, err
	}
	return c.past, c.present, nil
}

// stride is the number of rows that a past tensor has.
func (c *kvCache) stride() int {
	if c.sig.inPlace {
		return c.rows
	}
	return c.tokens
}

func (c *kvCache) tensors(vs *values, buffers [][]byte, rows int) error {
	size := c.sig.kvHeads * rows * c.rowBytes()
	for _, b := range buffers {
		if _, err := vs.add(c.sig.cacheType, b[:size], 1, int64(c.sig.kvHeads), int64(rows), int64(c.sig.headDim)); err != nil {
			vs.free()
			return err
		}
	}
	return nil
}

// advance takes over what a step wrote for n tokens.
func (c *kvCache) advance(n int) {
	c.tokens += n
	if !c.sig.inPlace {
		c.front, c.back = c.back, c.front
		c.past, c.present = c.present, c.past
		c.present.free()
	}
}

// rewind forgets all but the first tokens that are held.
func (c *kvCache) rewind(tokens int) {
	if !c.sig.inPlace && tokens < c.tokens { // the heads lie as far apart as there are tokens
		c.past.free()
		for _, b := range c.front {
			for h := range c.sig.kvHeads {
				to, from := h*tokens*c.rowBytes(), h*c.tokens*c.rowBytes()
				copy(b[to:to+tokens*c.rowBytes()], b[from:])
			}
		}
	}
	c.tokens = tokens
}

// save copies the cache into a compact one, one slice for each tensor.
func (c *kvCache) save() [][]byte {
	saved := make([][]byte, len(c.front))
	for i, b := range c.front {
		saved[i] = make([]byte, c.sig.kvHeads*c.tokens*c.rowBytes())
		c.copyHeads(saved[i], b, c.tokens, c.stride())
	}
	return saved
}

// restore fills the cache, which must have been reset, with tokens saved ones.
func (c *kvCache) restore(saved [][]byte, tokens int) {
	c.tokens = tokens
	for i, b := range saved {
		c.copyHeads(c.front[i], b, c.stride(), tokens)
	}
}

// copyHeads copies the held rows of every head between buffers whose heads
// lie dstRows and srcRows apart.
func (c *kvCache) copyHeads(dst, src []byte, dstRows, srcRows int) {
	n := c.tokens * c.rowBytes()
	for h := range c.sig.kvHeads {
		d, s := h*dstRows*c.rowBytes(), h*srcRows*c.rowBytes()
		copy(dst[d:d+n], src[s:s+n])
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
