package chunker

import (
	"slices"
	"strings"
)

// step is one of several changes that are made one after the other, with the
// text after it.
type step struct {
	change
	text string
}

// maxSteps bounds the places at which two texts are said to differ. Each costs a
// copy of the text.
const maxSteps = 32

// steps divides c, the one replacement that leads from before to after, at the
// lines inside of it that stand in both texts, once in each: of an edit at
// several cursors there is a step for each of them. The last place comes first,
// so that every step begins where it does in before. There is no step where c
// cannot be divided, or into too many.
func (c change) steps(before, after string) []step {
	old, now := before[c.start:c.oldEnd], after[c.start:c.newEnd]
	type place struct{ old, now, nowAt int } // how often a line stands in each text, and where
	places := map[string]*place{}
	for line := range strings.Lines(old) {
		if places[line] == nil {
			places[line] = &place{}
		}
		places[line].old++
	}
	at := 0
	for line := range strings.Lines(now) {
		if p := places[line]; p != nil {
			p.now, p.nowAt = p.now+1, at
		}
		at += len(line)
	}
	var changes []change
	var equal struct{ old, now int } // up to where both have been looked at
	differ := func(oldEnd, nowEnd int) {
		d := diff(old[equal.old:oldEnd], now[equal.now:nowEnd])
		if d.start < max(d.oldEnd, d.newEnd) {
			at := c.start + equal.old
			changes = append(changes, change{at + d.start, at + d.oldEnd, at + d.newEnd})
		}
	}
	at = 0
	for line := range strings.Lines(old) {
		if p := places[line]; p.old == 1 && p.now == 1 && p.nowAt >= equal.now {
			differ(at, p.nowAt)
			equal.old, equal.now = at+len(line), p.nowAt+len(line)
		}
		at += len(line)
	}
	differ(len(old), len(now))
	if len(changes) < 2 || len(changes) > maxSteps {
		return nil
	}
	slices.Reverse(changes)
	steps := make([]step, 0, len(changes))
	text := before
	for _, d := range changes {
		// What stands behind d has become that of after.
		behind := len(text) - d.oldEnd
		text = text[:d.start] + after[len(after)-behind-(d.newEnd-d.start):]
		steps = append(steps, step{d, text})
	}
	return steps
}
