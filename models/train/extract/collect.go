package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference/reference"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// known returns the name by which models know a language of the chunker's:
// TSX is TypeScript.
func known(l *chunker.Language) string { return strings.TrimSuffix(l.ID, "react") }

// candidate is a pair with what finds functions like it.
type candidate struct {
	corpus.Pair
	signature reference.Signature
}

// tally counts functions by the reason why they were left out.
type tally map[reference.Reason]int

func (t tally) add(o tally) {
	for r, n := range o {
		t[r] += n
	}
}

// cutter reads the functions of repositories.
type cutter struct {
	near *reference.Duplicates
	// parsers run the grammars in other processes: one text that makes a grammar
	// fail must not cost the whole corpus.
	parsers *chunker.Workers
}

// cut reads the functions of one repository, in the order of their files.
func (c *cutter) cut(r repository, dir string) ([]candidate, tally, error) {
	files, err := listFiles(dir, r.commit)
	if err != nil {
		return nil, nil, err
	}
	files = wanted(files)
	results := make([][]candidate, len(files))
	counts := tally{}
	next := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex // guards counts and failed
	var failed error
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			own := tally{}
			store, err := openObjects(dir)
			if err == nil {
				for i := range next {
					var content []byte
					if content, err = store.read(files[i].object); err != nil {
						break
					}
					results[i] = c.cutFile(r, files[i].path, string(content), own)
				}
				store.close()
			}
			for range next { // let the others' files pass
			}
			mu.Lock()
			defer mu.Unlock()
			counts.add(own)
			if err != nil {
				failed = fmt.Errorf("read %s: %w", r.name, err)
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	return slices.Concat(results...), counts, failed
}

// wanted keeps the files that may hold functions for the corpus.
func wanted(files []blob) []blob {
	var kept []blob
	for _, f := range files {
		l := chunker.LanguageForFile(f.path, nil)
		if l != nil && f.size <= chunker.DefaultMaxBytes && reference.IsProduct(f.path) {
			kept = append(kept, f)
		}
	}
	return kept
}

// cutFile returns a file's pairs and counts what it leaves out.
func (c *cutter) cutFile(r repository, path, text string, counts tally) []candidate {
	head := text[:min(len(text), headBytes)]
	if _, skip := chunker.SkipReason(path, text); skip || copyleft.MatchString(head) {
		return nil
	}
	l := chunker.LanguageForFile(path, []byte(head))
	if l == nil {
		return nil
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	file, err := chunker.Parse(context.Background(), l, text, chunker.Options{Workers: c.parsers})
	if err != nil {
		counts[unparsed]++
		return nil
	}
	defer file.Close()
	var found []candidate
	for _, chunk := range file.Chunks() {
		p, why := pairOf(known(l), chunk)
		if why != reference.None {
			counts[why]++
			continue
		}
		p.Repo, p.Commit, p.Path = r.name, r.commit, path
		found = append(found, candidate{p, c.near.Signature(p.Code)})
	}
	return found
}
