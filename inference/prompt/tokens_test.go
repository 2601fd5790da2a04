package prompt

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/gloss-lsp/gloss/models/lazyregexp"
)

// BenchmarkTokens tells what a chat prompt of SmolLM2 would save by saying less of
// a function's code. GLOSS_BENCH_FUNCTIONS names the functions, as gloss eval
// --data reads them. Comments are those of whole lines.
func BenchmarkTokens(b *testing.B) {
	file := os.Getenv("GLOSS_BENCH_FUNCTIONS")
	if file == "" {
		b.Skip("GLOSS_BENCH_FUNCTIONS names no file of functions")
	}
	tokens := smollm2Tokenizer(b)
	count := func(code string) int { return len(tokens.Encode(code)) }
	levers := []struct {
		name string
		what *lazyregexp.Regexp
	}{
		{"indentation", lazyregexp.New(`(?m)^[ \t]+`)},
		{"comments", lazyregexp.New(`(?m)^[ \t]*(//|#|--|/\*|\*).*\n`)},
		{"blank-lines", lazyregexp.New(`(?m)^[ \t]*\n`)},
		{"closing-marks", lazyregexp.New(`(?m)^[ \t]*([]})]+[;,]?|end)$\n?`)},
		{"trailing-space", lazyregexp.New(`(?m)[ \t]+$`)},
	}
	for b.Loop() {
		f, err := os.Open(file)
		if err != nil {
			b.Fatal(err)
		}
		whole, saved, functions := 0, make([]int, len(levers)), 0
		in := bufio.NewScanner(f)
		in.Buffer(nil, 16<<20)
		for in.Scan() {
			var function struct{ Code string }
			if err := json.Unmarshal(in.Bytes(), &function); err != nil {
				b.Fatal(err)
			}
			n := count(function.Code)
			functions++
			whole += n
			for i, lever := range levers {
				saved[i] += n - count(strings.TrimSpace(lever.what.ReplaceAllString(function.Code, "")))
			}
		}
		if err := in.Err(); err != nil {
			b.Fatal(err)
		}
		_ = f.Close()
		b.ReportMetric(float64(whole)/float64(functions), "tokens/function")
		for i, lever := range levers {
			b.ReportMetric(100*float64(saved[i])/float64(whole), lever.name+"-%")
		}
	}
	b.ReportMetric(0, "ns/op")
}
