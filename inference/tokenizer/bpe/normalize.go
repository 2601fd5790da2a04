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
	replaced := false
	for _, step := range c.steps() {
		switch {
		case step.Type == "NFC" && len(n) < maxSteps:
			n = append(n, norm.NFC.String)
		// One, and not long: several could make a text grow beyond all memory.
		case step.Type == "Replace" && !replaced && step.Pattern.String != "" && len(step.Content) <= maxReplacement:
			replaced = true
			n = append(n, strings.NewReplacer(step.Pattern.String, step.Content).Replace)
		default:
			return nil, unsupported("a normalizer with this %.40q", step.Type)
		}
	}
	return n, nil
}

const (
	// maxReplacement bounds, in bytes, what is put in the place of a string.
	maxReplacement = 16
	maxSteps       = 4
)
