// Command pack encodes the lines that shard wrote as an editor would: with
// gloss's own tokenizer and prompt form. So there is no second implementation of
// either that could differ. It needs no more than the model's gloss.json and
// tokenizer.json and runs where training does: a program of 5 MB without C.
//
//	pack -model DIR -out DIR/train DIR/train.*.txt
//
// writes four NumPy arrays, all of uint16, and says what they are in a fifth
// file:
//
//	train.ids.npy   each prompt's ids, markers included, and its reference's,
//	                without the end-of-sequence token, one after the other
//	train.x.npy     each prompt's length
//	train.y.npy     each reference's length
//	train.kind.npy  0 strict, 1 loose, 2 named, 3 hidden
//	train.json      the prompt form, the tokenizer's hash, the number of pairs
//
// With -prompts it reads JSON lines of a corpus instead, and writes for each
// the prompt as JSON, {"header", "text", "prompt_ids"}.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/gloss-lsp/gloss/inference/prompt"
	"github.com/gloss-lsp/gloss/inference/tokenizer"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/train/corpus"
	"github.com/gloss-lsp/gloss/models/train/text"
)

// header is the fifth file.
type header struct {
	Prompt         models.Prompt `json:"prompt"`
	MaxInputTokens int           `json:"maxInputTokens"`
	Tokenizer      string        `json:"tokenizerSHA256"`
	Vocabulary     int           `json:"vocabulary"`
	Pairs          int           `json:"pairs"`
	Tokens         int           `json:"tokens"`
	// TooLong counts the references that do not fit the description's
	// MaxOutputTokens. They are left out.
	TooLong int `json:"tooLong"`
}

func main() {
	model := flag.String("model", "", "a model's directory: its tokenizer.json and gloss.json are used (needed)")
	out := flag.String("out", "", "the output files' name without their endings (needed, outside of any work tree)")
	prompts := flag.String("prompts", "", "write the prompts of these JSON lines of a corpus to standard output, and nothing else")
	flag.Parse()
	if *model == "" || *prompts == "" && (*out == "" || flag.NArg() == 0) {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*model, *out, *prompts, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(model, out, prompts string, shards []string) error {
	e, err := open(model)
	if err != nil {
		return err
	}
	defer e.tokenizer.Close()
	if prompts != "" {
		return e.prompts(os.Stdout, corpus.Read(prompts))
	}
	return e.pack(out, shards, os.Stderr)
}

// encoder makes ids as a model's directory says.
type encoder struct {
	description models.Description
	tokenizer   tokenizer.Tokenizer
	sum         string // of tokenizer.json
	form        form
}

// form is what the prompt form "code" offers.
type form interface {
	prompt.Form
	prompt.FromTexts
}

// open reads two files and not a model: models.Open would bring the shipped
// model into this program.
func open(dir string) (*encoder, error) {
	e := &encoder{}
	file := filepath.Join(dir, "gloss.json")
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &e.description); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if e.description.MaxOutputTokens < 1 {
		return nil, fmt.Errorf("%s names no maxOutputTokens", file)
	}
	if content, err = os.ReadFile(filepath.Join(dir, "tokenizer.json")); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	e.sum = hex.EncodeToString(sum[:])
	if e.tokenizer, err = tokenizer.Load(content); err != nil {
		return nil, err
	}
	if err := prompt.CheckTokenizer(e.tokenizer, e.description.Prompt); err != nil {
		return nil, err
	}
	f, err := prompt.New(e.description)
	if err != nil {
		return nil, err
	}
	var ok bool
	if e.form, ok = f.(form); !ok {
		return nil, fmt.Errorf(`%s names the prompt form %q; a model is trained for "code"`, file, e.description.Prompt.Form)
	}
	return e, nil
}

// pack encodes the shards, each by itself, and writes the arrays.
func (e *encoder) pack(out string, shards []string, log io.Writer) error {
	if n := e.tokenizer.VocabSize(); n > math.MaxUint16+1 {
		return fmt.Errorf("the vocabulary has %d tokens; more than %d do not fit the arrays", n, math.MaxUint16+1)
	}
	parts := make([]arrays, len(shards))
	failed := make([]error, len(shards))
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, shard := range shards {
		room <- struct{}{}
		wg.Go(func() {
			parts[i], failed[i] = e.shard(shard)
			<-room
		})
	}
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	d := e.description
	h := header{Prompt: d.Prompt, MaxInputTokens: d.MaxInputTokens, Tokenizer: e.sum, Vocabulary: e.tokenizer.VocabSize()}
	for _, p := range parts {
		h.Pairs += len(p.x)
		h.Tokens += len(p.ids)
		h.TooLong += p.tooLong
	}
	for name, of := range map[string]func(*arrays) []uint16{
		"ids":  func(a *arrays) []uint16 { return a.ids },
		"x":    func(a *arrays) []uint16 { return a.x },
		"y":    func(a *arrays) []uint16 { return a.y },
		"kind": func(a *arrays) []uint16 { return a.kind },
	} {
		err := corpus.WriteFile(fmt.Sprintf("%s.%s.npy", out, name), func(w io.Writer) error {
			var pieces [][]uint16
			for i := range parts {
				pieces = append(pieces, of(&parts[i]))
			}
			return writeArray(w, pieces...)
		})
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(log, "%s: %d pairs, %d tokens, %d references too long\n", out, h.Pairs, h.Tokens, h.TooLong)
	return corpus.WriteFile(out+".json", func(w io.Writer) error { return json.NewEncoder(w).Encode(h) })
}

// arrays is what one shard becomes.
type arrays struct {
	ids, x, y, kind []uint16
	tooLong         int
}

func (e *encoder) shard(file string) (a arrays, err error) {
	f, err := os.Open(file)
	if err != nil {
		return a, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(make([]byte, 64<<10), 1<<20)
	for in.Scan() {
		l, err := text.Parse(in.Text())
		if err != nil {
			return a, fmt.Errorf("read %s: %w", file, err)
		}
		reference := e.tokenizer.Encode(l.Reference)
		if len(reference) >= e.description.MaxOutputTokens { // with the end-of-sequence token
			a.tooLong++
			continue
		}
		ids, _ := e.form.FromTexts(l.Header, l.Code).Encode(e.tokenizer)
		a.x = append(a.x, uint16(len(ids)))
		a.y = append(a.y, uint16(len(reference)))
		a.kind = append(a.kind, uint16(l.Kind))
		for _, id := range append(ids, reference...) {
			a.ids = append(a.ids, uint16(id))
		}
	}
	if err := in.Err(); err != nil {
		return a, fmt.Errorf("read %s: %w", file, err)
	}
	return a, nil
}
