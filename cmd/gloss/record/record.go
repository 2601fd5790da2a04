// Package record is how one function is written in JSON, wherever gloss does so.
package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gloss-lsp/gloss/inference"
)

// Record is the JSON object of one function. Its fields are a contract.
type Record struct {
	File string `json:"file"`
	// Cell is the cell of a notebook that the lines are counted in, from 1 on.
	Cell      int              `json:"cell,omitempty"`
	Language  string           `json:"language"`
	Container string           `json:"container,omitempty"`
	Name      string           `json:"name"`
	Kind      string           `json:"kind"`
	StartLine int              `json:"startLine"`
	EndLine   int              `json:"endLine"`
	Summary   string           `json:"summary"`
	Source    inference.Source `json:"source,omitempty"`
	Model     string           `json:"model,omitempty"`
	Cached    bool             `json:"cached"`
	Ms        float64          `json:"ms"`
	Error     string           `json:"error,omitempty"`
	// Withheld says why Summary is empty where nothing has failed.
	Withheld string `json:"withheld,omitempty"`
	// Confidence is inference.Summary's, left out where nothing is known.
	Confidence float64 `json:"confidence,omitempty"`
}

// Write writes v as one object on one line.
func Write(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(Escape(b.Bytes()))
	return err
}

// Escape writes in numbers what would steer a terminal and JSON itself
// lets stand. Programs read the same.
func Escape(b []byte) []byte {
	steers := func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }
	if bytes.IndexFunc(b, steers) < 0 {
		return b
	}
	var escaped []byte
	for _, r := range string(b) {
		if !steers(r) {
			escaped = utf8.AppendRune(escaped, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			escaped = fmt.Appendf(escaped, `\u%04x`, unit)
		}
	}
	return escaped
}
