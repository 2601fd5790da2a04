package wire

import "strings"

// MaxShown bounds what is shown or logged in one message, in bytes: some of
// it may be quoted from files, and be of any length. The longest of our own
// lists where ONNX Runtime was looked for.
const MaxShown = 4000

// Brief leaves out the middle of a text that is too long for a message. What to
// do stands at its end.
func Brief(text string) string {
	if len(text) <= MaxShown {
		return text
	}
	const half = MaxShown / 2
	return strings.ToValidUTF8(text[:half], "") + " … " + strings.ToValidUTF8(text[len(text)-half:], "")
}
