package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/cmd/gloss/httpserver"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// tokenEnv holds the tokens of gloss serve, where no file does.
const tokenEnv = "GLOSS_TOKEN"

type serveFlags struct {
	modelFlags
	config    configFlags
	listen    string
	tokenFile string
	cert, key string
	jobs      int
	noCache   bool
	sure      float64
	grace     time.Duration
	limits    httpserver.Limits
}

func newServe() *cobra.Command {
	f := serveFlags{limits: httpserver.DefaultLimits()}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer other programs over HTTP",
		Long: `Answer programs that ask for summaries over HTTP: POST /v1/summaries takes
functions, or the text of a file, and streams JSON lines, as /openapi.json
describes. /healthz, /readyz and /metrics (Prometheus) are for who runs the
server.

Without a token it listens on this machine only, and no web page is answered.
Elsewhere clients need one of the tokens in --token-file, or in GLOSS_TOKEN:
'Authorization: Bearer TOKEN'. Files of tokens and certificates are read anew
when they change. On SIGTERM requests under way are finished.

Settings are read from the user's config.json, and from no project; flags go
before them.

Exit status: 0 it was ended; 1 it could not serve; 2 wrong usage.`,
		Example: `  gloss serve
  gloss serve --listen unix:/run/user/1000/gloss.http
  gloss serve --listen :7625 --token-file t --tls-cert c.pem --tls-key k.pem`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serve(c, f) },
	}
	f.modelFlags.add(c)
	f.remoteFlags.add(c)
	f.config.add(c)
	flags := c.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:7625", "`ADDRESS` to listen on: HOST:PORT, or unix:/PATH for a socket of this user's")
	flags.StringVar(&f.tokenFile, "token-file", "", "`FILE` with a token a line, which clients must show one of; only its owner and group may read it")
	flags.StringVar(&f.cert, "tls-cert", "", "`FILE` with the certificate and its chain, in PEM")
	flags.StringVar(&f.key, "tls-key", "", "`FILE` with the certificate's key, in PEM")
	flags.IntVar(&f.jobs, "jobs", 1, "steps of the model that run at a time; each serves several functions where it can. With --backend openai: requests at a time (default: openai.concurrency)")
	flags.BoolVar(&f.noCache, "no-cache", false, "keep nothing on disk")
	flags.Float64Var(&f.sure, "min-confidence", inference.DefaultMinConfidence, "as of 'gloss summarize'")
	flags.DurationVar(&f.timeout, "timeout", 0, "longest time for one function (default 5s), times the number of those that share its steps")
	flags.DurationVar(&f.grace, "grace", 20*time.Second, "longest time to finish requests when the server is ended")
	flags.Int64Var(&f.limits.Body, "max-body", f.limits.Body, "most `BYTES` of a request")
	flags.IntVar(&f.limits.Functions, "max-functions", f.limits.Functions, "most functions of a request")
	flags.IntVar(&f.limits.Requests, "max-requests", f.limits.Requests, "most requests that are answered at a time; others get 503")
	flags.DurationVar(&f.limits.Time, "request-timeout", f.limits.Time, "longest time for one request")
	flags.Float64Var(&f.limits.Rate, "rate", f.limits.Rate, "requests a second of one token, or address without; 0 for any")
	flags.IntVar(&f.limits.Burst, "burst", f.limits.Burst, "requests at once of one token, or address without")
	return c
}

func serve(c *cobra.Command, f serveFlags) error {
	if err := atLeastOne("jobs", f.jobs); err != nil {
		return err
	}
	if (f.cert == "") != (f.key == "") {
		return usage("--tls-cert and --tls-key go together")
	}
	if err := f.limits.Check(); err != nil {
		return usage("%w", err)
	}
	warn := warnTo(c.ErrOrStderr())
	given, err := f.config.user(warn)
	if err != nil {
		return err
	}
	f.modelFlags.inherit(c, given)
	inherit(c, "min-confidence", &f.sure, given.MinConfidence)
	if !(f.sure >= 0 && f.sure <= 1) {
		return usage("--min-confidence is %v; it must lie between 0 and 1", f.sure)
	}
	o, err := f.options(given, warn)
	if err != nil {
		return err
	}
	config, err := f.serviceConfig(writerOptions(given.Inference))
	if err != nil {
		return err
	}
	atATime(&config, f.jobs, c.Flags().Changed("jobs"))
	config.Warn = warn
	if !f.noCache {
		config.Cache = cacheConfig(given.Cache, warn)
	}

	service, err := openHere(c.Context(), config)
	if err != nil {
		return err
	}
	defer service.Close()
	l, err := httpserver.Listen(f.listen)
	if err != nil {
		return &exitError{exitFailed, fmt.Errorf("--listen: %w", err)}
	}
	defer l.Close()
	workers := newWorkers(2) // so that a text that takes long does not hold up all others
	defer workers.Close()
	o.Summaries, o.Chunker.Workers, o.Team = service, workers, service.Team()
	encoding := zap.NewProductionEncoderConfig()
	encoding.EncodeTime = zapcore.ISO8601TimeEncoder
	core := zapcore.NewCore(zapcore.NewConsoleEncoder(encoding), zapcore.AddSync(c.ErrOrStderr()), zap.InfoLevel)
	o.Log = zap.New(zapcore.NewSamplerWithOptions(core, time.Minute, 10, 0)) // no client fills the disk by a function that fails
	server, err := httpserver.New(o, l)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	scheme := "http"
	if o.TLS != nil {
		scheme = "https"
	}
	if o.Tokens != nil && o.TLS == nil && !server.Local() {
		warn(fmt.Errorf("tokens and code go over the network as they are; --tls-cert and --tls-key, or a proxy on this machine, hide them"))
	}
	if !isQuiet(c) {
		fmt.Fprintf(c.ErrOrStderr(), "gloss: serves %s, %s\n", l.Addr(), scheme)
	}
	if err := server.Serve(c.Context(), l); err != nil {
		return &exitError{exitFailed, err}
	}
	return nil
}

// options are what the flags say of the server, and the settings of functions.
func (f *serveFlags) options(given settings.Settings, warn func(error)) (httpserver.Options, error) {
	o := httpserver.Options{
		Chunker: chunker.Options{MinLines: given.MinLines},
		NoDoc:   !given.PreferDocComment, MinConfidence: f.sure,
		Limits: f.limits, Grace: f.grace, Version: version,
	}
	for _, kind := range given.Kinds {
		o.Chunker.Kinds = append(o.Chunker.Kinds, chunker.Kind(kind))
	}
	var err error
	switch text, set := os.LookupEnv(tokenEnv); {
	case f.tokenFile != "":
		if o.Tokens, err = httpserver.ReadTokens(f.tokenFile, warn); err != nil {
			return o, usage("--token-file: %w", err)
		}
	case set:
		if o.Tokens, err = httpserver.ParseTokens(text); err != nil {
			return o, usage("%s: %w", tokenEnv, err)
		}
	}
	if f.cert != "" {
		if o.TLS, err = httpserver.ReadCertificate(f.cert, f.key, warn); err != nil {
			return o, usage("--tls-cert: %w", err)
		}
	}
	return o, nil
}
