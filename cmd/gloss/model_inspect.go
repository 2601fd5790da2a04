package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/models"
)

func newModelInspect() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "inspect [MODEL]",
		Short: "Look into a model: can gloss generate with it?",
		Long: `Print what an ONNX graph takes and gives, how it is quantized, and whether gloss
can generate with it. MODEL is a name, a path such as ./DIR, or an .onnx file.
Of an encoder-decoder all graphs are looked at, whichever is named. The weights
are not loaded.

Exit status: 0 gloss can generate with it, 1 it cannot.`,
		Example: `  gloss model inspect
  gloss model inspect ./my-model/onnx/model.onnx`,
		ValidArgsFunction: oneModel(installed),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("inspect takes one model, found %d", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				name = args[0]
			}
			graph, config, err := findGraph(name)
			if err != nil {
				return err
			}
			info, err := onnx.Inspect(graph, config)
			if err != nil {
				return &exitError{exitFailed, err}
			}
			if err := printInfo(c.OutOrStdout(), graph, info); err != nil {
				return &exitError{exitFailed, err}
			}
			if !info.CanGenerate {
				return &exitError{code: exitFailed}
			}
			return nil
		},
	}
	c.Flags().StringVar(&name, "model", "", "a model's name, its directory or an .onnx file (default: the model in use)")
	complete(c, "model", modelNames(installed))
	return c
}

// findGraph returns the graph of a model, or the file that name is.
func findGraph(name string) (onnx.Graph, onnx.Config, error) {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && strings.EqualFold(filepath.Ext(name), ".onnx") {
		parts := models.PartsOf(name)
		return onnx.Graph{Path: parts.Graph, Encoder: parts.Encoder, WithPast: parts.WithPast}, onnx.Config{}, nil
	}
	m, err := openModel(name)
	if err != nil {
		return onnx.Graph{}, onnx.Config{}, &exitError{exitUsage, err}
	}
	graph, err := local.Graph(m)
	if err != nil {
		return onnx.Graph{}, onnx.Config{}, &exitError{exitFailed, err}
	}
	return graph, local.GraphConfig(m), nil
}

func printInfo(w io.Writer, graph onnx.Graph, info *onnx.Info) error {
	var b strings.Builder
	for _, part := range []struct {
		name string
		info *onnx.Info
	}{{graph.Encoder, info.Encoder}, {graph.String(), info}, {graph.WithPast, info.WithPast}} {
		if part.info == nil {
			continue
		}
		if err := printGraph(&b, part.name, part.info); err != nil {
			return err
		}
	}
	if info.CanGenerate {
		inPlace, after := "", ""
		if info.InPlace {
			inPlace = ", written in place"
		}
		if info.Encoder != nil {
			after = " for the prompt and as many for the output"
		}
		fmt.Fprintf(&b, "gloss can generate with it: %d layers, a KV cache of %d heads of %d%s, %d tokens, %d positions%s\n",
			info.Layers, info.KVHeads, info.HeadDim, inPlace, info.VocabSize, info.Context, after)
	} else {
		fmt.Fprintf(&b, "gloss cannot generate with it: %s\n", info.Why)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printGraph prints what a graph is made of.
func printGraph(w io.Writer, name string, info *onnx.Info) error {
	fmt.Fprintf(w, "graph     %s\n", name)
	if info.Producer != "" {
		fmt.Fprintf(w, "producer  %s\n", info.Producer)
	}
	for _, o := range info.Opsets {
		domain := o.Domain
		if domain == "" {
			domain = "ai.onnx"
		}
		fmt.Fprintf(w, "opset     %s %d\n", domain, o.Version)
	}
	external := ""
	if info.External {
		external = ", weights in files beside it"
	}
	fmt.Fprintf(w, "weights   %.2f million, %.1f MB%s\n", float64(info.Parameters)/1e6, float64(info.FileBytes)/1e6, external)
	for _, p := range info.Products {
		fmt.Fprintf(w, "products  %d × %s\n", p.Count, product(p))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, t := range info.Inputs {
		fmt.Fprintf(table, "input\t%s\t%s\t%s\n", t.Name, t.Type, shape(t))
	}
	for _, t := range info.Outputs {
		fmt.Fprintf(table, "output\t%s\t%s\t%s\n", t.Name, t.Type, shape(t))
	}
	return table.Flush()
}

func product(p onnx.Product) string {
	if p.Bits == 0 {
		return fmt.Sprintf("%s, %s weights", p.Op, p.Weight)
	}
	return fmt.Sprintf("%s, %d bits in blocks of %d, accuracy level %d", p.Op, p.Bits, p.BlockSize, p.AccuracyLevel)
}

// shape prints dimensions as ONNX tools do: [batch_size, 3, past, 64].
func shape(t onnx.Tensor) string {
	dims := make([]string, len(t.Dims))
	for i, d := range t.Dims {
		dims[i] = d.String()
	}
	return "[" + strings.Join(dims, ", ") + "]"
}
