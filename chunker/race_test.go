//go:build race

package chunker

// raced says that the race detector watches, ten times as slow: tests of how long
// one goroutine takes have nothing to show it.
const raced = true
