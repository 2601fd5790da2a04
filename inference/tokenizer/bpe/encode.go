package bpe

import "unicode/utf8"

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
		if id, ok := e.whole(piece); ok {
			e.token(id)
			return
		}
	}
	e.m.start(len(piece))
	if e.t.characters {
		e.pushCharacters(piece)
	} else {
		e.pushBytes(piece)
	}
	e.m.merge(e.t.rules)
	for i := int32(0); i >= 0 && len(e.m.symbols) > 0; i = e.m.symbols[i].next {
		e.token(e.m.symbols[i].id)
	}
}

// whole returns the token that is all of piece.
func (e *encoder) whole(piece string) (id uint32, ok bool) {
	if e.t.characters {
		id, ok = e.t.vocab.ids[piece]
	} else {
		e.scratch = appendSpelling(e.scratch[:0], piece)
		id, ok = e.t.vocab.ids[string(e.scratch)]
	}
	return id, ok && !e.t.special.has(id)
}

// pushBytes pushes the tokens of the bytes of piece.
func (e *encoder) pushBytes(piece string) {
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
}

// pushCharacters pushes the tokens of the characters of piece, and those of the
// bytes of each that is no token.
func (e *encoder) pushCharacters(piece string) {
	for i, n := 0, 0; i < len(piece); i += n {
		_, n = utf8.DecodeRuneInString(piece[i:])
		if id, ok := e.t.vocab.ids[piece[i:i+n]]; ok && !e.t.special.has(id) {
			e.m.push(id)
			continue
		}
		for _, b := range []byte(piece[i : i+n]) {
			if id := e.t.seeds[b]; id >= 0 {
				e.m.push(uint32(id))
			}
		}
	}
}
