// Command graph writes a model directory with random weights, in the shape and
// with the graph's interface that a real model has. Its README says how.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

var shapes = map[string]testmodel.Llama{
	"tiny":         testmodel.Tiny,
	"smollm2-135m": testmodel.SmolLM2,
}

// stores are the ways in which a graph holds its matrices.
var stores = map[string]func(*testmodel.Llama){
	"fp32":   func(*testmodel.Llama) {},
	"q8":     func(l *testmodel.Llama) { l.Dynamic = true },
	"nbits8": func(l *testmodel.Llama) { l.NBits = 8 },
	"q4":     func(l *testmodel.Llama) { l.NBits = 4 },
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "graph:", err)
		}
		os.Exit(2)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("graph", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "usage: graph [flags] DIRECTORY\n\nWrites a model with random weights.\n\n")
		flags.PrintDefaults()
	}
	shape := flags.String("shape", "smollm2-135m", allShapes()+"; the flags below change single sizes")
	family := flags.String("family", "", names(testmodel.Families)+": what another family computes, in a tiny shape; fp32 and q4 only")
	store := flags.String("weights", "", names(stores)+" (q8, of a family fp32)"+": float32, uint8 for MatMulInteger, 8 or 4 bits for MatMulNBits")
	accuracy := flags.Int("accuracy-level", 0, "MatMulNBits' attribute; 0 leaves it out, 4 computes in int8")
	plain := flags.Bool("plain", false, "operators of ai.onnx 14 only, no fused attention and norms")
	external := flags.Bool("external", false, "large tensors in a second file")
	gguf := flags.Bool("gguf", false, "write model.gguf (Q8_0, for llama.cpp) too")
	split := flags.Bool("split", false, "of an encoder-decoder, decoder_model and decoder_with_past_model in the place of decoder_model_merged")
	tokenizer := flags.String("tokenizer", "", "a `directory` whose tokenizer.json, tokenizer_config.json and generation_config.json are copied; without it the model has no tokenizer")
	sizes := map[string]*int{}
	for _, name := range []string{"layers", "decoder-layers", "hidden", "ffn", "heads", "kv-heads", "head-dim", "vocab", "context"} {
		sizes[name] = flags.Int(name, 0, "")
	}
	seed := flags.Uint64("seed", 1, "of the random weights")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if t, ok := encoderDecoders[*shape]; ok {
		t.Split, t.Seed = *split, *seed
		return writeEncoderDecoder(flags, t, cmp.Or(*store, "q8"), *tokenizer, sizes)
	}
	l, known := shapes[*shape]
	if !known {
		return fmt.Errorf("--shape %q is unknown: it is one of %s", *shape, allShapes())
	}
	if *split || *sizes["decoder-layers"] != 0 {
		return fmt.Errorf("--shape %s has one graph: --split and --decoder-layers are of %s", *shape, names(encoderDecoders))
	}
	f, other := testmodel.Families[*family]
	if other {
		l = f.Llama
	} else if *family != "" {
		return fmt.Errorf("--family %q is unknown: it is one of %s", *family, names(testmodel.Families))
	}
	if *store == "" {
		*store = "q8"
		if other {
			*store = "fp32"
		}
	}
	set, known := stores[*store]
	if !known {
		return fmt.Errorf("--weights %q is unknown: it is one of %s", *store, names(stores))
	}
	if flags.NArg() != 1 {
		return errors.New("give one directory to write")
	}
	for name, field := range map[string]*int{
		"layers": &l.Layers, "hidden": &l.Hidden, "ffn": &l.FFN, "heads": &l.Heads,
		"kv-heads": &l.KVHeads, "head-dim": &l.HeadDim, "vocab": &l.Vocab, "context": &l.Context,
	} {
		if *sizes[name] != 0 {
			*field = *sizes[name]
		}
	}
	set(&l)
	l.AccuracyLevel, l.Plain, l.External, l.Seed = *accuracy, l.Plain || *plain, *external, *seed
	var model interface {
		Check() error
		WriteDir(dir string) error
	} = l
	if other {
		f.Llama = l
		model = f
	}
	if err := model.Check(); err != nil {
		return err
	}
	dir := flags.Arg(0)
	if err := model.WriteDir(dir); err != nil {
		return err
	}
	if *tokenizer != "" {
		if err := copyTokenizer(dir, *tokenizer); err != nil {
			return err
		}
	}
	if *gguf {
		return writeGGUF(l, filepath.Join(dir, "model.gguf"))
	}
	return nil
}

func names[V any](m map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}

// copyTokenizer copies what belongs to a tokenizer into dir. Only
// tokenizer.json must be there.
func copyTokenizer(dir, from string) error {
	for _, name := range []string{"tokenizer.json", "tokenizer_config.json", "generation_config.json"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, os.ErrNotExist) && name != "tokenizer.json" {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func writeGGUF(l testmodel.Llama, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(l.WriteGGUF(f), f.Close())
}
