package eval

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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

func TestReliabilities(t *testing.T) {
	f := Function{Reference: "Reads the file."}
	good, bad := "Reads the file.", "Counts words."
	var functions []Function
	var outputs []Output
	for _, o := range []Output{{Text: good, Confidence: 0.5}, {Text: bad, Confidence: 0.55}, {Text: good, Confidence: 1}, {Text: bad, Confidence: 0.2}, {Confidence: 0.3}} {
		functions = append(functions, f)
		outputs = append(outputs, o)
	}
	want := []Reliability{{0.2, 0.3, 1, 0.2, 0}, {0.5, 0.6, 2, 0.525, 0.5}, {0.9, 1, 1, 1, 1}, {0.5, 1, 3, 2.05 / 3, 2.0 / 3}}
	if diff := cmp.Diff(want, Reliabilities(functions, outputs), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
