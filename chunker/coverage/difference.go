package main

import (
	"cmp"
	"slices"
)

// kind is a kind of difference between what is listed and what gloss finds.
type kind int

const (
	missed     kind = iota // listed, and gloss has none of that name there
	falsely                // gloss has it, and none is listed there
	wrongRange             // another first or last line
	wrongName
	wrongContainer
	kinds
)

var kindNames = [kinds]string{"missed", "false", "wrong range", "wrong name", "wrong container"}

// differing is a function that is listed, that gloss finds, or both.
type differing struct {
	file          string
	listed, found *function
}

// differences counts the functions of equal name, and holds all that differ.
type differences struct {
	listed, equal int
	of            [kinds][]differing
}

// difference compares the functions of a file. It pairs those that share lines:
// such as have one name before others, then those that share most. A pair counts
// if either of the two has minLines. Starts says whether first lines are compared.
func difference(listed, found []function, minLines int, starts bool) differences {
	var d differences
	listedBy, foundBy := make([]int, len(listed)), make([]int, len(found)) // 1 + the partner's index
	for _, p := range pairs(listed, found) {
		if listedBy[p.listed] == 0 && foundBy[p.found] == 0 {
			listedBy[p.listed], foundBy[p.found] = 1+p.found, 1+p.listed
		}
	}
	for i := range listed {
		l := &listed[i]
		if listedBy[i] == 0 {
			if l.lines() >= minLines {
				d.listed++
				d.note(missed, l, nil)
			}
			continue
		}
		f := &found[listedBy[i]-1]
		if max(l.lines(), f.lines()) < minLines {
			continue
		}
		d.listed++
		if l.Name == f.Name {
			d.equal++
		} else {
			d.note(wrongName, l, f)
		}
		if l.End != f.End || starts && l.Start != f.Start {
			d.note(wrongRange, l, f)
		}
		if l.Container != nil && f.Container != nil && *l.Container != *f.Container {
			d.note(wrongContainer, l, f)
		}
	}
	for i := range found {
		if foundBy[i] == 0 && found[i].lines() >= minLines {
			d.note(falsely, nil, &found[i])
		}
	}
	return d
}

func (d *differences) note(k kind, listed, found *function) {
	d.of[k] = append(d.of[k], differing{listed: listed, found: found})
}

// add adds the differences of a file.
func (d *differences) add(more differences, file string) {
	d.listed += more.listed
	d.equal += more.equal
	for k := range kinds {
		for _, one := range more.of[k] {
			one.file = file
			d.of[k] = append(d.of[k], one)
		}
	}
}

// pair is a function that is listed and one that gloss finds, by their indices,
// and how well they fit.
type pair struct {
	listed, found int
	sameName      bool
	shared        float64 // of the lines that either of them has
}

// leastShared is what functions of different names have to share to be taken
// for one function. One is then no function that merely stands in the other.
const leastShared = 0.7

// pairs returns what may belong together, the best first.
func pairs(listed, found []function) []pair {
	byStart := make([]int, len(found))
	for i := range byStart {
		byStart[i] = i
	}
	slices.SortFunc(byStart, func(a, b int) int { return cmp.Compare(found[a].Start, found[b].Start) })
	var all []pair
	for i, l := range listed {
		for _, j := range byStart {
			f := found[j]
			if f.Start > l.End {
				break
			}
			shared := min(l.End, f.End) - max(l.Start, f.Start) + 1
			if shared <= 0 {
				continue
			}
			p := pair{i, j, l.Name == f.Name, float64(shared) / float64(max(l.End, f.End)-min(l.Start, f.Start)+1)}
			if p.sameName || p.shared >= leastShared {
				all = append(all, p)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int {
		if a.sameName != b.sameName {
			if a.sameName {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.shared, a.shared)
	})
	return all
}
