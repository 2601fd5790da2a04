package lsp

import "strings"

// maxShown bounds what is shown or logged in one message, in bytes: some of
// it may be quoted from files, and be of any length. The longest of our own
// lists where ONNX Runtime was looked for.
const maxShown = 4000

// brief leaves out the middle of a text that is too long for a message. What to
// do stands at its end.
func brief(text string) string {
	if len(text) <= maxShown {
		return text
	}
	const half = maxShown / 2
	return strings.ToValidUTF8(text[:half], "") + " … " + strings.ToValidUTF8(text[len(text)-half:], "")
}
