package remote

import (
	"bytes"
	"math"
	"path"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// FuzzReadAnswer holds that no answer, whole or streamed, does harm: what comes
// of it is bounded, and has numbers that can be reckoned with.
func FuzzReadAnswer(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/shapes.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		f.Add(path.Ext(file.Name) == ".sse", file.Data, "Returns the sum.")
	}
	f.Add(true, []byte("data:\ndata: {}\r\n: x\nevent: y\ndata: [DONE]"), "")
	f.Add(false, []byte(`{"choices":[{"logprobs":{"tokens":["a","b","c"],"token_logprobs":[null,1e300]}}]}`), "c")
	f.Fuzz(func(t *testing.T, stream bool, body []byte, text string) {
		kind := "application/json"
		if stream {
			kind = "text/event-stream"
		}
		a, err := readAnswer(bytes.NewReader(body), kind, func(s string) bool { return len(s) > 1000 })
		if err != nil {
			return
		}
		if len(a.text) > maxText+maxLine || !utf8.ValidString(a.text) {
			t.Errorf("%d bytes of text, valid: %v", len(a.text), utf8.ValidString(a.text))
		}
		for _, probs := range [][]float64{a.probs(), a.suffix(text)} {
			for _, p := range probs {
				if !(p <= 0) || math.IsInf(p, 0) {
					t.Errorf("a probability of %v", p)
				}
			}
		}
	})
}
