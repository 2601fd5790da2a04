package eval

import (
	"math"
	"slices"
	"testing"
)

// TestBLEU compares with values worked out by hand from the definition: the
// fourth root of the product of the four precisions, of which those of two and
// more words are smoothed by one on both sides, times the brevity penalty
// exp(1 - (reference+1)/(candidate+1)).
func TestBLEU(t *testing.T) {
	for _, test := range []struct {
		name, reference, candidate string
		want                       float64
	}{
		{"equal", "parses the http header", "parses the http header", 1},
		{"case and punctuation stand apart", "Parses the HTTP-header.", "parses the http - header .", 1},
		{"underscores are split off", "reads max_len bytes", "reads max _ len bytes", 1},
		// 3/3, (1+1)/(2+1), (0+1)/(1+1), (0+1)/(0+1); 4 words against 3.
		{"a word left out", "parses the http header", "parses the header", math.Pow(2.0/3*1/2, 0.25) * math.Exp(1-5.0/4)},
		// 2/4, (1+1)/(3+1), (0+1)/(2+1), (0+1)/(1+1); no penalty.
		{"two words of four", "parses the http header", "parses the raw bytes", math.Pow(2.0/4*2/4*1/3*1/2, 0.25)},
		// 4/6: a word counts as often as the reference has it.
		// (3+1)/(5+1), (2+1)/(4+1), (1+1)/(3+1); longer is not punished.
		{"too long", "parses the http header", "parses the http header the the", math.Pow(4.0/6*4/6*3/5*2/4, 0.25)},
		// 1/1 and three times 1/1; 3 words against 1.
		{"one right word", "returns the name", "returns", math.Exp(1 - 4.0/2)},
		{"nothing in common", "parses the header", "opens a file", 0},
		{"empty candidate", "returns", "", math.Exp(1 - 2.0)},
		{"both empty", "", "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := BLEU(test.reference, test.candidate); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("BLEU(%q, %q) = %v, want %v", test.reference, test.candidate, got, test.want)
			}
		})
	}
}

func TestRougeL(t *testing.T) {
	for _, test := range []struct {
		name, reference, candidate string
		want                       float64
	}{
		{"equal", "a b c", "A b c", 1},
		// The longest common subsequence is a c d: 3 of 4 and 3 of 4.
		{"a gap on both sides", "a b c d", "a c d e", 0.75},
		// b or a: 1 of 2 and 1 of 2.
		{"order counts", "a b", "b a", 0.5},
		// 2 of 2 and 2 of 6.
		{"short", "a b c d e f", "b e", 2 * 1 * (1.0 / 3) / (1 + 1.0/3)},
		{"nothing in common", "a b", "c d", 0},
		{"empty candidate", "a b", "", 0},
		{"both empty", "", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := RougeL(test.reference, test.candidate); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("RougeL(%q, %q) = %v, want %v", test.reference, test.candidate, got, test.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	for _, test := range []struct {
		in   string
		want []string
	}{
		{"parseHTTPHeader2(max_len)", []string{"parse", "http", "header", "2", "max", "len"}},
		{"__init__", []string{"init"}},
		{"IsOpen?", []string{"is", "open"}},
		{"ID", []string{"id"}},
		{"größeÄndern", []string{"größe", "ändern"}},
		{"operator+", []string{"operator"}},
		{"+", nil},
	} {
		if got := Words(test.in); !slices.Equal(got, test.want) {
			t.Errorf("Words(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}
