package outline

import (
	"math"

	"github.com/gloss-lsp/gloss/chunker"
)

// Row is a function's place in the tree of its file.
type Row struct {
	Depth   int    // 0 for what stands by itself
	Heading string // the container that begins here, one level up, or ""
}

// Layout makes a tree of a file's functions, which come in the order in which
// they start: a function is below the one that holds it, and a method below
// its container, which is named again after something else has come between.
func Layout(chunks []chunker.Chunk) map[chunker.Range]Row {
	type level struct {
		name    string
		end     int
		heading bool
	}
	rows := make(map[chunker.Range]Row, len(chunks))
	var open []level
	for _, c := range chunks {
		for len(open) > 0 {
			top := open[len(open)-1]
			if top.end > c.Range.Start && (!top.heading || top.name == c.Container) {
				break
			}
			open = open[:len(open)-1]
		}
		var r Row
		if n := len(open); c.Container != "" && (n == 0 || open[n-1].name != c.Container) {
			end := math.MaxInt
			if n > 0 {
				end = open[n-1].end
			}
			r.Heading = c.Container
			open = append(open, level{c.Container, end, true})
		}
		r.Depth = len(open)
		rows[c.Range] = r
		open = append(open, level{c.Name, c.Range.End, false})
	}
	return rows
}
