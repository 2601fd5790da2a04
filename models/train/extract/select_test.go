package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
			d := newNearDuplicates()
			if d.add(long) {
				t.Fatal("a first function has no duplicate")
			}
			if got := d.add(test.code); got != test.want {
				t.Errorf("found: %v, want %v", got, test.want)
			}
		})
	}
}

func TestTake(t *testing.T) {
	pairs := []corpus.Pair{
		{Name: "a", Code: body("a", 10), Reference: "Returns the size of it."},
		{Name: "copy of a", Code: body("b", 10), Reference: "Returns another size of it."},
		{Name: "c", Code: body("c", 30), Reference: "Returns the SIZE of it."},
		{Name: "d", Code: "totally(different, from, all, the, others)", Reference: "Returns the size of it."},
	}
	counts := tally{}
	s := &selector{near: newNearDuplicates(), sentences: map[string]int{}, perRepo: 5, perText: 2}
	var names []string
	for _, p := range s.take(pairs, counts) {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"a", "c"}, names); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(tally{duplicate: 1, frequent: 1}, counts); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	s.perRepo = 1
	s.sentences = map[string]int{}
	if got := s.take([]corpus.Pair{{Code: "x(one, two)", Reference: "p"}, {Code: "y(three, four)", Reference: "q"}}, counts); len(got) != 1 || counts[overCap] != 1 {
		t.Errorf("%d taken, %d over the cap; want 1 and 1", len(got), counts[overCap])
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
