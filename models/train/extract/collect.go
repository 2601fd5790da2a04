package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// trained lists the languages of the corpus by the chunker's id, with the name
// by which models know them.
var trained = map[string]string{
	"go": "go", "python": "python", "javascript": "javascript", "typescript": "typescript", "typescriptreact": "typescript",
	"rust": "rust", "java": "java", "c": "c", "cpp": "cpp", "csharp": "csharp", "ruby": "ruby", "php": "php",
}

// tally counts functions by the reason why they were left out.
type tally map[reason]int

func (t tally) add(o tally) {
	for r, n := range o {
		t[r] += n
	}
}

// cut reads the functions of one repository, in the order of their files.
func cut(r repository, dir string) ([]corpus.Pair, tally, error) {
	files, err := listFiles(dir, r.commit)
	if err != nil {
		return nil, nil, err
	}
	files = wanted(files)
	results := make([][]corpus.Pair, len(files))
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
					results[i] = cutFile(r, files[i].path, string(content), own)
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
	var pairs []corpus.Pair
	for _, p := range results {
		pairs = append(pairs, p...)
	}
	return pairs, counts, failed
}

// wanted keeps the files that may hold functions for the corpus.
func wanted(files []blob) []blob {
	var kept []blob
	for _, f := range files {
		l := chunker.LanguageForFile(f.path, nil)
		if l != nil && trained[l.ID] != "" && f.size <= chunker.DefaultMaxBytes && !skippedPath.MatchString(f.path) {
			kept = append(kept, f)
		}
	}
	return kept
}

// cutFile returns a file's pairs and counts what it leaves out.
func cutFile(r repository, path, text string, counts tally) []corpus.Pair {
	head := text[:min(len(text), headBytes)]
	if _, skip := chunker.SkipReason(path, text); skip || copyleft.MatchString(head) {
		return nil
	}
	l := chunker.LanguageForFile(path, []byte(head))
	if l == nil || trained[l.ID] == "" {
		return nil
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	file, err := chunker.Parse(context.Background(), l, text, chunker.Options{})
	if err != nil {
		return nil // one that takes too long
	}
	defer file.Close()
	var pairs []corpus.Pair
	for _, c := range file.Chunks() {
		p, why := pairOf(trained[l.ID], c)
		if why != kept {
			counts[why]++
			continue
		}
		p.Repo, p.Commit, p.Path = r.name, r.commit, path
		pairs = append(pairs, p)
	}
	return pairs
}
