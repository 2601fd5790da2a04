package bpe

// encoder collects the ids of one text.
type encoder struct {
	t       *Tokenizer
	m       *merger
	ids     []int64
	scratch []byte
}

// encoder returns an encoder for a text of n bytes.
func (t *Tokenizer) encoder(n int) *encoder {
	return &encoder{t: t, m: t.mergers.Get().(*merger), ids: make([]int64, 0, n/2+1)}
}

// finish returns the ids. The encoder must not be used afterwards.
func (e *encoder) finish() []int64 {
	if cap(e.m.symbols) <= maxKept {
		e.t.mergers.Put(e.m)
	}
	return e.ids
}

// token appends an id.
func (e *encoder) token(id uint32) { e.ids = append(e.ids, int64(id)) }

// plain appends the ids of text without a look for added tokens.
func (e *encoder) plain(text string) {
	for piece := range e.t.splitting.pieces(text) {
		if len(piece) > maxCached {
			e.piece(piece)
			continue
		}
		if ids, ok := e.t.cache.get(piece); ok {
			e.ids = append(e.ids, ids...)
			continue
		}
		n := len(e.ids)
		e.piece(piece)
		e.t.cache.put(piece, e.ids[n:])
	}
}

// piece appends the ids of one piece of text.
func (e *encoder) piece(piece string) {
	if e.t.ignoreMerges {
		e.scratch = appendSpelling(e.scratch[:0], piece)
		if id, ok := e.t.vocab.ids[string(e.scratch)]; ok && !e.t.special[id] {
			e.token(id)
			return
		}
	}
	e.m.start(len(piece))
	fuse := false
	for i := range len(piece) {
		id := e.t.seeds[piece[i]]
		if id < 0 && !fuse {
			id = e.t.unk
			fuse = e.t.fuseUnk
		} else if id >= 0 {
			fuse = false
		}
		if id >= 0 {
			e.m.push(uint32(id))
		}
	}
	e.m.merge(e.t.rules)
	for i := int32(0); i >= 0 && len(e.m.symbols) > 0; i = e.m.symbols[i].next {
		e.token(e.m.symbols[i].id)
	}
}
