// Package corpus is the form in which the programs of models/train hand each
// other functions with the sentences that were written about them.
package corpus

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gloss-lsp/gloss/inference/prompt"
)

// Pair is a function and what its author said that it does.
type Pair struct {
	Language string `json:"language"` // as models know it: typescript for TSX too
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	// Container is what is around the function (chunker.Chunk.Container).
	Container string `json:"container,omitempty"`
	// Code is the definition without its doc comment (chunker.Chunk.Text).
	Code string `json:"code"`
	// Reference is the doc comment's first sentence, cleaned as the model's
	// output is.
	Reference string `json:"reference"`
	Repo      string `json:"repo"` // owner/name
	Commit    string `json:"commit"`
	Path      string `json:"path"`
}

// Function is what a model is asked about.
func (p *Pair) Function() prompt.Function {
	return prompt.Function{Language: p.Language, Path: p.Path, Container: p.Container, Name: p.Name, Code: p.Code}
}

// Write writes pairs to file, one JSON object a line. The file appears whole
// or not at all.
func Write(file string, pairs []Pair) error {
	return WriteFile(file, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		for i := range pairs {
			if err := encoder.Encode(&pairs[i]); err != nil {
				return err
			}
		}
		return nil
	})
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
	buffered := bufio.NewWriter(f)
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

// Read reads what Write wrote.
func Read(file string) ([]Pair, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var pairs []Pair
	decoder := json.NewDecoder(bufio.NewReader(f))
	for {
		var p Pair
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return pairs, nil
		case err != nil:
			return nil, fmt.Errorf("read %s: after %d pairs: %w", file, len(pairs), err)
		}
		pairs = append(pairs, p)
	}
}
