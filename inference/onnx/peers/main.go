// Command peers measures gloss beside other runtimes on a model of the same
// shape, in one run and in turns: Transformers.js on the same ONNX file, and
// llama.cpp, where its server can be had, on a GGUF file with other random
// weights. `make bench-peers` runs it.
//
// A function is a constant prefix, code that differs from one function to the
// next, and new tokens. Every runtime has as many threads, its own defaults
// beside that, and has answered once before anything is counted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"

	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// options are the flags.
type options struct {
	gloss, npm, llama string
	shape, weights    string
	tokenizer         string
	threads           int
	prefix, code, new int // tokens
	repetitions       int
	row, rows         int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.StringVar(&o.gloss, "gloss", "bin/gloss", "gloss's executable")
	flags.StringVar(&o.npm, "npm", "inference/onnx/npm", "the `folder` of reference.mjs and its packages")
	flags.StringVar(&o.llama, "llama-server", "", "llama.cpp's server; without it llama.cpp is left out")
	flags.StringVar(&o.shape, "shape", "smollm2", "smollm2, shipped or codet5: the model whose shape is measured")
	flags.StringVar(&o.weights, "weights", "q8", "q8, q4 (smollm2) or fp32 (codet5): how the ONNX file stores its matrices; llama.cpp's are always Q8_0")
	flags.StringVar(&o.tokenizer, "tokenizer", "models/default", "the `folder` of a tokenizer.json; only its memory matters here")
	flags.IntVar(&o.threads, "threads", min(runtime.NumCPU(), 4), "of each runtime")
	flags.IntVar(&o.prefix, "prefix-tokens", 40, "of the constant prefix")
	flags.IntVar(&o.code, "code-tokens", 160, "of each function's code")
	flags.IntVar(&o.new, "new-tokens", 16, "written for each function")
	flags.IntVar(&o.repetitions, "repetitions", 20, "functions that each runtime gets one at a time")
	flags.IntVar(&o.row, "row", 30, "functions in a row")
	flags.IntVar(&o.rows, "rows", 5, "rows that each runtime gets")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if min(o.threads, o.prefix, o.code, o.new, o.repetitions, o.row, o.rows) < 1 {
		return errors.New("every number must be at least 1")
	}
	dir, err := os.MkdirTemp("", "gloss-peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	model, err := writeModel(o, dir)
	if err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	peers, closeAll, err := startPeers(ctx, o, model, dir)
	defer closeAll()
	if err != nil {
		return err
	}
	report, err := measure(ctx, o, model.vocab(), peers)
	if err != nil {
		return err
	}
	return report.print(os.Stdout, o)
}

// model is what is measured: one of the two.
type model struct {
	llama *testmodel.Llama
	t5    *testmodel.T5
}

func (m model) written() interface {
	WriteDir(dir string) error
	Precision() string
} {
	if m.t5 != nil {
		return *m.t5
	}
	return *m.llama
}

func (m model) vocab() int {
	if m.t5 != nil {
		return m.t5.Vocab
	}
	return m.llama.Vocab
}

// writeModel writes the ONNX model, with a tokenizer since gloss asks for one,
// and model.gguf if llama.cpp takes part.
func writeModel(o options, dir string) (model, error) {
	m, err := o.model()
	if err != nil {
		return m, err
	}
	if err := m.written().WriteDir(dir); err != nil {
		return m, err
	}
	tokenizer, err := os.ReadFile(filepath.Join(o.tokenizer, "tokenizer.json"))
	if err == nil && m.t5 != nil {
		tokenizer, _, err = testmodel.CodeT5TokenizerLike(tokenizer)
	}
	if err != nil {
		return m, err
	}
	if err := os.WriteFile(filepath.Join(dir, "tokenizer.json"), tokenizer, 0o644); err != nil {
		return m, err
	}
	if o.llama == "" || m.llama == nil {
		return m, nil
	}
	f, err := os.Create(filepath.Join(dir, "model.gguf"))
	if err != nil {
		return m, err
	}
	return m, errors.Join(m.llama.WriteGGUF(f), f.Close())
}

func (o options) model() (model, error) {
	l, t := testmodel.SmolLM2, testmodel.CodeT5Base
	switch o.shape + " " + o.weights {
	case "smollm2 q8":
		l.Dynamic = true
	case "smollm2 q4":
		l.NBits = 4
	case "shipped q8":
		l = testmodel.Shipped
	case "codet5 q8":
		t.Dynamic = true
		return model{t5: &t}, nil
	case "codet5 fp32":
		return model{t5: &t}, nil
	default:
		return model{}, fmt.Errorf("--shape %s with --weights %s is not measured; there are smollm2 with q8 or q4, shipped with q8, and codet5 with q8 or fp32", o.shape, o.weights)
	}
	return model{llama: &l}, nil
}

// prompt returns the ids of function number n: the constant prefix and code of
// its own. The first ids of the vocabulary, special tokens, do not occur.
func (o options) prompt(n, vocab int) []int64 {
	const special = 17
	random := rand.New(rand.NewPCG(uint64(n), 1))
	ids := make([]int64, o.prefix+o.code)
	for i := range ids {
		if i < o.prefix {
			ids[i] = special + int64(i*7919)%int64(vocab-special)
			continue
		}
		ids[i] = special + random.Int64N(int64(vocab-special))
	}
	return ids
}
