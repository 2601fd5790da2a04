// Command extract makes the corpus: it cuts the functions out of local
// repositories with the editor's own chunker, in all of its languages, and
// keeps those whose doc comment says in one sentence what they do, and those
// without one whose name says it.
//
// It writes to the folder -out:
//
//	heldout.jsonl  strict pairs of the held-out repositories
//	eval.jsonl     at most -eval random ones of each language
//	train.jsonl    pairs of all tiers of the training repositories
//	report.json    what was read, kept and left out
//
// Held-out repositories are read first, so that a near-duplicate of any of
// their functions never gets into training.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference/reference"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

type options struct {
	list, repositories, out             string
	perRepo, perNamed, perText, perEval int
	parser                              func() *exec.Cmd // see chunker.NewWorkers
}

// source is what the report says of a repository.
type source struct {
	Repo    string              `json:"repo"`
	License string              `json:"license"`
	Split   string              `json:"split"`
	Commit  string              `json:"commit"`
	Pairs   map[corpus.Tier]int `json:"pairs"`
}

// report is the content of report.json.
type report struct {
	Sources []source                 `json:"sources"`
	Missing []string                 `json:"missing,omitempty"` // listed repositories that are not on this disk at their commit
	LeftOut map[reference.Reason]int `json:"leftOut"`
	// Train and HeldOut count the pairs by language and tier.
	Train   counts `json:"train"`
	HeldOut counts `json:"heldOut"`
}

type counts map[string]map[corpus.Tier]int

func (c counts) add(pairs []corpus.Pair) {
	for _, p := range pairs {
		if c[p.Language] == nil {
			c[p.Language] = map[corpus.Tier]int{}
		}
		c[p.Language][p.Tier]++
	}
}

func (c counts) total(t corpus.Tier) (n int) {
	for _, tiers := range c {
		n += tiers[t]
	}
	return n
}

func main() {
	if slices.Equal(os.Args[1:], []string{parserArg}) {
		fmt.Fprintln(os.Stderr, "extract:", chunker.Work(os.Stdin, os.Stdout))
		os.Exit(1)
	}
	var o options
	flag.StringVar(&o.list, "list", "models/train/repositories.tsv", "list of repositories")
	flag.StringVar(&o.repositories, "repositories", "", "folder with the checkouts or bare repositories (needed)")
	flag.StringVar(&o.out, "out", "", "folder for the corpus, outside of any work tree (needed)")
	flag.IntVar(&o.perRepo, "cap", 7000, "at most so many described functions of one repository")
	flag.IntVar(&o.perNamed, "named", 2500, "at most so many functions without a doc comment of one repository")
	flag.IntVar(&o.perText, "same", 12, "at most so many pairs with the same sentence")
	flag.IntVar(&o.perEval, "eval", 300, "at most so many pairs of one language in eval.jsonl")
	flag.Parse()
	if o.repositories == "" || o.out == "" {
		flag.Usage()
		os.Exit(2)
	}
	o.parser = ownParser
	if err := run(o, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

// parserArg makes this program a process that parses.
const parserArg = "parse"

func ownParser() *exec.Cmd {
	program, err := os.Executable()
	return &exec.Cmd{Path: program, Args: []string{"extract", parserArg}, Err: err}
}

func run(o options, log io.Writer) error {
	list, err := readRepositories(o.list)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	parsers := chunker.NewWorkers(runtime.GOMAXPROCS(0), o.parser)
	defer parsers.Close()
	e := &extraction{
		options: o, list: list, log: log,
		cutter: cutter{reference.NewDuplicates(), parsers},
		report: report{LeftOut: tally{}, Train: counts{}, HeldOut: counts{}},
	}
	var held []corpus.Pair
	err = e.side(heldOut, func(pairs []corpus.Pair) error {
		held = append(held, strict(pairs)...)
		return nil
	})
	if err != nil {
		return err
	}
	e.report.HeldOut.add(held)
	if err := corpus.Write(filepath.Join(o.out, "heldout.jsonl"), held); err != nil {
		return err
	}
	if err := corpus.Write(filepath.Join(o.out, "eval.jsonl"), evaluation(held, o.perEval)); err != nil {
		return err
	}
	err = corpus.WriteFile(filepath.Join(o.out, "train.jsonl"), func(w io.Writer) error {
		return e.side(train, func(pairs []corpus.Pair) error {
			e.report.Train.add(pairs)
			return corpus.Append(w, pairs)
		})
	})
	if err != nil {
		return err
	}
	e.summarize()
	return corpus.WriteFile(filepath.Join(o.out, "report.json"), func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(e.report)
	})
}

// extraction is one run of this program.
type extraction struct {
	options
	list   []repository
	log    io.Writer
	cutter cutter
	report report
}

// side hands over the pairs of each repository on one side of the corpus.
func (e *extraction) side(split string, use func([]corpus.Pair) error) error {
	s := &selector{near: e.cutter.near, sentences: map[string]int{}, perRepo: e.perRepo, perNamed: e.perNamed, perText: e.perText}
	for _, r := range e.list {
		if r.split != split {
			continue
		}
		dir, ok := findRepository(e.repositories, r.name, r.commit)
		if !ok {
			e.report.Missing = append(e.report.Missing, r.name)
			fmt.Fprintf(e.log, "%s at %s is not in %s\n", r.name, r.commit, e.repositories)
			continue
		}
		started := time.Now()
		candidates, left, err := e.cutter.cut(r, dir)
		if err != nil {
			return err
		}
		pairs := s.take(candidates, left)
		src := source{Repo: r.name, License: r.license, Split: split, Commit: r.commit, Pairs: map[corpus.Tier]int{}}
		for _, p := range pairs {
			src.Pairs[p.Tier]++
		}
		tally(e.report.LeftOut).add(left)
		e.report.Sources = append(e.report.Sources, src)
		if err := use(pairs); err != nil {
			return err
		}
		fmt.Fprintf(e.log, "%-40s %-8s %5d strict %5d loose %5d named, %.0f s\n", r.name, split,
			src.Pairs[corpus.Strict], src.Pairs[corpus.Loose], src.Pairs[corpus.Name], time.Since(started).Seconds())
	}
	return nil
}

// summarize says what came of it all.
func (e *extraction) summarize() {
	t := e.report.Train
	fmt.Fprintf(e.log, "for training %d strict, %d loose, %d named; held out %d\n",
		t.total(corpus.Strict), t.total(corpus.Loose), t.total(corpus.Name), e.report.HeldOut.total(corpus.Strict))
	left := e.report.LeftOut
	for _, r := range slices.SortedFunc(maps.Keys(left), func(a, b reference.Reason) int { return left[b] - left[a] }) {
		fmt.Fprintf(e.log, "%9d left out: %s\n", left[r], r)
	}
}
