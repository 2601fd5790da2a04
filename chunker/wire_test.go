package chunker

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answered is the syntax of a worker that has answered with a frame.
type answered []byte

func (a answered) read(_ context.Context, c change, text string) (reading, error) {
	r, err := decodeResponse(frame{b: a}, len(text))
	if err == nil && !r.reading.follows(c, len(text)) {
		err = errSpoilt
	}
	return r.reading, err
}

func (answered) close() {}

// FuzzResponse holds that no answer of a worker, whose memory a grammar may have
// spoilt, does harm beyond the file.
func FuzzResponse(f *testing.F) {
	const text = "# doc\n@a\ndef f(x):\n    \"\"\"D.\"\"\"\n    return x\n"
	t := tree{language: LanguageByID("python"), timeout: time.Minute}
	defer t.close()
	read, err := t.read(f.Context(), change{0, 0, len(text)}, text)
	if err != nil {
		f.Fatal(err)
	}
	read.broken = true
	good := response{reading: read}
	encoded := good.encode()
	f.Add(encoded.b)
	failed := response{failure: failedOther, message: "no"}
	encoded = failed.encode()
	f.Add(encoded.b)
	f.Fuzz(func(t *testing.T, b []byte) {
		file := Open(LanguageByID("python"), Options{MinLines: 1})
		file.syntax = answered(b)
		if err := file.Apply(t.Context(), text); err != nil {
			return
		}
		_ = file.Apply(t.Context(), text+"\n")
		for _, c := range file.Chunks() {
			_ = text[c.Range.Start:c.Range.End] + text[c.NameRange.Start:c.NameRange.End] + text[c.BodyRange.Start:c.BodyRange.End] + text[c.DocRange.Start:c.DocRange.End]
		}
	})
}

// TestWire holds that what is decoded is what was encoded.
func TestWire(t *testing.T) {
	asked := request{id: 7, closed: []int{1, 2}, language: "go", timeout: time.Second, anew: true, change: change{0, 0, 3}, text: "a\x00é"}
	got, err := decodeRequest(asked.encode())
	if diff := cmp.Diff(asked, got, cmp.AllowUnexported(request{}, change{})); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	good := asked.encode()
	for n := range good.b {
		if _, err := decodeRequest(frame{b: good.b[:n]}); err == nil {
			t.Errorf("a request of %d bytes of %d is taken", n, len(good.b))
		}
	}
}
