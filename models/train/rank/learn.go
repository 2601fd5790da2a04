package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/rank"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/eval"
)

const (
	folds = 10 // into which repositories are divided
	// few is the number of functions from which on repositories count alike,
	// however many more they have: their authors' habits differ more than their
	// functions do.
	few = 50
	// fewest texts of a kind are needed.
	fewest = 20
)

// sample is a function with what may be shown for it and what that is worth.
type sample struct {
	repo       string
	count      float64 // how much it counts, 1 in the mean
	candidates []judged
}

// judged is a candidate beside its author's sentence.
type judged struct {
	rank.Candidate
	features    []float64
	bleu, rouge float64
	grade       eval.Grade // or ungraded
	worth       float64    // 0 to 1
	good        bool
}

const ungraded eval.Grade = -1

// worths are those of grades. A reader has the name anyway, so a text that says no
// more is worth little; at half or more it is chosen so often that few say more.
var worths = map[eval.Grade]float64{eval.Wrong: 0, eval.Right: 0.35, eval.More: 1}

func judge(functions []eval.Function, groups []rank.Group) []sample {
	samples := make([]sample, len(functions))
	for i, f := range functions {
		samples[i] = sample{repo: f.Repo}
		for k, features := range groups[i].Features() {
			c := groups[i].Candidates[k]
			reference, text := eval.Bare(f.Reference), eval.Bare(c.Text) // as reports have it
			j := judged{
				Candidate: c, features: features, grade: ungraded, good: eval.IsGood(f.Reference, c.Text),
				bleu: eval.BLEU(reference, text), rouge: eval.RougeL(reference, text),
			}
			// How near a text comes, not just whether it is good: that chooses better,
			// and knows as well how sure it is.
			j.worth = j.rouge
			if f.Grades != nil {
				var read bool
				if j.grade, read = f.Grades[c.Text]; !read {
					continue
				}
				j.worth, j.good = worths[j.grade], j.grade >= eval.Right
			}
			samples[i].candidates = append(samples[i].candidates, j)
		}
	}
	return samples
}

// scorer scores candidates: one regression for what the model wrote, one for
// sentences of names.
type scorer struct{ model, name regression }

func (s scorer) of(j judged) float64 {
	if j.Name {
		return s.name.sum(j.features)
	}
	return s.model.sum(j.features)
}

// best returns the candidate with the greatest score.
func (s scorer) best(sample sample) (best judged, score float64) {
	best = slices.MaxFunc(sample.candidates, func(a, b judged) int { return cmp.Compare(s.of(a), s.of(b)) })
	return best, s.of(best)
}

// newScorer learns from samples of which keep is true.
func newScorer(samples []sample, keep func(int) bool) (scorer, error) {
	var model, name table
	for i, s := range samples {
		if !keep(i) {
			continue
		}
		for _, c := range s.candidates {
			t := &model
			if c.Name {
				t = &name
			}
			t.add(c.features, c.worth, s.count)
		}
	}
	if len(model.rows) < fewest || len(name.rows) < fewest {
		return scorer{}, fmt.Errorf("%d texts of the model and %d sentences of names are too few to learn from", len(model.rows), len(name.rows))
	}
	return scorer{fit(model), fit(name)}, nil
}

// chosen is what is shown for a function, by a scorer that has not seen its
// repository.
type chosen struct {
	judged
	score      float64
	confidence float64
	repo       string
	count      float64
}

// learn learns a ranker, and reports what one like it is worth on repositories
// that it has not seen.
func learn(samples []sample, detours int) (*models.Ranker, string, error) {
	samples = slices.DeleteFunc(slices.Clone(samples), func(s sample) bool { return len(s.candidates) == 0 })
	fold := divide(samples)
	if len(fold) < folds {
		return nil, "", fmt.Errorf("the functions are of %d repositories; at least %d are needed", len(fold), folds)
	}
	weigh(samples)
	var all []chosen
	for k := range folds {
		s, err := newScorer(samples, func(i int) bool { return fold[samples[i].repo] != k })
		if err != nil {
			return nil, "", err
		}
		for _, sample := range samples {
			if fold[sample.repo] == k {
				best, score := s.best(sample)
				all = append(all, chosen{judged: best, score: score, repo: sample.repo, count: sample.count})
			}
		}
	}
	for k := range folds {
		confidence := newConfidence(all, func(c chosen) bool { return fold[c.repo] != k })
		for i := range all {
			if fold[all[i].repo] == k {
				all[i].confidence = confidence.At(all[i].score)
			}
		}
	}
	s, err := newScorer(samples, func(int) bool { return true })
	if err != nil {
		return nil, "", err
	}
	confidence := newConfidence(all, func(chosen) bool { return true })
	if !(confidence.Scale > 0) {
		return nil, "", errors.New("texts with a greater score are no better than others: the functions are too few, or too much alike")
	}
	return &models.Ranker{
		Version: rank.Version, Detours: detours, Model: s.model.describe(), Name: s.name.describe(), Confidence: confidence,
	}, report(samples, all), nil
}

