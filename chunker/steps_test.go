package chunker

import (
	"fmt"
	"strings"
	"testing"
)

func TestSteps(t *testing.T) {
	for _, tt := range []struct{ name, before, after, want string }{
		{"one place", "a\nb\nc\n", "a\nx\nc\n", ""},
		{"two places", "a\nb\nc\nd\n", "ax\nb\nc\ndy\n", "[7,7) y, [1,1) x"},
		{"three places", "a\nb\nc\nd\ne\n", "b\nc1\nd\n2\ne3\n", "[8,9) 2\ne3, [5,5) 1, [0,2) "},
		{"lines that change places", "a\nb\nc\n", "c\nb\na\n", "[4,5) a, [0,1) c"},
		{"nothing in common", "a\nb\n", "c\nd\n", ""},
	} {
		var steps []string
		for _, s := range diff(tt.before, tt.after).steps(tt.before, tt.after) {
			steps = append(steps, fmt.Sprintf("[%d,%d) %s", s.start, s.oldEnd, s.text[s.start:s.newEnd]))
		}
		if got := strings.Join(steps, ", "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// steps leads to the text after, whatever the texts are.
func FuzzSteps(f *testing.F) {
	f.Add("a\nb\nc\nd\n", "ax\nb\nc\ndx\n")
	f.Add("a\nb\nc\n", "c\nb\na\n")
	f.Add("", "a\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		text := before
		for i, s := range diff(before, after).steps(before, after) {
			if s.start < 0 || s.start > s.oldEnd || s.oldEnd > len(text) || s.newEnd < s.start {
				t.Fatalf("step %d is %v of %q", i, s.change, text)
			}
			if text[:s.start] != s.text[:s.start] || text[s.oldEnd:] != s.text[s.newEnd:] {
				t.Fatalf("step %d, %v, does not lead from %q to %q", i, s.change, text, s.text)
			}
			text = s.text
		}
		if text != before && text != after {
			t.Errorf("the last step ends at %q, want %q", text, after)
		}
	})
}
