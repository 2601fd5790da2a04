// Package chunker cuts source text into function-sized chunks.
//
// It knows languages and syntax trees. It knows nothing of models, prompts,
// editors or the file system: text goes in, chunks come out.
package chunker

import "crypto/sha256"

// Range is a half-open span of byte offsets into the text that was parsed.
type Range struct{ Start, End int }

// Kind says what sort of definition a chunk is.
type Kind string

// The kinds of chunk. Test is a test that is a closure with a title and no
// name, as in it("adds", () => {}): the title is its name. Text is a piece of a
// file whose language is unknown.
const (
	Function    Kind = "function"
	Method      Kind = "method"
	Constructor Kind = "constructor"
	Type        Kind = "type"
	Test        Kind = "test"
	Text        Kind = "text"
)

// Key tells texts apart: it is the SHA-256 of a chunk's normalized Text, whatever
// its language, its name and its place.
type Key [sha256.Size]byte

// Chunk is one function, method, constructor or named function value.
type Chunk struct {
	// Name is the identifier as it is written, without its receiver or class, or
	// the first line of a test's title.
	Name string
	// Container is the name of the innermost definition around the chunk, or of
	// the type that the chunk itself names as its own: a class, an impl's type,
	// a module, an enclosing function; Go's receiver, what C++ has before "::".
	// It is "" for what stands by itself.
	Container string
	// Language is the id of the language that the chunk is written in, which a
	// model knows: "typescript" in a file of Vue. It is "" for Text.
	Language string
	Kind     Kind
	// Signature is everything before the body, on one line, without
	// decorators, attributes or annotations.
	Signature string
	// Range spans the whole definition with its decorators, attributes,
	// annotations and export keywords, without a doc comment before it.
	Range Range
	// NameRange spans the Name.
	NameRange Range
	// BodyRange spans the body, which ends the Signature: a block with its
	// delimiters where the language has them, otherwise its statements or its
	// expression.
	BodyRange Range
	// Doc is the first sentence of the doc comment as plain text, or "".
	Doc string
	// DocRange spans the doc comment, which stands before Range or, as a
	// docstring, inside it. It is empty where there is none.
	DocRange Range
	// Text is the definition as a model should see it: without its doc
	// comment or docstring, lines ended by LF, trailing blanks removed, and
	// each line's indentation replaced by one tab per level. Two functions of
	// equal Text differ at most in layout.
	Text string
	Key  Key
}
