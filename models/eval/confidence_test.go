package eval

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrecisions(t *testing.T) {
	functions := []Function{{Reference: "Parses the header."}, {Reference: "Closes the file."}, {Reference: "Adds a user."}, {Reference: "Sorts names."}}
	outputs := []Output{
		{Text: "Parses a header.", Confidence: 0.12},
		{Text: "Returns nothing useful.", Confidence: 0.07},
		{Confidence: 0.12},
		{Text: "Sorts names.", Confidence: 0.02},
	}
	want := []Precision{{0, 0.75, 2.0 / 3}, {0.05, 0.5, 0.5}, {0.1, 0.25, 1}}
	if diff := cmp.Diff(want, Precisions(functions, outputs)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
