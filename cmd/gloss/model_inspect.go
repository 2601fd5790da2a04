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
)

func newModelInspect() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "inspect [MODEL]",
		Short: "Look into a model: can gloss generate with it?",
		Long: `Print what an ONNX graph takes and gives, how it is quantized, and whether gloss
can generate with it. MODEL is a name, a path such as ./DIR, or an .onnx file.
The weights are not loaded.

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
		return onnx.Graph{Path: name}, onnx.Config{}, nil
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
	fmt.Fprintf(&b, "graph     %s\n", graph)
	if info.Producer != "" {
		fmt.Fprintf(&b, "producer  %s\n", info.Producer)
	}
	for _, o := range info.Opsets {
		domain := o.Domain
		if domain == "" {
			domain = "ai.onnx"
		}
		fmt.Fprintf(&b, "opset     %s %d\n", domain, o.Version)
	}
	external := ""
	if info.External {
		external = ", weights in files beside it"
	}
	fmt.Fprintf(&b, "weights   %.2f million, %.1f MB%s\n", float64(info.Parameters)/1e6, float64(info.FileBytes)/1e6, external)
	for _, p := range info.Products {
		fmt.Fprintf(&b, "products  %d × %s\n", p.Count, product(p))
	}
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, t := range info.Inputs {
		fmt.Fprintf(table, "input\t%s\t%s\t%s\n", t.Name, t.Type, shape(t))
	}
	for _, t := range info.Outputs {
		fmt.Fprintf(table, "output\t%s\t%s\t%s\n", t.Name, t.Type, shape(t))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if info.CanGenerate {
		inPlace := ""
		if info.InPlace {
			inPlace = ", written in place"
		}
		fmt.Fprintf(&b, "gloss can generate with it: %d layers, a KV cache of %d heads of %d%s, %d tokens, %d positions\n",
			info.Layers, info.KVHeads, info.HeadDim, inPlace, info.VocabSize, info.Context)
	} else {
		fmt.Fprintf(&b, "gloss cannot generate with it: %s\n", info.Why)
	}
	_, err := io.WriteString(w, b.String())
	return err
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
