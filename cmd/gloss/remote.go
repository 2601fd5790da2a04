package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/remote"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// The values of the setting backend.
const (
	backendLocal  = "local"
	backendOpenAI = "openai"
)

// remoteFlags say whether servers are asked in place of a model on this machine.
// What code leaves for is the user's to say: a flag, the user's settings, and
// nothing that a workspace or the environment holds.
type remoteFlags struct {
	backend string
	servers remote.Options
	wrong   error // flags that do not go together
}

func (f *remoteFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.backend, "backend", backendLocal, "local, or openai: code goes to a server of yours with OpenAI's API")
	complete(c, "backend", oneOf(backendLocal, backendOpenAI))
	c.Flags().StringArrayVar(&f.servers.Endpoints, "openai-url", nil, "with --backend openai: a server's base `URL`, such as http://localhost:8000/v1; may be given several times")
	c.Flags().StringVar(&f.servers.Model, "openai-model", "", "with --backend openai: the model's name there")
}

// inherit lays settings below the flags. Who names a model of this machine does
// not want another one.
func (f *remoteFlags) inherit(c *cobra.Command, s settings.Settings) {
	given := f.servers
	f.servers = remoteOptions(s.OpenAI)
	if c.Flags().Changed("openai-url") {
		f.servers.Endpoints = given.Endpoints
	}
	if c.Flags().Changed("openai-model") {
		f.servers.Model = given.Model
	}
	if !c.Flags().Changed("model") {
		inherit(c, "backend", &f.backend, s.Backend)
	}
	f.wrong = f.contradiction(c)
}

// contradiction is why flags do not go together, nil if they do.
func (f *remoteFlags) contradiction(c *cobra.Command) error {
	set := c.Flags().Changed
	switch {
	case f.backend != backendLocal && f.backend != backendOpenAI:
		return usage("--backend is %q; it must be local or openai", f.backend)
	case f.backend == backendOpenAI && set("model"):
		return usage("--model names a model of this machine; with --backend openai, give --openai-model")
	case f.backend == backendLocal && (set("openai-url") || set("openai-model")):
		return usage("--openai-url and --openai-model go with --backend openai, which sends code to that server")
	}
	return nil
}

// remoteOptions are what settings say of servers.
func remoteOptions(s settings.OpenAI) remote.Options {
	return remote.Options{
		Endpoints:   s.Endpoints,
		Model:       s.Model,
		API:         s.API,
		KeyEnv:      s.APIKeyEnv,
		KeyFile:     s.APIKeyFile,
		CAFile:      s.CAFile,
		Timeout:     time.Duration(s.Timeout),
		Concurrency: s.Concurrency,
		UserAgent:   "gloss/" + version,
	}
}

// notify tells warn where code goes, if it goes anywhere.
func notify(c inference.Config) error {
	if c.Remote == nil {
		return nil
	}
	notice, err := c.Remote.Notice()
	if err == nil && c.Warn != nil {
		c.Warn(errors.New("backend openai: " + notice))
	}
	return err
}

// destination says where code goes, "" if it stays here.
func destination(s settings.Settings) string {
	if s.Backend != backendOpenAI {
		return ""
	}
	notice, err := remoteOptions(s.OpenAI).Notice()
	if err != nil {
		return ""
	}
	return notice
}

// checkServers asks every server whether it is there, and has one of them
// summarize a function.
func (f *remoteFlags) checkServers(ctx context.Context) (string, error) {
	if f.backend != backendOpenAI {
		return "none is asked (backend local): no code leaves this machine", nil
	}
	notice, err := f.servers.Notice()
	if err != nil {
		return "", err
	}
	g, err := remote.New(f.servers)
	if err != nil {
		return "", err
	}
	defer g.Close()
	said, failed := []string{notice}, false
	for _, r := range g.Check(ctx) {
		switch {
		case r.Err != nil:
			failed = true
			said = append(said, fmt.Sprintf("%s: %v", r.Host, r.Err))
		case !r.Known(f.servers.Model): // which llama.cpp does not mind
			said = append(said, fmt.Sprintf("%s answers in %s; it lists no model %s but %s (setting openai.model)", r.Host, r.Took.Round(time.Millisecond), f.servers.Model, strings.Join(r.Models[:min(len(r.Models), 8)], ", ")))
		default:
			said = append(said, fmt.Sprintf("%s answers in %s", r.Host, r.Took.Round(time.Millisecond)))
		}
	}
	written, err := probeServers(ctx, f.servers)
	if err != nil {
		failed, written = true, err.Error()
	}
	text := strings.Join(append(said, written), "\n")
	if failed {
		return "", errors.New(text)
	}
	return text, nil
}

// probeServers summarizes a function of gloss's own.
func probeServers(ctx context.Context, o remote.Options) (string, error) {
	writer, err := inference.OpenWriter(ctx, inference.Config{Remote: &o, Writer: inference.WriterOptions{ModelOnly: true}})
	if err != nil {
		return "", err
	}
	defer writer.Close()
	chunk, err := cutProbe(ctx)
	if err != nil {
		return "", err
	}
	summary, err := writer.Summarize(ctx, inference.Function{Language: "go", Path: "probe.go", Name: chunk.Name, Code: chunk.Text})
	if err != nil {
		return "", fmt.Errorf("it cannot summarize a small function: %w", err)
	}
	return fmt.Sprintf("%s says %q in %s", o.Model, summary.Text, summary.Elapsed.Round(time.Millisecond)), nil
}
