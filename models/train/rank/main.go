// Command rank learns which of a model's texts is likeliest to be good, and how
// likely that is. It prints the member "ranker" of the model's gloss.json, and
// on standard error what that is worth on repositories that it was not learnt
// from.
//
//	rank -model DIR [-candidates FILE] FUNCTIONS.jsonl...
//
// The functions are those of gloss eval --data, held out from the model's
// training, and none on which figures are measured. Where they have grades, by
// readers, those decide what is good: texts without one are passed over. Elsewhere
// it is how near a text comes to its author's. What the model says of each
// goes to the file -candidates, if one is named, and is taken from there when
// the command is started again.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/models"
	"github.com/gloss-lsp/gloss/models/eval"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "rank:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("rank", flag.ContinueOnError)
	flags.SetOutput(stderr)
	model := flags.String("model", models.Default, "the model's name or its directory")
	library := flags.String("onnxruntime", "", "ONNX Runtime's shared library (default: searched for)")
	kept := flags.String("candidates", "", "file that keeps what the model says")
	detours := flags.Int("detours", 2, "other texts of the model to choose from")
	if err := flags.Parse(args); err != nil {
		return err
	}
	functions, err := read(flags.Args())
	if err != nil {
		return err
	}
	m, err := models.Open(*model)
	if err != nil {
		return err
	}
	m.Description.Ranker = nil // one of before has no say
	writer, err := inference.OpenModel(ctx, m, local.Options{Library: *library, Threads: 1}, inference.WriterOptions{Detours: *detours})
	if err != nil {
		return err
	}
	defer writer.Close()
	groups, err := gather(ctx, writer, m, *detours, functions, *kept)
	if err != nil {
		return err
	}
	samples := judge(functions, groups)
	ranker, report, err := learn(samples, *detours)
	if err != nil {
		return err
	}
	fmt.Fprint(stderr, report)
	// It takes the place of a calibration.
	return json.NewEncoder(stdout).Encode(map[string]any{"calibration": nil, "ranker": ranker})
}

// read reads the functions of all files.
func read(files []string) ([]eval.Function, error) {
	var all []eval.Function
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		functions, bad, err := eval.Read(f)
		_ = f.Close()
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", file, err)
		case len(bad) > 0:
			return nil, fmt.Errorf("%s: %w", file, bad[0])
		}
		all = append(all, functions...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no function in %q; name files of functions as gloss eval --data reads them", files)
	}
	return all, nil
}
