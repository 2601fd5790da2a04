// Package corpus is the form in which the programs of models/train hand each
// other functions with the sentences that were written about them.
package corpus

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/gloss-lsp/gloss/inference/prompt"
)

// Tier says what a pair's sentence is worth.
type Tier string

// The tiers of the corpus.
const (
	// Strict sentences are what gloss wants to say: a verb in front, and more
	// than the name.
	Strict Tier = "strict"
	// Loose ones are prose of other shapes: noun phrases, repeats of the name,
	// short and long ones.
	Loose Tier = "loose"
	// Name is for functions that nobody described: the sentence was made of the
	// function's name, which the prompt must then hide.
	Name Tier = "name"
)

// Pair is a function and a sentence that says what it does.
type Pair struct {
	Language string `json:"language"` // as models know it: typescript for TSX too
	Path     string `json:"path"`
	// Container is the definition around the function (chunker.Chunk.Container).
	Container string `json:"container"`
	Name      string `json:"name"`
	Kind      string `json:"kind"`
	// Code is the definition without its doc comment (chunker.Chunk.Text).
	Code string `json:"code"`
	// Reference is the doc comment's first sentence, cleaned as the model's
	// output is, or for the tier Name the name's sentence.
	Reference string `json:"reference"`
	Tier      Tier   `json:"tier"`
	Repo      string `json:"repo"` // owner/name
	Commit    string `json:"commit"`
}

// Function is what a model is asked about.
func (p *Pair) Function() prompt.Function {
	return prompt.Function{Language: p.Language, Path: p.Path, Container: p.Container, Name: p.Name, Code: p.Code}
}

// Write writes pairs to file, one JSON object a line. The file appears whole
// or not at all.
func Write(file string, pairs []Pair) error {
	return WriteFile(file, func(w io.Writer) error { return Append(w, pairs) })
}

// Append writes pairs to w as Write does.
func Append(w io.Writer, pairs []Pair) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for i := range pairs {
		if err := encoder.Encode(&pairs[i]); err != nil {
			return err
		}
	}
	return nil
}

// WriteFile makes file of what write writes. The file appears whole or not at
// all.
func WriteFile(file string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	buffered := bufio.NewWriterSize(f, 1<<20)
	if err := write(buffered); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// Read yields what Write wrote, a pair at a time: a whole corpus does not fit
// every memory. An error is the last that it yields.
func Read(file string) iter.Seq2[Pair, error] {
	return func(yield func(Pair, error) bool) {
		f, err := os.Open(file)
		if err != nil {
			yield(Pair{}, err)
			return
		}
		defer f.Close()
		decoder := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
		for n := 0; ; n++ {
			var p Pair
			err := decoder.Decode(&p)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				err = fmt.Errorf("read %s: after %d pairs: %w", file, n, err)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}
