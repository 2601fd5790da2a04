// Package tokenizer turns text into token ids and back, as the model's
// tokenizer.json describes.
//
// The default build is the BPE of package bpe, in pure Go. With the
// build tag hf_tokenizers the work is done by Hugging Face's own library
// through github.com/daulet/tokenizers, which also covers the kinds of
// tokenizer that the pure-Go one refuses. Both builds give the same ids.
package tokenizer

// Tokenizer encodes and decodes text. It is safe for concurrent use.
//
// Text that is not valid UTF-8 is read with one U+FFFD in place of each
// maximal invalid part, as Hugging Face's bindings do.
type Tokenizer interface {
	// Encode returns the ids of text. The strings of special and other added
	// tokens are plain text to it, so that source code cannot forge a chat
	// turn; only those of white space, by which some models read indentation,
	// are tokens. Bytes that the vocabulary lacks are dropped.
	Encode(text string) []int64
	// EncodeSpecial is Encode for text that the program itself wrote: the
	// strings of special and added tokens become their ids.
	EncodeSpecial(text string) []int64
	// Decode returns the text of ids. With skipSpecial, special tokens leave
	// no trace. Ids outside the vocabulary are dropped; bytes that are not
	// UTF-8 become U+FFFD.
	Decode(ids []int64, skipSpecial bool) string
	// TokenID returns the id of a token by its exact content, for example
	// "<|im_end|>".
	TokenID(token string) (int64, bool)
	// VocabSize returns the number of ids, added tokens included.
	VocabSize() int
	// Close frees native memory. The Tokenizer must not be used afterwards.
	Close() error
}
