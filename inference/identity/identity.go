// Package identity says what a function is to everything that writes a line
// about it: its code, its name, and where it stands.
package identity

import (
	"crypto/sha256"
	"encoding/binary"
)

// Function is what a summary is asked for.
type Function struct {
	// Language is the LSP language id, for example "go" or "typescriptreact".
	Language string
	// Path is the file it stands in, as it is known by: "" if it is not.
	Path string
	// Container is the name of the class, module or function around it
	// (chunker.Chunk.Container); "" for none.
	Container string
	// Name is the identifier as it is written.
	Name string
	// Code is the definition without its doc comment (chunker.Chunk.Text), or
	// "" where the name alone is known.
	Code string
	// Sum is the SHA-256 of Code (chunker.Chunk.Key) where it is known already,
	// which saves hashing it once more.
	Sum [sha256.Size]byte
	// Variation, unless it is 0, asks for another text than that of 0: by other
	// draws, and by drawing where otherwise the likeliest token is taken. It is
	// no part of the function's key.
	Variation uint64
}

// Key stands for everything that decides a summary.
type Key = [sha256.Size]byte

// Key hashes what f says, with who writes about it and what that one reads of
// the place where f stands. The place itself is left out: a file that is
// renamed costs nothing where nobody reads its name.
func (f Function) Key(writer string, place []byte) Key {
	if f.Sum == (Key{}) {
		f.Sum = sha256.Sum256([]byte(f.Code))
	}
	var buffer [512]byte // on the stack, for all that fits
	b := append(buffer[:0], f.Sum[:]...)
	for _, s := range [...]string{writer, f.Language, f.Name} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return sha256.Sum256(append(b, place...))
}