// weigh lets repositories count alike.
func weigh(samples []sample) {
	size, sum := sizes(samples), 0.0
	for i, s := range samples {
		samples[i].count = 1 / float64(max(few, size[s.repo]))
		sum += samples[i].count
	}
	for i := range samples {
		samples[i].count *= float64(len(samples)) / sum
	}
}

// sizes returns the number of functions of each repository.
func sizes(samples []sample) map[string]int {
	count := map[string]int{}
	for _, s := range samples {
		count[s.repo]++
	}
	return count
}

// divide gives every repository a fold, so that all have about as many functions.
func divide(samples []sample) map[string]int {
	count := sizes(samples)
	repos := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	fold := map[string]int{}
	var full [folds]int
	for _, r := range repos {
		least := slices.Index(full[:], slices.Min(full[:]))
		fold[r] = least
		full[least] += count[r]
	}
	return fold
}

// newConfidence leads from scores to shares of good texts.
func newConfidence(all []chosen, keep func(chosen) bool) models.Confidence {
	var t table
	for _, c := range all {
		if keep(c) {
			target := 0.0
			if c.good {
				target = 1
			}
			t.add([]float64{c.score}, target, c.count)
		}
	}
	r := fit(t)
	return models.Confidence{Offset: round(r.bias), Scale: round(r.weights[0])}
}

// describe puts weights into a model's description. The digits that it leaves
// out change no choice.
func (r regression) describe() models.Weights {
	w := models.Weights{Bias: round(r.bias), Features: map[string]float64{}}
	for i, name := range rank.Names() {
		if weight := round(r.weights[i]); weight != 0 {
			w.Features[name] = weight
		}
	}
	return w
}

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// report says what was chosen for repositories that had no part in learning.
func report(samples []sample, all []chosen) string {
	var b strings.Builder
	n := float64(len(all))
	line := func(name string, bleu, rouge float64) {
		fmt.Fprintf(&b, "%-34s %5.2f %5.2f\n", name, 100*bleu/n, 100*rouge/n)
	}
	fmt.Fprintf(&b, "%d functions of %d repositories     BLEU-4 ROUGE-L\n", len(all), len(divide(samples)))
	var model, chose, best [2]float64
	for _, s := range samples {
		if c := s.candidates[0]; !c.Name && !c.Detour {
			model[0] += c.bleu
			model[1] += c.rouge
		}
		top := slices.MaxFunc(s.candidates, func(a, b judged) int { return cmp.Compare(a.rouge, b.rouge) })
		best[0] += top.bleu
		best[1] += top.rouge
	}
	for _, c := range all {
		chose[0] += c.bleu
		chose[1] += c.rouge
	}
	line("what the model wrote first", model[0], model[1])
	line("chosen, other repositories", chose[0], chose[1])
	line("the best of all by ROUGE-L", best[0], best[1])
	var grades [eval.More + 1]float64
	graded := 0.0
	for _, c := range all {
		if c.grade != ungraded {
			graded++
			grades[c.grade]++
		}
	}
	if graded > 0 {
		fmt.Fprintf(&b, "of the chosen, readers found %.1f %% right and saying more than the name, %.1f %% right, %.1f %% wrong\n",
			100*grades[eval.More]/graded, 100*grades[eval.Right]/graded, 100*grades[eval.Wrong]/graded)
	}
	fmt.Fprintln(&b, "confidence  functions  expected good  good")
	const steps = 10
	for step := range steps {
		count, good, expected := 0.0, 0.0, 0.0
		for _, c := range all {
			if min(steps-1, int(c.confidence*steps)) != step {
				continue
			}
			count++
			expected += c.confidence
			if c.good {
				good++
			}
		}
		if count > 0 {
			fmt.Fprintf(&b, "%.1f to %.1f %10.0f %12.1f %% %6.1f %%\n", float64(step)/steps, float64(step+1)/steps, count, 100*expected/count, 100*good/count)
		}
	}
	return b.String()
}
