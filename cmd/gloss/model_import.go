package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/local"
	"github.com/gloss-lsp/gloss/inference/onnx"
	"github.com/gloss-lsp/gloss/models"
)

func newModelImport() *cobra.Command {
	var name, library string
	c := &cobra.Command{
		Use:   "import DIR",
		Short: "Install a model from a directory, on a machine without a network",
		Long: `Install the model in DIR, a directory in Hugging Face layout (config.json,
tokenizer.json, onnx/*.onnx): a copy of an installed model, what Hugging Face's
tools have downloaded, or an export of your own. A model of the catalog is
recognized and must be right in every file. Any other is loaded once, to see
whether gloss can generate with it.`,
		Example: `  gloss model import ./SmolLM2-135M-Instruct
  gloss model import ./export --name mine && gloss model use mine`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("import needs one directory, found %d", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			done, err := modelStore().Import(c.Context(), args[0], models.ImportOptions{
				Name:   name,
				Check:  func(m *models.Model) error { return checkImport(c.Context(), c.ErrOrStderr(), m, library) },
				Notice: newPullBar(c, "").notice,
			})
			if err != nil {
				return modelError(err)
			}
			how := "as a model of your own"
			if done.Known {
				how = "and verified"
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s is imported %s, in %s\nto use it: gloss model use %s\n", done.Name, how, done.Dir, done.Name)
			return err
		},
	}
	c.Flags().StringVar(&name, "name", "", "what to call it (default: its name in the catalog, or the directory's)")
	c.Flags().StringVar(&library, "onnxruntime", "", "path of ONNX Runtime's shared library (default: search)")
	return c
}

// checkImport decides whether gloss can summarize with m. Without ONNX Runtime
// the graph is read and not loaded.
func checkImport(ctx context.Context, stderr io.Writer, m *models.Model, library string) error {
	graph, err := local.Graph(m)
	if err != nil {
		return err
	}
	info, err := onnx.Inspect(graph, local.GraphConfig(m))
	if err != nil {
		return err
	}
	if !info.CanGenerate {
		return fmt.Errorf("gloss cannot generate with its graph: %s", info.Why)
	}
	if _, err := onnx.FindLibrary(library); err != nil {
		fmt.Fprintln(stderr, "gloss: ONNX Runtime was not found, so the graph was looked at and not loaded")
		t, err := loadTokenizer(m)
		if err != nil {
			return err
		}
		return t.Close()
	}
	writer, err := inference.OpenModel(ctx, m, local.Options{Library: library}, inference.WriterOptions{})
	if err != nil {
		return err
	}
	return errors.Join(writer.Load(ctx), writer.Close())
}
