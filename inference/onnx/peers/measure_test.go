package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Functions share the prefix and nothing else, and a number always means the
// same function.
func TestPrompt(t *testing.T) {
	o := options{prefix: 40, code: 160}
	a, b := o.prompt(1, 49152), o.prompt(2, 49152)
	if !slices.Equal(a, o.prompt(1, 49152)) || !slices.Equal(a[:40], b[:40]) || slices.Equal(a[40:], b[40:]) || len(a) != 200 {
		t.Error("the prompts of two functions are not the prefix and code of their own")
	}
	if slices.Min(a) < 17 || slices.Max(a) >= 49152 {
		t.Errorf("ids from %d to %d", slices.Min(a), slices.Max(a))
	}
}

// Every runtime gets the same functions, and who begins changes.
func TestMeasure(t *testing.T) {
	var asked [2][]int64
	var first []int
	self := &os.Process{Pid: os.Getpid()}
	answer := func(k int) generator {
		return func(_ context.Context, requests []request) (answers [][]int64, err error) {
			if len(asked[0]) == len(asked[1]) {
				first = append(first, k)
			}
			for _, r := range requests {
				asked[k] = append(asked[k], r.IDs[r.PrefixLen])
				answers = append(answers, make([]int64, r.MaxNewTokens))
			}
			return answers, nil
		}
	}
	o := options{weights: "q8", threads: 1, prefix: 4, code: 2, new: 3, repetitions: 4, row: 2, rows: 1}
	peers := []peer{{name: "gloss", process: self, generate: answer(0)}, {name: "Transformers.js, prefix kept", process: self, generate: answer(1), compared: true}}
	r, err := measure(context.Background(), o, 1000, peers)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(asked[0], asked[1]) || len(asked[0]) != 1+4+2 {
		t.Errorf("asked for %v and %v", asked[0], asked[1])
	}
	if !slices.Contains(first, 0) || !slices.Contains(first, 1) {
		t.Errorf("who began: %v", first)
	}
	if len(r.one[1]) != 4 || len(r.row[1]) != 1 || r.compared != 4 || r.equal != 4 {
		t.Errorf("%+v", r)
	}
	var b strings.Builder
	if err := r.print(&b, o); err != nil || !strings.Contains(b.String(), "\n| gloss | 0 ms | 1.00 | 0 ms | 1.00 |") {
		t.Errorf("%v:\n%s", err, &b)
	}
}

// A runtime that writes fewer tokens has not done the same work.
func TestMeasureShortAnswer(t *testing.T) {
	p := peer{name: "short", process: &os.Process{Pid: os.Getpid()}, generate: func(context.Context, []request) ([][]int64, error) { return make([][]int64, 1), nil }}
	_, err := measure(context.Background(), options{prefix: 1, code: 1, new: 3}, 1000, []peer{p})
	if err == nil || err.Error() != "short wrote 0 tokens, not 3" {
		t.Errorf("got %v", err)
	}
}

func TestRatio(t *testing.T) {
	got := ratio([]time.Duration{8, 32, 64}, []time.Duration{8, 16, 16})
	if got != 2 {
		t.Errorf("the median ratio is %v, want 2", got)
	}
}
