// Package remote generates with a model behind the API of OpenAI's servers, which
// vLLM, llama.cpp's llama-server, Ollama and TGI have too: code goes to servers
// that the user names.
//
// It is plain net/http. The official client would bring retries and timeouts of
// its own below those that several endpoints need, and has no bounds on what a
// server sends.
package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gloss-lsp/gloss/inference/generate"
	"github.com/gloss-lsp/gloss/models"
)

// version grows whenever the same Options and prompt would be sent another way.
const version = 1

// Description is what stands in for a model's gloss.json: models behind servers
// are taught conversations, and are large enough to be told their task. There is
// no calibration, so their summaries have no confidence.
func Description() models.Description {
	return models.Description{
		Prompt:          models.Prompt{Form: "chat-task", Version: 1},
		MaxInputTokens:  1024, // with 64 and the prompt's own, well within the 2,048 of small servers
		MaxOutputTokens: 64,
	}
}

// Generator asks servers. It is safe for concurrent use.
type Generator struct {
	options  Options
	identity string
	key      string
	client   *http.Client
	dialects []dialect
	pool     pool
	pause    func(context.Context, time.Duration) error // tests do not wait
}

var _ generate.Generator = (*Generator)(nil)

// New prepares to ask the servers that o names. Nothing is connected.
func New(o Options) (*Generator, error) {
	o, urls, err := o.complete()
	if err != nil {
		return nil, err
	}
	key, err := o.key(urls)
	if err != nil {
		return nil, err
	}
	authorities, err := o.authorities()
	if err != nil {
		return nil, err
	}
	g := &Generator{
		options:  o,
		identity: o.identity(urls),
		key:      key,
		dialects: dialectsOf(o.API),
		pool:     pool{now: time.Now},
		pause:    pause,
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:                  proxy,
				DialContext:            (&net.Dialer{Timeout: connecting}).DialContext,
				TLSClientConfig:        &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12},
				TLSHandshakeTimeout:    connecting,
				ForceAttemptHTTP2:      true,
				DisableCompression:     true, // what is bounded is what is read
				MaxResponseHeaderBytes: 64 << 10,
				MaxIdleConnsPerHost:    o.Concurrency + 1,
				IdleConnTimeout:        30 * time.Second,
			},
			// A redirect would take the code along, and the key.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	for _, u := range urls {
		g.pool.endpoints = append(g.pool.endpoints, &endpoint{url: u})
	}
	return g, nil
}

// connecting bounds the time of a connection and of its encryption.
const connecting = 5 * time.Second

