// Command bpe learns a byte-level BPE from a corpus and writes it as a
// tokenizer.json.
//
//	bpe -data train.jsonl -size 8192 -out tokenizer.json
//
// It learns from what the model will read and write: the texts of the prompt
// form "code" and, twice as heavy, the references. Functions without an
// author's sentence do not count: what was made of their names is no English to
// learn from. The same corpus gives the same file.
package main

import (
	"flag"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"

	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/inference/tokenizer/bpe"
	"github.com/gloss-lsp/gloss/models/train/corpus"
)

// referenceWeight is how often a reference counts: every token that the model
// writes costs a run of it.
const referenceWeight = 2

func main() {
	data := flag.String("data", "", "JSON lines of the corpus (needed)")
	out := flag.String("out", "", "the tokenizer.json to write (needed)")
	size := flag.Int("size", 8192, "number of tokens, special ones included")
	flag.Parse()
	if *data == "" || *out == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*data, *out, *size); err != nil {
		fmt.Fprintln(os.Stderr, "bpe:", err)
		os.Exit(1)
	}
}

func run(data, out string, size int) error {
	file, err := train(corpus.Read(data), size)
	if err != nil {
		return err
	}
	return corpus.WriteFile(out, func(w io.Writer) error {
		_, err := w.Write(file)
		return err
	})
}

// train returns the tokenizer.json learned from pairs.
func train(pairs iter.Seq2[corpus.Pair, error], size int) ([]byte, error) {
	vocabulary := alphabet()
	file, err := encode(vocabulary, nil)
	if err != nil {
		return nil, err
	}
	letters, err := bpe.Load(file) // every byte a token
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for p, err := range pairs {
		if err != nil {
			return nil, err
		}
		if p.Tier == corpus.Name {
			continue
		}
		header, code := prompt.CodeTexts(p.Function())
		for s := range letters.Pieces(header) {
			counts[s]++
		}
		for s := range letters.Pieces(code) {
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
