package main

import (
	"math"

	"github.com/gloss-lsp/gloss/chunker"
)

// row is a function's place in the tree of its file.
type row struct {
	depth   int    // 0 for what stands by itself
	heading string // the container that begins here, one level up, or ""
}

// layout makes a tree of a file's functions, which come in the order in which
// they start: a function is below the one that holds it, and a method below
// its container, which is named again after something else has come between.
func layout(chunks []chunker.Chunk) map[chunker.Range]row {
	type level struct {
		name    string
		end     int
		heading bool
	}
	rows := make(map[chunker.Range]row, len(chunks))
	var open []level
	for _, c := range chunks {
		for len(open) > 0 {
			top := open[len(open)-1]
			if top.end > c.Range.Start && (!top.heading || top.name == c.Container) {
				break
			}
			open = open[:len(open)-1]
		}
		var r row
		if n := len(open); c.Container != "" && (n == 0 || open[n-1].name != c.Container) {
			end := math.MaxInt
			if n > 0 {
				end = open[n-1].end
			}
			r.heading = c.Container
			open = append(open, level{c.Container, end, true})
		}
		r.depth = len(open)
		rows[c.Range] = r
		open = append(open, level{c.Name, c.Range.End, false})
	}
	return rows
}
