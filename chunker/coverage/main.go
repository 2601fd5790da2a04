// Command coverage compares the functions that gloss finds in a checkout with
// those that independent parsers of each language list:
//
//	go run ./chunker/coverage DIR...
//
// It is run in the root of this repository. A language's parser is a lister, a
// row of listers.go: a program of that language's own world, which need not be
// there. README.md says how one is made, docs/coverage.md what came out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/gloss-lsp/gloss/chunker"
)

type options struct {
	dirs      []string
	languages []string // ids; none means all
	minLines  int
	show      int
	markdown  bool
	listers   string // the folder
	timeout   time.Duration
	parser    func() *exec.Cmd // see chunker.NewWorkers
}

// parserArg makes this program a process that parses.
const parserArg = "parse"

func main() {
	if slices.Equal(os.Args[1:], []string{parserArg}) {
		fmt.Fprintln(os.Stderr, "coverage:", chunker.Work(os.Stdin, os.Stdout))
		os.Exit(1)
	}
	var o options
	var languages string
	flag.StringVar(&languages, "language", "", "ids of the languages to compare, with commas between them (default all)")
	flag.IntVar(&o.minLines, "min-lines", chunker.DefaultMinLines, "the least number of lines of a function that counts")
	flag.IntVar(&o.show, "show", 0, "examples to print of each kind of difference")
	flag.BoolVar(&o.markdown, "markdown", false, "print the tables as docs/coverage.md has them")
	flag.StringVar(&o.listers, "listers", "chunker/coverage/listers", "folder of the listers")
	flag.DurationVar(&o.timeout, "timeout", 10*time.Minute, "longest time for one lister over one folder")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: coverage [flags] DIR...")
		flag.PrintDefaults()
	}
	flag.Parse()
	o.dirs = flag.Args()
	if languages != "" {
		o.languages = strings.Split(languages, ",")
	}
	if len(o.dirs) == 0 {
		flag.Usage()
		os.Exit(2)
	}
	o.parser = ownParser
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

func ownParser() *exec.Cmd {
	program, err := os.Executable()
	return &exec.Cmd{Path: program, Args: []string{"coverage", parserArg}, Err: err}
}

// run compares every language of every folder and prints a table for each
// language. It fails when a lister has, after all others have run.
func run(ctx context.Context, o options, out, log io.Writer) error {
	for _, id := range o.languages {
		if chunker.LanguageByID(id) == nil {
			return fmt.Errorf("gloss knows no language %q", id)
		}
	}
	var trees []checkout
	for _, dir := range o.dirs {
		tree, err := readCheckout(ctx, dir)
		if err != nil {
			return err
		}
		trees = append(trees, tree)
	}
	workers := chunker.NewWorkers(1, o.parser)
	defer workers.Close()
	c := comparer{options: o, workers: workers, log: log}
	var failed []error
	for _, language := range chunker.Languages() {
		if len(o.languages) > 0 && !slices.Contains(o.languages, language.ID) {
			continue
		}
		var all []comparison
		for _, tree := range trees {
			if len(tree.files[language]) == 0 {
				continue
			}
			compared, err := c.compare(ctx, tree, language)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, errNoLister):
				fmt.Fprintln(log, err)
			case err != nil:
				failed = append(failed, err)
			default:
				all = append(all, compared)
			}
		}
		if len(all) > 0 {
			write(out, o, language, all)
		}
	}
	return errors.Join(failed...)
}

// comparer compares a language in a checkout.
type comparer struct {
	options
	workers *chunker.Workers
	log     io.Writer
}

func (c *comparer) compare(ctx context.Context, tree checkout, language *chunker.Language) (comparison, error) {
	files := tree.files[language]
	listed, lister, err := c.list(ctx, language, files)
	if err != nil {
		return comparison{}, fmt.Errorf("%s: %s: %w", tree.dir, language.Name, err)
	}
	all := comparison{tree: tree, lister: lister}
	for _, f := range files {
		l := listed[f.path]
		if l.unparsed != "" {
			all.unparsed = append(all.unparsed, f.name+": "+l.unparsed)
			continue
		}
		found, err := c.find(ctx, language, f)
		if err != nil {
			if ctx.Err() != nil {
				return comparison{}, ctx.Err()
			}
			all.failed = append(all.failed, f.name+": "+err.Error())
		}
		all.files++
		all.add(difference(l.functions, found, c.minLines, lister.starts), f.name)
	}
	return all, nil
}

// patience is how long a parse may take here, on a machine that does other
// things as well: what gloss finds does not depend on it.
const patience = 30 * time.Second

// find returns what gloss finds in a file.
func (c *comparer) find(ctx context.Context, language *chunker.Language, f file) ([]function, error) {
	parsed, err := chunker.Parse(ctx, language, f.text, chunker.Options{MinLines: 1, Timeout: patience, Workers: c.workers})
	if err != nil {
		return nil, err
	}
	defer parsed.Close()
	var found []function
	line, at := 1, 0
	for _, chunk := range parsed.Chunks() { // in the order of their starts
		line += strings.Count(f.text[at:chunk.Range.Start], "\n")
		at = chunk.Range.Start
		end := line + strings.Count(strings.TrimRight(f.text[at:chunk.Range.End], "\r\n"), "\n")
		found = append(found, function{Name: chunk.Name, Container: &chunk.Container, Start: line, End: end})
	}
	return found, nil
}
