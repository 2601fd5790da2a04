package bpe

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// normalizer is what is done to text between added tokens before it is cut into
// pieces.
type normalizer []func(string) string

func (n normalizer) apply(text string) string {
	for _, step := range n {
		text = step(text)
	}
	return text
}

// normalizer reads a normalizer: NFC, and the replacing of one string by
// another. Go's NFC parts from Unicode's where more than 30 marks stand on one
// character (UAX #15, Stream-Safe Text Format), which no text needs.
func (c *component) normalizer() (n normalizer, err error) {
	for _, step := range c.steps() {
		switch {
		case step.Type == "NFC":
			n = append(n, norm.NFC.String)
		case step.Type == "Replace" && step.Pattern.String != "" && len(step.Content) <= maxReplacement:
			n = append(n, strings.NewReplacer(step.Pattern.String, step.Content).Replace)
		default:
			return nil, unsupported("a normalizer with this %.40q", step.Type)
		}
	}
	return n, nil
}

// maxReplacement bounds, in bytes, what a normalizer puts in the place of a
// string, and with it how much longer text can become.
const maxReplacement = 16
