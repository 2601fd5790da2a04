package eval

import (
	"math"
	"strings"
)

// maxOrder is the length of the longest n-grams that BLEU compares.
const maxOrder = 4

// BLEU is the smoothed sentence BLEU-4 of CodeXGLUE's code-to-text task for
// one reference, between 0 and 1. N-grams of two and more words are smoothed
// by one, and the brevity penalty by one word on each side.
//
// It is not above all quirks: an empty candidate has a score above 0 against
// a very short reference, and so has a sentence of one right word.
func BLEU(reference, candidate string) float64 {
	ref, cand := tokens(reference), tokens(candidate)
	const tiny = 0x1p-1022 // Python's sys.float_info.min, which keeps the logarithm finite
	var sum float64
	for n := 1; n <= maxOrder; n++ {
		guessed := float64(max(0, len(cand)-n+1))
		correct := float64(common(ref, cand, n))
		if n > 1 {
			guessed++
			correct++
		}
		sum += math.Log(correct+tiny) - math.Log(guessed+tiny)
	}
	brevity := min(0, 1-float64(len(ref)+1)/float64(len(cand)+1))
	return math.Exp(sum/maxOrder + brevity)
}

// common counts the n-grams that both have, each as often as both have it.
func common(a, b []string, n int) int {
	count := map[string]int{}
	for i := range max(0, len(a)-n+1) {
		count[strings.Join(a[i:i+n], " ")]++
	}
	shared := 0
	for i := range max(0, len(b)-n+1) {
		gram := strings.Join(b[i:i+n], " ")
		if count[gram] > 0 {
			count[gram]--
			shared++
		}
	}
	return shared
}

// RougeL is the harmonic mean of precision and recall of the longest common
// subsequence of the same tokens as BLEU's, between 0 and 1.
func RougeL(reference, candidate string) float64 {
	ref, cand := tokens(reference), tokens(candidate)
	longest := make([]int, len(cand)+1) // of ref so far with each beginning of cand
	for _, r := range ref {
		diagonal := 0
		for j, c := range cand {
			above := longest[j+1]
			if r == c {
				longest[j+1] = diagonal + 1
			} else {
				longest[j+1] = max(above, longest[j])
			}
			diagonal = above
		}
	}
	if length := float64(longest[len(cand)]); length > 0 {
		precision, recall := length/float64(len(cand)), length/float64(len(ref))
		return 2 * precision * recall / (precision + recall)
	}
	return 0
}

// Bare is a sentence without its final period: half of all authors leave it
// out, so it would be scored as a matter of taste.
func Bare(s string) string { return strings.TrimRight(strings.TrimSpace(s), ".。") }
