package eval

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Report is what an evaluation found. Its JSON is a contract.
type Report struct {
	Data       Data           `json:"data"`
	Obfuscated bool           `json:"obfuscated"` // names of functions and locals were hidden
	Systems    []SystemReport `json:"systems"`
	// Differences are the first model's figures less those of each other
	// system, over all functions.
	Differences []Difference `json:"differences"`
	Examples    []Example    `json:"examples,omitempty"`
}

// Data describes what was measured on.
type Data struct {
	Functions int            `json:"functions"`
	Languages map[string]int `json:"languages"` // functions in each
	// Repositories are those the functions come from, in order; empty where
	// the data does not say.
	Repositories []string `json:"repositories,omitempty"`
	// SHA256 identifies the functions that were measured, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// SystemReport holds the figures of one system.
type SystemReport struct {
	Name   string `json:"name"`
	Kind   Kind   `json:"kind"`
	Prompt string `json:"prompt,omitempty"`
	SHA256 string `json:"sha256,omitempty"` // of a model's files
	// Micro weighs all functions alike, Macro all languages.
	Micro     Figures            `json:"micro"`
	Macro     Figures            `json:"macro"`
	Languages map[string]Figures `json:"languages"`
	// Latency is nil for systems that run no model.
	Latency *Latency `json:"latency,omitempty"`
	// Failed counts functions for which the model could not run. They count as
	// empty.
	Failed int `json:"failed"`
}

// Figures are the means over some functions. BLEU and RougeL are in percent;
// Words are those of the texts; the others are shares of all functions in
// percent.
type Figures struct {
	Functions         int      `json:"functions"`
	BLEU              Estimate `json:"bleu"`
	RougeL            Estimate `json:"rougeL"`
	Words             Estimate `json:"words"`
	Empty             Estimate `json:"empty"`
	Repeated          Estimate `json:"repeated"`
	Circular          Estimate `json:"circular"`
	Truncated         Estimate `json:"truncated"`
	NameOnly          Estimate `json:"nameOnly"`
	Ungrounded        Estimate `json:"ungrounded"`
	UnknownIdentifier Estimate `json:"unknownIdentifier"`
	// Duplicate is the share whose text another function has word for word
	// although its code differs.
	Duplicate Estimate `json:"duplicate"`
}

// Latency is the time of one function at a time, in milliseconds.
type Latency struct {
	Median float64 `json:"medianMs"`
	P95    float64 `json:"p95Ms"`
}

// Difference compares the first model with another system on the same
// functions.
type Difference struct {
	Model  string   `json:"model"`
	System string   `json:"system"`
	BLEU   Estimate `json:"bleu"`
	RougeL Estimate `json:"rougeL"`
}

// Example is one function with what each system wrote, by the system's name.
// It holds nothing of the function but where it is.
type Example struct {
	Language string            `json:"language"`
	Name     string            `json:"name"`
	Repo     string            `json:"repo,omitempty"`
	Commit   string            `json:"commit,omitempty"`
	Path     string            `json:"path,omitempty"`
	Outputs  map[string]string `json:"outputs"`
}

// metric is one of the figures: what it is for one function, and where it is
// kept.
type metric struct {
	of   func(measured) float64
	into func(*Figures) *Estimate
}

// measured is one output with what was found in it.
type measured struct {
	bleu, rougeL, words float64
	Flaws
	duplicate bool
}

func percent(b bool) float64 {
	if b {
		return 100
	}
	return 0
}

var metrics = []metric{
	{func(m measured) float64 { return 100 * m.bleu }, func(f *Figures) *Estimate { return &f.BLEU }},
	{func(m measured) float64 { return 100 * m.rougeL }, func(f *Figures) *Estimate { return &f.RougeL }},
	{func(m measured) float64 { return m.words }, func(f *Figures) *Estimate { return &f.Words }},
	{func(m measured) float64 { return percent(m.Empty) }, func(f *Figures) *Estimate { return &f.Empty }},
	{func(m measured) float64 { return percent(m.Repeated) }, func(f *Figures) *Estimate { return &f.Repeated }},
	{func(m measured) float64 { return percent(m.Circular) }, func(f *Figures) *Estimate { return &f.Circular }},
	{func(m measured) float64 { return percent(m.Truncated) }, func(f *Figures) *Estimate { return &f.Truncated }},
	{func(m measured) float64 { return percent(m.NameOnly) }, func(f *Figures) *Estimate { return &f.NameOnly }},
	{func(m measured) float64 { return percent(m.Ungrounded) }, func(f *Figures) *Estimate { return &f.Ungrounded }},
	{func(m measured) float64 { return percent(m.UnknownIdentifier) }, func(f *Figures) *Estimate { return &f.UnknownIdentifier }},
	{func(m measured) float64 { return percent(m.duplicate) }, func(f *Figures) *Estimate { return &f.Duplicate }},
}

// Measure computes all figures. Every system must have one output for each
// function. A final period is left out on both sides before scoring.
func Measure(functions []Function, systems []System) Report {
	r := Report{Data: describe(functions), Differences: []Difference{}}
	languages := byLanguage(functions)
	var model []measured // of the first one
	var name string
	for _, s := range systems {
		m := measure(functions, s.Outputs)
		r.Systems = append(r.Systems, report(s, m, languages))
		if s.Kind == Model && model == nil {
			model, name = m, s.Name
		}
	}
	if model == nil {
		return r
	}
	for _, s := range systems {
		if s.Name == name || s.Kind == Reference {
			continue
		}
		other := measure(functions, s.Outputs)
		less := func(of func(measured) float64) Estimate {
			difference := make([]float64, len(model))
			for i := range difference {
				difference[i] = of(model[i]) - of(other[i])
			}
			return estimate(difference)
		}
		r.Differences = append(r.Differences, Difference{
			Model: name, System: s.Name,
			BLEU: less(metrics[0].of), RougeL: less(metrics[1].of),
		})
	}
	return r
}

// byLanguage returns the indices of each language's functions.
func byLanguage(functions []Function) map[string][]int {
	all := map[string][]int{}
	for i, f := range functions {
		all[f.Language] = append(all[f.Language], i)
	}
	return all
}

func measure(functions []Function, outputs []Output) []measured {
	duplicate := duplicates(functions, outputs)
	all := make([]measured, len(functions))
	for i, f := range functions {
		reference, text := Bare(f.Reference), Bare(outputs[i].Text)
		all[i] = measured{
			bleu: BLEU(reference, text), rougeL: RougeL(reference, text), words: float64(len(strings.Fields(text))),
			Flaws: Find(f, outputs[i]), duplicate: duplicate[i],
		}
	}
	return all
}

// duplicates finds the outputs that say of a function, word for word, what is
// said of one with other code in the same language.
func duplicates(functions []Function, outputs []Output) []bool {
	key := func(i int) string { return functions[i].Language + "\x00" + strings.ToLower(Bare(outputs[i].Text)) }
	first := map[string]string{} // code
	shared := map[string]bool{}
	for i, f := range functions {
		code, seen := first[key(i)]
		if !seen {
			first[key(i)] = f.Code
		} else if code != f.Code {
			shared[key(i)] = true
		}
	}
	all := make([]bool, len(functions))
	for i := range all {
		all[i] = outputs[i].Text != "" && shared[key(i)]
	}
	return all
}

func report(s System, m []measured, languages map[string][]int) SystemReport {
	r := SystemReport{
		Name: s.Name, Kind: s.Kind, Prompt: s.Prompt, SHA256: s.SHA256,
		Micro: Figures{Functions: len(m)}, Macro: Figures{Functions: len(m)}, Languages: map[string]Figures{},
		Latency: latency(s.Outputs),
	}
	for _, o := range s.Outputs {
		if o.Failed {
			r.Failed++
		}
	}
	ids := sortedKeys(languages)
	for _, metric := range metrics {
		all := make([]float64, len(m))
		for i := range m {
			all[i] = metric.of(m[i])
		}
		var groups [][]float64
		for _, id := range ids {
			group := make([]float64, len(languages[id]))
			for i, at := range languages[id] {
				group[i] = all[at]
			}
			groups = append(groups, group)
			f := r.Languages[id]
			f.Functions = len(group)
			*metric.into(&f) = estimate(group)
			r.Languages[id] = f
		}
		if len(all) > 0 {
			*metric.into(&r.Micro) = estimate(all)
		}
		*metric.into(&r.Macro) = estimateGroups(groups)
	}
	return r
}

// latency is nil where no output took time.
func latency(outputs []Output) *Latency {
	var times []time.Duration
	for _, o := range outputs {
		if o.Elapsed > 0 {
			times = append(times, o.Elapsed)
		}
	}
	if len(times) == 0 {
		return nil
	}
	slices.Sort(times)
	at := func(share float64) float64 {
		return float64(times[int(share*float64(len(times)-1)+0.5)].Round(10*time.Microsecond)) / float64(time.Millisecond)
	}
	return &Latency{Median: at(0.5), P95: at(0.95)}
}

// Examples picks n functions at random, always the same ones of the same
// functions, in their order.
func Examples(functions []Function, systems []System, n int) []Example {
	var examples []Example
	for _, i := range Pick(len(functions), n) {
		f := functions[i]
		e := Example{Language: f.Language, Name: f.Name, Repo: f.Repo, Commit: f.Commit, Path: f.Path, Outputs: map[string]string{}}
		for _, s := range systems {
			if s.Kind != Reference { // whose words are another's
				e.Outputs[s.Name] = s.Outputs[i].Text
			}
		}
		examples = append(examples, e)
	}
	return examples
}

// Pick picks n of count indices at random, always the same ones, in order.
func Pick(count, n int) []int {
	picked := rand.New(rand.NewPCG(Seed, 0)).Perm(count)[:min(n, count)]
	slices.Sort(picked)
	return picked
}
