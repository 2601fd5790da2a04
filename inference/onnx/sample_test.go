package onnx

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// The definitions that the processors are tested against, written in the
// plainest way from Hugging Face's documentation. They return the set of
// tokens that stay possible, or the new logits.

func definedTopK(logits []float32, k int) map[int]bool {
	keep := map[int]bool{}
	for i, l := range logits {
		larger := 0
		for _, other := range logits {
			if other > l {
				larger++
			}
		}
		keep[i] = larger < k // fewer than k are larger: equals of the k-th stay
	}
	return keep
}

// definedTopP keeps the smallest set of the likeliest tokens whose
// probabilities reach p.
func definedTopP(logits []float32, p float64) map[int]bool {
	sum := 0.0
	for _, l := range logits {
		sum += math.Exp(float64(l))
	}
	order := make([]int, len(logits))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return logits[order[a]] > logits[order[b]] })
	keep, reached := map[int]bool{}, 0.0
	for _, i := range order {
		if reached >= p {
			break
		}
		keep[i] = true
		reached += math.Exp(float64(logits[i])) / sum
	}
	return keep
}

func definedNgramBan(ids []int64, n int) map[int64]bool {
	banned := map[int64]bool{}
	for next := range int64(8) {
		candidate := append(slices.Clone(ids), next)
		last := candidate[len(candidate)-min(n, len(candidate)):]
		for i := 0; i+n < len(candidate); i++ {
			if slices.Equal(candidate[i:i+n], last) {
				banned[next] = true
			}
		}
	}
	return banned
}

func kept(logits []float32) map[int]bool {
	keep := map[int]bool{}
	for i, l := range logits {
		if !math.IsInf(float64(l), -1) {
			keep[i] = true
		}
	}
	return keep
}

func randomLogits(rng *rand.Rand, n int) []float32 {
	logits := make([]float32, n)
	for i := range logits {
		logits[i] = float32(rng.NormFloat64() * 3)
	}
	return logits
}

func TestTopK(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		logits := randomLogits(rng, 1+rng.IntN(40))
		for i := range logits {
			logits[i] = float32(math.Round(float64(logits[i]))) // ties
		}
		k := 1 + rng.IntN(len(logits))
		want := definedTopK(logits, k)
		got := slices.Clone(logits)
		keepTopK(got, k)
		for i := range logits {
			if kept(got)[i] != want[i] {
				t.Fatalf("k %d of %v: token %d stays: %v, want %v", k, logits, i, kept(got)[i], want[i])
			}
		}
	}
}

func TestTopP(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		logits := randomLogits(rng, 1+rng.IntN(40))
		p := float32(0.01 + 0.98*rng.Float64())
		want := definedTopP(logits, float64(p))
		got := slices.Clone(logits)
		newSampler(GenerateOptions{TopP: p}).keepTopP(got)
		for i := range logits {
			if kept(got)[i] != want[i] {
				t.Fatalf("p %v of %v: token %d stays: %v, want %v", p, logits, i, kept(got)[i], want[i])
			}
		}
	}
}

func TestNoRepeatNgram(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 500 {
		ids := make([]int64, 1+rng.IntN(30))
		for i := range ids {
			ids[i] = rng.Int64N(8)
		}
		n := 1 + rng.IntN(4)
		logits := make([]float32, 8)
		banRepeatedNgrams(logits, ids, n)
		want := definedNgramBan(ids, n)
		for id := range logits {
			if got := !kept(logits)[id]; got != want[int64(id)] {
				t.Fatalf("n %d after %v: token %d banned: %v, want %v", n, ids, id, got, want[int64(id)])
			}
		}
	}
}

func TestRepetitionPenalty(t *testing.T) {
	logits := []float32{2, -2, 0, 3, -3}
	newSampler(GenerateOptions{RepetitionPenalty: 2}).penalizeRepetition(logits, []int64{0, 1, 2, 0, 1})
	if want := []float32{1, -4, 0, 3, -3}; !slices.Equal(logits, want) { // repeated ids count once
		t.Errorf("got %v, want %v", logits, want)
	}
}

// The processors run in Hugging Face's order: with another one the penalty
// would act on logits that temperature has scaled, or top-p on a longer list.
func TestProcessorOrder(t *testing.T) {
	logits := []float32{4, 3.9, 1, 0.5, -1}
	s := newSampler(GenerateOptions{RepetitionPenalty: 4, Temperature: 0.5, TopK: 3, TopP: 0.9, Seed: 1})
	seen := map[int64]int{}
	for range 1000 {
		id, err := s.next(logits, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		seen[id]++
	}
	// Penalized: 1, 3.9, 1, .5, -1. At temperature .5 token 1 has probability
	// .99 of the top three, so top-p leaves it alone.
	if seen[1] != 1000 {
		t.Errorf("drawn %v, want only token 1", seen)
	}
	if !slices.Equal(logits, []float32{4, 3.9, 1, 0.5, -1}) {
		t.Error("the model's logits were changed")
	}
}

// Draws follow the softmax at the temperature, and a seed repeats them.
func TestDrawFollowsSoftmax(t *testing.T) {
	logits := []float32{1, 0, 2, -1}
	o := GenerateOptions{Temperature: 1.5, Seed: 42}
	s, twin := newSampler(o), newSampler(o)
	counts := make([]float64, len(logits))
	const draws = 20000
	for range draws {
		id, err := s.next(logits, nil)
		if err != nil {
			t.Fatal(err)
		}
		if same, _ := twin.next(logits, nil); same != id {
			t.Fatal("one seed gave two different draws")
		}
		counts[id]++
	}
	sum := 0.0
	for _, l := range logits {
		sum += math.Exp(float64(l) / 1.5)
	}
	for i, l := range logits {
		want := math.Exp(float64(l)/1.5) / sum
		if got := counts[i] / draws; math.Abs(got-want) > 0.015 { // four deviations
			t.Errorf("token %d: drawn with frequency %.3f, want %.3f", i, got, want)
		}
	}
}

func TestGreedyTakesFirstOfEquals(t *testing.T) {
	if got, err := newSampler(GenerateOptions{}).next([]float32{-1, 5, 5, 2}, nil); got != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", got, err)
	}
}

func TestLogitsMustBeFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := newSampler(GenerateOptions{}).next([]float32{0, float32(bad), 1}, nil); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

// A temperature near 0 is nearly greedy and overflows nowhere.
func TestTinyTemperature(t *testing.T) {
	s := newSampler(GenerateOptions{Temperature: math.SmallestNonzeroFloat32, TopP: 0.5})
	if got, err := s.next([]float32{80, 90, -90}, nil); got != 1 || err != nil {
		t.Errorf("got %d, %v, want 1", got, err)
	}
}

// float16 is checked against the format's definition for all numbers.
func TestFloat16(t *testing.T) {
	for h := range 1 << 16 {
		exponent, fraction := h>>10&0x1f, float64(h&0x3ff)
		want := math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = math.Ldexp(fraction/1024, -14)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		if h>>15 == 1 {
			want = -want
		}
		got := float64(float16(uint16(h)))
		if math.IsNaN(want) != math.IsNaN(got) || !math.IsNaN(want) && (got != want || math.Signbit(got) != math.Signbit(want)) {
			t.Fatalf("%#04x: got %v, want %v", h, got, want)
		}
	}
}
