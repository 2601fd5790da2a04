// Command extract makes the corpus: it cuts the functions out of local
// repositories with the editor's own chunker and keeps those whose doc comment
// says in one sentence what they do.
//
// It writes to the folder -out:
//
//	heldout.jsonl  pairs of the held-out repositories
//	eval.jsonl     at most -eval random ones of each language
//	train.jsonl    pairs of the training repositories
//	report.json    what was read, kept and left out
//
// Held-out repositories are read first, so that a near-duplicate of a held-out
// function never gets into training.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gloss-lsp/gloss/models/train/corpus"
)

type options struct {
	list, repositories, out   string
	perRepo, perText, perEval int
}

// source is what the report and the model's card say of a repository.
type source struct {
	Repo    string         `json:"repo"`
	License string         `json:"license"`
	Split   string         `json:"split"`
	Commit  string         `json:"commit"`
	Pairs   map[string]int `json:"pairs"` // by language
}

// report is the content of report.json.
type report struct {
	Sources []source       `json:"sources"`
	Missing []string       `json:"missing,omitempty"` // listed repositories that are not on this disk
	LeftOut map[reason]int `json:"leftOut"`
	Train   int            `json:"train"`
	HeldOut int            `json:"heldOut"`
}

func main() {
	var o options
	flag.StringVar(&o.list, "list", "models/train/repositories.tsv", "list of repositories")
	flag.StringVar(&o.repositories, "repositories", "", "folder with the checkouts or bare repositories (needed)")
	flag.StringVar(&o.out, "out", "", "folder for the corpus, outside of any work tree (needed)")
	flag.IntVar(&o.perRepo, "cap", 5000, "at most so many pairs of one repository")
	flag.IntVar(&o.perText, "same", 8, "at most so many pairs with the same sentence")
	flag.IntVar(&o.perEval, "eval", 300, "at most so many pairs of one language in eval.jsonl")
	flag.Parse()
	if o.repositories == "" || o.out == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(o, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

func run(o options, log io.Writer) error {
	list, err := readRepositories(o.list)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	result := report{LeftOut: map[reason]int{}}
	near := newNearDuplicates()
	for _, split := range []string{heldOut, train} {
		s := &selector{near: near, sentences: map[string]int{}, perRepo: o.perRepo, perText: o.perText}
		pairs, err := side(o, list, split, s, &result, log)
		if err != nil {
			return err
		}
		if split == train {
			result.Train = len(pairs)
			err = corpus.Write(filepath.Join(o.out, "train.jsonl"), pairs)
		} else {
			result.HeldOut = len(pairs)
			if err = corpus.Write(filepath.Join(o.out, "heldout.jsonl"), pairs); err == nil {
				err = corpus.Write(filepath.Join(o.out, "eval.jsonl"), evaluation(pairs, o.perEval))
			}
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(log, "%d pairs for training, %d held out\n", result.Train, result.HeldOut)
	for _, r := range slices.SortedFunc(maps.Keys(result.LeftOut), func(a, b reason) int { return result.LeftOut[b] - result.LeftOut[a] }) {
		fmt.Fprintf(log, "%9d left out: %s\n", result.LeftOut[r], r)
	}
	return corpus.WriteFile(filepath.Join(o.out, "report.json"), func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(result)
	})
}

// side reads the repositories of one side of the corpus.
func side(o options, list []repository, split string, s *selector, result *report, log io.Writer) ([]corpus.Pair, error) {
	var all []corpus.Pair
	for _, r := range list {
		if r.split != split {
			continue
		}
		dir, ok := findRepository(o.repositories, r.name)
		if !ok {
			result.Missing = append(result.Missing, r.name)
			fmt.Fprintf(log, "%s is not in %s\n", r.name, o.repositories)
			continue
		}
		started := time.Now()
		pairs, counts, err := cut(r, dir)
		if err != nil {
			return nil, err
		}
		pairs = s.take(pairs, counts)
		src := source{Repo: r.name, License: r.license, Split: split, Commit: r.commit, Pairs: map[string]int{}}
		for _, p := range pairs {
			src.Pairs[p.Language]++
		}
		tally(result.LeftOut).add(counts)
		result.Sources = append(result.Sources, src)
		all = append(all, pairs...)
		fmt.Fprintf(log, "%-32s %-8s %6d pairs, %d in all, %.0f s\n", r.name, split, len(pairs), len(all), time.Since(started).Seconds())
	}
	return all, nil
}
