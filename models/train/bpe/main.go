// Command bpe learns a byte-level BPE from a corpus and writes it as a
// tokenizer.json.
//
//	bpe -data train.jsonl -size 8192 -out tokenizer.json
//
// It learns from what the model will read and write: the prompts of the given
// form and, twice as heavy, the references. The same corpus gives the same
// file.
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"

	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/inference/tokenizer/bpe"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// referenceWeight is how often a reference counts: every token that the model
// writes costs a run of it.
const referenceWeight = 2

func main() {
	data := flag.String("data", "", "JSON lines of the corpus (needed)")
	out := flag.String("out", "", "the tokenizer.json to write (needed)")
	size := flag.Int("size", 8192, "number of tokens, special ones included")
	form := flag.String("form", "code", "prompt form of the model to be")
	version := flag.Int("form-version", 1, "version of the prompt form")
	flag.Parse()
	if *data == "" || *out == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*data, *out, *size, models.Prompt{Form: *form, Version: *version}); err != nil {
		fmt.Fprintln(os.Stderr, "bpe:", err)
		os.Exit(1)
	}
}

func run(data, out string, size int, form models.Prompt) error {
	pairs, err := corpus.Read(data)
	if err != nil {
		return err
	}
	file, err := train(pairs, size, form)
	if err != nil {
		return err
	}
	return corpus.WriteFile(out, func(w io.Writer) error {
		_, err := w.Write(file)
		return err
	})
}

// train returns the tokenizer.json learned from pairs.
func train(pairs []corpus.Pair, size int, form models.Prompt) ([]byte, error) {
	vocabulary := alphabet()
	file, err := encode(vocabulary, nil)
	if err != nil {
		return nil, err
	}
	letters, err := bpe.Load(file) // every byte a token
	if err != nil {
		return nil, err
	}
	prompts, err := prompt.New(models.Description{Prompt: form, MaxInputTokens: math.MaxInt32, MaxOutputTokens: 1}, letters)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, p := range pairs {
		ids := prompts.Prompt(p.Function()).IDs
		for s := range letters.Pieces(letters.Decode(ids, true)) {
			counts[s]++
		}
		for s := range letters.Pieces(p.Reference) {
			counts[s] += referenceWeight
		}
	}
	var pieces []piece
	for _, s := range slices.Sorted(maps.Keys(counts)) {
		p := piece{count: counts[s]}
		for _, id := range letters.Encode(s) {
			p.tokens = append(p.tokens, int32(id))
		}
		pieces = append(pieces, p)
	}
	vocabulary, merges := learn(pieces, vocabulary, size)
	return encode(vocabulary, merges)
}
