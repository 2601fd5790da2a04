package main

import (
	"errors"
	"flag"
	"fmt"

	"github.com/gloss-lsp/gloss/inference/onnx/testmodel"
)

// encoderDecoders are the shapes of the T5 family.
var encoderDecoders = map[string]testmodel.T5{
	"tiny-t5":     testmodel.TinyT5,
	"codet5-base": testmodel.CodeT5Base,
}

// allShapes lists the shapes for messages.
func allShapes() string { return names(shapes) + ", " + names(encoderDecoders) }

// writeEncoderDecoder writes t, with what the flags say beside that.
func writeEncoderDecoder(flags *flag.FlagSet, t testmodel.T5, store, tokenizer string, sizes map[string]*int) error {
	var unknown error
	flags.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "kv-heads", "accuracy-level", "plain", "external", "gguf":
			unknown = errors.Join(unknown, fmt.Errorf("an encoder-decoder has no --%s", f.Name))
		}
	})
	switch {
	case unknown != nil:
		return unknown
	case store != "fp32" && store != "q8":
		return fmt.Errorf("an encoder-decoder is written with --weights fp32 or q8, not %q", store)
	case flags.NArg() != 1:
		return errors.New("give one directory to write")
	}
	for name, field := range map[string]*int{
		"layers": &t.Layers, "decoder-layers": &t.DecoderLayers, "hidden": &t.Hidden, "ffn": &t.FFN, "heads": &t.Heads,
		"head-dim": &t.HeadDim, "vocab": &t.Vocab, "context": &t.Context,
	} {
		if *sizes[name] != 0 {
			*field = *sizes[name]
		}
	}
	t.Dynamic = store == "q8"
	if err := t.Check(); err != nil {
		return err
	}
	dir := flags.Arg(0)
	if err := t.WriteDir(dir); err != nil {
		return err
	}
	if tokenizer == "" {
		return nil
	}
	return copyTokenizer(dir, tokenizer)
}