// proxy takes the environment's proxy where it carries what it cannot read. What
// is not encrypted goes straight to the server that the user has named: a folder
// may have put its own HTTP_PROXY into the environment.
func proxy(r *http.Request) (*url.URL, error) {
	if r.URL.Scheme != "https" {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

// Name implements generate.Generator.
func (g *Generator) Name() string { return g.options.Model }

// Identity implements generate.Generator. It covers the model's name, the API and
// the addresses; what a server really runs it does not tell.
func (g *Generator) Identity() string { return g.identity }

// Load implements generate.Generator. There is nothing to load: a server that is
// not there shows at the first request.
func (g *Generator) Load(context.Context) error { return nil }

// Concurrency implements generate.Generator.
func (g *Generator) Concurrency() (requests, shared int) { return g.options.Concurrency, 1 }

// Close implements generate.Generator.
func (g *Generator) Close() error {
	g.client.CloseIdleConnections()
	return nil
}

// Generate implements generate.Generator. Of what is asked beside the text, it
// gives the tokens' probabilities where the server tells them, and those of
// Request.Score where that has completions with echo, as vLLM does. There are
// never Detours.
//
// An endpoint that fails gives way to the next; one that is the only one is tried
// once more. The error wraps generate.ErrUnavailable where none can answer until
// something is mended.
func (g *Generator) Generate(ctx context.Context, r generate.Request) (generate.Output, error) {
	if r.Sampling.NumBeams > 1 || r.Sampling.NoRepeatNgramSize > 0 {
		return generate.Output{}, fmt.Errorf("%w: with backend openai, servers know no inference.sampling.numBeams and noRepeatNgramSize; set them to 0", generate.ErrUnavailable)
	}
	limited, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	tried := map[*endpoint]bool{}
	var last *fault
	for tries := max(2, len(g.pool.endpoints)); tries > 0; {
		e, err := g.next(limited, tried)
		switch {
		case ctx.Err() != nil:
			return generate.Output{}, ctx.Err()
		case err != nil && last != nil && last.kind != down && last.kind != later:
			return generate.Output{}, last.err // which says more
		case err != nil:
			return generate.Output{}, err
		}
		tried[e] = true
		out, err := g.ask(ctx, limited, e, r)
		g.pool.done(e, err)
		if err == nil || ctx.Err() != nil {
			return out, err
		}
		if !errors.As(err, &last) || last.kind == refused || limited.Err() != nil {
			return generate.Output{}, err
		}
		if last.kind != later { // that ends with the time
			tries--
		}
		if last.kind == passing && len(tried) == len(g.pool.endpoints) {
			_ = g.pause(limited, pauseMin)
		}
	}
	if last.kind == down {
		return generate.Output{}, fmt.Errorf("%w: %w", generate.ErrUnavailable, last.err)
	}
	return generate.Output{}, last.err
}

// next waits for an endpoint that may be asked.
func (g *Generator) next(ctx context.Context, tried map[*endpoint]bool) (*endpoint, error) {
	for {
		e, wait, err := g.pool.take(tried)
		if err != nil || e != nil {
			return e, err
		}
		deadline, _ := ctx.Deadline()
		if time.Until(deadline) <= wait || g.pause(ctx, wait) != nil {
			return nil, fmt.Errorf("the server is busy and asks to be left alone for %s (setting openai.timeout: %s)", wait.Round(time.Second), g.options.Timeout)
		}
	}
}

// ask gets a text from e. A failure is a fault, unless ctx has ended.
func (g *Generator) ask(ctx, limited context.Context, e *endpoint, r generate.Request) (generate.Output, error) {
	if len(g.pool.endpoints) > 1 { // leave time for another one
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(limited, g.options.Timeout/2)
		defer cancel()
	}
	began := time.Now()
	out, err := g.speak(limited, e, r)
	var f *fault
	switch {
	case err == nil:
		return out, nil
	case ctx.Err() != nil:
		return out, ctx.Err()
	case limited.Err() != nil:
		return out, faultf(passing, "%s has not answered within %s (setting openai.timeout: %s)", e.url.Host, time.Since(began).Round(100*time.Millisecond), g.options.Timeout)
	case errors.As(err, &f):
		f.err = fmt.Errorf("%s: %w", e.url.Host, f.err)
		return out, f
	}
	return out, faultf(passing, "%s: %w", e.url.Host, err)
}

// speak finds a dialect that e understands, and remembers it.
func (g *Generator) speak(ctx context.Context, e *endpoint, r generate.Request) (generate.Output, error) {
	first, settled := g.pool.spoken(e)
	var refusal error
	for i, d := range g.dialects[first:] {
		out, err := g.generate(ctx, e, d, r)
		var f *fault
		if err == nil {
			g.pool.settle(e, first+i)
			return out, nil
		}
		if !errors.As(err, &f) || !f.strange || settled {
			return out, err
		}
		if refusal == nil || f.kind == refused {
			refusal = err
		}
	}
	return generate.Output{}, refusal
}

// generate asks e for a text in one dialect.
func (g *Generator) generate(ctx context.Context, e *endpoint, d dialect, r generate.Request) (generate.Output, error) {
	a, err := g.send(ctx, e, d, d.request(g.options.Model, r), r.Stop)
	if err != nil {
		return generate.Output{}, err
	}
	if a.text == "" && a.thought {
		return generate.Output{}, faultf(refused, "the model %s thinks before it answers, and came to no answer within %d tokens: turn thinking off at the server (docs/servers.md), or raise inference.maxOutputTokens", g.options.Model, r.MaxNewTokens)
	}
	out := generate.Output{
		Text:   generate.Text{Text: a.text, LogProbs: a.probs(), Truncated: a.finish == "length"},
		Scores: make([][]float64, len(r.Score)),
	}
	for i, text := range r.Score {
		if !d.scores() || !g.pool.scores(e) {
			break
		}
		scored, err := g.send(ctx, e, d, d.score(g.options.Model, r.Prompt, text), nil)
		var f *fault
		switch {
		case err == nil && scored.echoed():
			out.Scores[i] = scored.suffix(text)
		case err == nil || errors.As(err, &f) && f.kind == refused:
			g.pool.withoutScores(e)
		case ctx.Err() != nil:
			return out, err
		}
	}
	return out, nil
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Report is what a server says of itself.
type Report struct {
	Host   string
	Err    error    // it does not answer
	Models []string // the names that it knows, nil if it does not tell
	Took   time.Duration
}

// Known reports whether the server lists a model of this name, or none at all.
func (r Report) Known(model string) bool {
	for _, m := range r.Models {
		if m == model || strings.TrimSuffix(m, ":latest") == model {
			return true
		}
	}
	return len(r.Models) == 0
}

// Check asks every server which models it has. No code is sent.
func (g *Generator) Check(ctx context.Context) []Report {
	var reports []Report
	for _, e := range g.pool.endpoints {
		limited, cancel := context.WithTimeout(ctx, 2*connecting)
		began := time.Now()
		names, err := g.models(limited, e)
		cancel()
		reports = append(reports, Report{e.url.Host, err, names, time.Since(began)})
	}
	return reports
}
