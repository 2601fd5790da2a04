//go:build !race

package chunker

const raced = false
