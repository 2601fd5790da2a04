package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gloss-lsp/gloss/inference/reference"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// body returns a function of n different statements.
func body(name string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "func %s(values []int) {\n", name)
	for i := range n {
		word := string(rune('a'+i%26)) + string(rune('a'+i/26))
		fmt.Fprintf(&b, "\tcall_%s(values, %s)\n", word, word)
	}
	return b.String() + "}"
}

func TestNearDuplicates(t *testing.T) {
	long := body("walk", 40)
	for name, test := range map[string]struct {
		code string
		want bool
	}{
		"the same":                 {long, true},
		"another name":             {body("visit", 40), true},
		"other layout and numbers": {strings.ReplaceAll(strings.ReplaceAll(long, "\t", "    "), "(values, ", "( values, "), true},
		"one line more":            {long + "\nclose(values)", true},
		"half of it":               {body("walk", 20), false},
		"another function":         {"func close(f *File) error {\n\treturn f.file.Close()\n}", false},
		"empty":                    {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			d := reference.NewDuplicates()
			if d.Add(d.Signature(long)) {
				t.Fatal("a first function has no duplicate")
			}
			if got := d.Add(d.Signature(test.code)); got != test.want {
				t.Errorf("found: %v, want %v", got, test.want)
			}
		})
	}
}

func TestTake(t *testing.T) {
	near := reference.NewDuplicates()
	take := func(s *selector, pairs ...corpus.Pair) (names []string, left tally) {
		var candidates []candidate
		for _, p := range pairs {
			candidates = append(candidates, candidate{p, near.Signature(p.Code)})
		}
		left = tally{}
		for _, p := range s.take(candidates, left) {
			names = append(names, p.Name)
		}
		return names, left
	}
	s := &selector{near: near, sentences: map[string]int{}, perText: 2, perRepo: 5, perNamed: 1}
	names, left := take(s,
		corpus.Pair{Name: "a", Code: body("a", 10), Reference: "Returns the size of it."},
		corpus.Pair{Name: "copy of a", Code: body("b", 10), Reference: "Returns another size of it."},
		corpus.Pair{Name: "c", Code: body("c", 30), Reference: "Returns the SIZE of it."},
		corpus.Pair{Name: "d", Code: "totally(different, from, all, the, others)", Reference: "Returns the size of it."},
		corpus.Pair{Name: "e", Code: "one(more, of, those)", Reference: "Returns the size of it.", Tier: corpus.Name},
	)
	if diff := cmp.Diff([]string{"a", "c", "e"}, names); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(tally{duplicate: 1, frequent: 1}, left); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	s.perRepo = 1
	names, left = take(s,
		corpus.Pair{Name: "x", Code: "x(one, two)", Reference: "p"},
		corpus.Pair{Name: "y", Code: "y(three, four)", Reference: "q"},
		corpus.Pair{Name: "v", Code: "v(five, six)", Reference: "r", Tier: corpus.Name},
		corpus.Pair{Name: "w", Code: "w(seven, eight)", Reference: "s", Tier: corpus.Name},
	)
	if len(names) != 2 || left[overCap] != 2 {
		t.Errorf("took %v and left %d over the caps, want one of each tier and 2", names, left[overCap])
	}
}

func TestEvaluation(t *testing.T) {
	var pairs []corpus.Pair
	for i := range 30 {
		pairs = append(pairs, corpus.Pair{Language: []string{"rust", "go", "c"}[i%3], Name: fmt.Sprint(i)})
	}
	pairs = append(pairs, corpus.Pair{Language: "zig", Name: "only"})
	got := evaluation(pairs, 4)
	if diff := cmp.Diff(got, evaluation(pairs, 4)); diff != "" {
		t.Errorf("a second sample differs:\n%s", diff)
	}
	var languages []string
	for _, p := range got {
		languages = append(languages, p.Language)
	}
	if diff := cmp.Diff(strings.Fields("c c c c go go go go rust rust rust rust zig"), languages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
