package chunker

import "sync"

// Change says that the bytes [Start, OldEnd) of one text became the bytes
// [Start, NewEnd) of the next, and that all else is equal.
type Change struct{ Start, OldEnd, NewEnd int }

// Between finds the one Change that leads from a text to another.
func Between(before, after string) Change {
	c := diff(before, after)
	return Change{c.start, c.oldEnd, c.newEnd}
}

// Move returns where a range of the text before stands in the text after. It
// fails for a range that c changes or cuts through; to stand at its border is
// no harm.
func (c Change) Move(r Range) (Range, bool) {
	now, ok := c.lower().stretch(r)
	return now, ok && (r.End <= c.Start || r.Start >= c.OldEnd)
}

func (c Change) lower() change { return change{c.Start, c.OldEnd, c.NewEnd} }

// Carry returns where chunks of the text before stand in the text after, for as
// long as that cannot be parsed. Of a chunk that has changed inside, what it says
// is not known: its Text is empty and its Key is zero. Those that a change cuts
// through are left out.
func Carry(chunks []Chunk, before, after string) []Chunk {
	c := diff(before, after)
	one := []step{{c, after}}
	several := sync.OnceValue(func() []step { return c.steps(before, after) })
	carried := make([]Chunk, 0, len(chunks))
	for _, chunk := range chunks {
		now, ok := chunk.carried(one)
		if !ok {
			now, ok = chunk.carried(several())
		}
		if ok {
			carried = append(carried, now)
		}
	}
	return carried
}

// carried returns the chunk after the last of several changes, of which there
// must be one.
func (chunk Chunk) carried(steps []step) (Chunk, bool) {
	touched := false
	for _, s := range steps {
		for _, part := range []*Range{&chunk.Range, &chunk.NameRange, &chunk.BodyRange, &chunk.DocRange} {
			if part.absent() {
				continue
			}
			now, ok := s.stretch(*part)
			inside := part.End > s.start && part.Start < s.oldEnd
			if !ok || inside && part == &chunk.NameRange {
				return chunk, false
			}
			touched = touched || inside
			*part = now
		}
	}
	if touched {
		chunk.Text, chunk.Key = "", Key{}
	}
	return chunk, len(steps) > 0
}
