package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report holds what was measured. Index k of the times is round k of every
// runtime, so they are pairs.
type report struct {
	names  []string
	one    [][]time.Duration // of one function, by runtime
	row    [][]time.Duration // of a function within a row
	memory []int             // at most, in bytes

	compared, equal int // outputs of gloss and of Transformers.js
	load            string
}

// measure lets the peers take turns. Who begins changes from round to round.
func measure(ctx context.Context, o options, vocab int, peers []peer) (*report, error) {
	r := &report{
		one: make([][]time.Duration, len(peers)), row: make([][]time.Duration, len(peers)),
		load: loadAverage(),
	}
	last := make([][]int64, len(peers))
	number := 0
	round := func(functions int) ([]time.Duration, error) {
		took := make([]time.Duration, len(peers))
		for i := range peers {
			k := (i + number) % len(peers)
			var requests []request
			for f := range functions {
				requests = append(requests, request{o.prompt(number+f, vocab), o.new, o.prefix})
			}
			began := time.Now()
			answers, err := peers[k].generate(ctx, requests)
			took[k] = time.Since(began) / time.Duration(functions)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", peers[k].name, err)
			}
			for _, ids := range answers {
				if len(ids) != o.new {
					return nil, fmt.Errorf("%s wrote %d tokens, not %d", peers[k].name, len(ids), o.new)
				}
				last[k] = ids
			}
		}
		number += functions
		return took, nil
	}
	if _, err := round(1); err != nil { // the models are loaded
		return nil, err
	}
	for range o.repetitions {
		took, err := round(1)
		if err != nil {
			return nil, err
		}
		for k := range peers {
			r.one[k] = append(r.one[k], took[k])
			if peers[k].compared {
				r.compared++
				if slices.Equal(last[0], last[k]) {
					r.equal++
				}
			}
		}
	}
	for range o.rows {
		took, err := round(o.row)
		if err != nil {
			return nil, err
		}
		for k := range peers {
			r.row[k] = append(r.row[k], took[k])
		}
	}
	for _, p := range peers {
		r.names = append(r.names, p.name)
		r.memory = append(r.memory, peakMemory(p.process))
	}
	return r, nil
}

// loadAverage says how busy the machine is, where the system tells.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// print writes a table in Markdown.
func (r *report) print(w io.Writer, o options) error {
	var b strings.Builder
	fmt.Fprintf(&b, "The shape %s, %s, %d of %d cores; %d + %d tokens read, %d written; medians of %d functions one at a time and of %d rows of %d.\n",
		o.shape, o.weights, o.threads, runtime.NumCPU(), o.prefix, o.code, o.new, o.repetitions, o.rows, o.row)
	fmt.Fprintf(&b, "Load average before: %s.\n\n", r.load)
	b.WriteString("| | one function | against gloss | in a row | against gloss | peak memory |\n|---|---|---|---|---|---|\n")
	for k, name := range r.names {
		memory := "unknown"
		if r.memory[k] > 0 {
			memory = fmt.Sprintf("%.0f MB", float64(r.memory[k])/1e6)
		}
		fmt.Fprintf(&b, "| %s | %.0f ms | %.2f | %.0f ms | %.2f | %s |\n", name,
			ms(median(r.one[k])), ratio(r.one[k], r.one[0]), ms(median(r.row[k])), ratio(r.row[k], r.row[0]), memory)
	}
	if r.compared > 0 {
		fmt.Fprintf(&b, "\nOutputs of gloss that equal Transformers.js's: %d of %d.\n", r.equal, r.compared)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// ratio is the median of the ratios of pairs.
func ratio(of, to []time.Duration) float64 {
	ratios := make([]float64, len(of))
	for i := range of {
		ratios[i] = of[i].Seconds() / to[i].Seconds()
	}
	return median(ratios)
}

func median[T cmp.Ordered](values []T) T {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
