package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/models"
)

func newModelPull() *cobra.Command {
	var use bool
	c := &cobra.Command{
		Use:   "pull [NAME]",
		Short: "Download a model of the catalog, verify it and install it",
		Long: `Download a model of the catalog (see 'gloss model list'; without a NAME the
recommended one), verify every file against the hashes that gloss knows, and
install it. A pull that was cut off goes on where it was; an installed model
that is damaged is mended.

Files that Hugging Face's own tools have downloaded are used from their cache.
The environment is that of those tools: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE,
HF_HUB_CACHE, HF_HOME, HTTPS_PROXY, NO_PROXY. Behind a proxy that opens what is
encrypted, SSL_CERT_FILE or SSL_CERT_DIR names its certificates, on Linux; on
macOS and Windows they belong into the system's store.`,
		Example: `  gloss model pull --use
  HTTPS_PROXY=http://proxy.example:3128 gloss model pull smollm2-135m-instruct
  SSL_CERT_FILE=/etc/ssl/company.pem gloss model pull`,
		ValidArgsFunction: oneModel(pullable),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("pull takes one model, found %d", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			name := models.Recommended
			if len(args) == 1 {
				name = args[0]
			}
			if err := pull(c, name); err != nil {
				return err
			}
			if use {
				return useModel(c.OutOrStdout(), name)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "to use it: gloss model use %s\n", name)
			return err
		},
	}
	c.Flags().BoolVar(&use, "use", false, "use the model from now on")
	return c
}

func pull(c *cobra.Command, name string) error {
	hub, err := newHub()
	if err != nil {
		return err
	}
	bar := newPullBar(c, name)
	p, err := modelStore().Pull(c.Context(), name, models.PullOptions{Hub: hub, Progress: bar.progress, Notice: bar.notice})
	bar.clear()
	switch {
	case errors.Is(err, context.Canceled):
		return &exitError{exitFailed, errors.New("interrupted; the next pull goes on from what is there")}
	case err != nil:
		return modelError(err)
	case p.Already:
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s is installed and verified in %s\n", name, p.Dir)
	default:
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s is verified and installed in %s (%s downloaded, %d found on this machine)\n", name, p.Dir, count(p.Fetched, "file"), p.Found)
	}
	return err
}

func newHub() (*models.Hub, error) {
	hub, err := models.NewHub("gloss/" + version)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return hub, nil
}

// pullBar shows a download on stderr: a bar where that is a terminal, and what
// holds it up.
type pullBar struct {
	stderr io.Writer
	bar    *progressbar.ProgressBar // nil when stderr is no terminal
}

func newPullBar(c *cobra.Command, name string) *pullBar {
	stderr := c.ErrOrStderr()
	b := &pullBar{stderr: stderr}
	if isTerminal(stderr) && !isDumb() && !isQuiet(c) {
		b.bar = progressbar.NewOptions64(1,
			progressbar.OptionSetWriter(stderr),
			progressbar.OptionSetDescription(name),
			progressbar.OptionShowBytes(true),
			progressbar.OptionThrottle(100*time.Millisecond),
		)
	}
	return b
}

// A bar that cannot be drawn must not end the download.

func (b *pullBar) progress(have, total int64) {
	if b.bar != nil {
		b.bar.ChangeMax64(total)
		_ = b.bar.Set64(have)
	}
}

func (b *pullBar) notice(s string) {
	b.clear()
	fmt.Fprintln(b.stderr, "gloss:", printable(s))
}

func (b *pullBar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
