// Package httpserver answers programs that ask over HTTP for summaries.
//
// It listens where it is told to, opens no connection itself, and keeps nothing
// of what it is sent but what a Service keeps: summaries by their keys.
package httpserver

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache/team"
)

// Summaries is what a Server asks.
type Summaries interface {
	// NewShare returns the place of a request, which takes turns with others.
	NewShare() *inference.Share
	// Load prepares the model.
	Load(ctx context.Context) error
	// Status says how much there is to do.
	Status() inference.Status
}

// Options say what is served and to whom.
type Options struct {
	Summaries Summaries
	// Chunker is how texts are cut. Its Workers keep hostile texts out of this
	// process.
	Chunker       chunker.Options
	Team          *team.Team // whose counts are shown; nil: none
	NoDoc         bool       // ask the model even where a doc comment would do
	MinConfidence float64    // of a summary that is given

	Tokens *Tokens      // nil: whoever reaches a loopback address is let in
	TLS    *Certificate // nil: none

	Limits  Limits
	Grace   time.Duration // for requests under way when the Server ends
	Version string
	Log     *zap.Logger
}

// Limits bound what clients may ask for.
type Limits struct {
	Body      int64         // bytes of a request
	Functions int           // of a request
	Requests  int           // that are answered at a time
	Time      time.Duration // for one request
	Header    time.Duration // to send a request's header
	Read      time.Duration // to send a request
	Write     time.Duration // to take a line of the answer
	Idle      time.Duration // between two requests of a connection
	Rate      float64       // requests a second of one client; 0 for any
	Burst     int           // requests at once of one client
}

// DefaultLimits suit a team's server. A request has room for a text of the
// greatest length, escaped.
func DefaultLimits() Limits {
	return Limits{
		Body: 4 << 20, Functions: 1000, Requests: 64, Time: 5 * time.Minute,
		Header: 5 * time.Second, Read: 30 * time.Second, Write: 30 * time.Second, Idle: 2 * time.Minute,
		Rate: 20, Burst: 40,
	}
}

// Check refuses limits by which nothing could be served.
func (l Limits) Check() error {
	switch {
	case l.Body < 1, l.Functions < 1, l.Requests < 1, l.Burst < 1:
		return errors.New("limits of a request's size, functions, number and burst must be at least 1")
	case l.Time <= 0, l.Header <= 0, l.Read <= 0, l.Write <= 0, l.Idle <= 0:
		return errors.New("limits of time must be longer than 0")
	case !(l.Rate >= 0):
		return fmt.Errorf("the rate is %v; it must not be negative", l.Rate)
	}
	return nil
}

// Server answers requests.
type Server struct {
	options Options
	local   bool // listens where only this machine's users come
	ready   atomic.Bool
	slots   chan struct{} // one for each request that is answered
	cutting chan struct{} // one for each text that is cut
	clients *clients
	metrics *metrics
	handler http.Handler
}

// New returns a Server for l. Without Tokens it refuses to serve others than this
// machine's users.
func New(o Options, l net.Listener) (*Server, error) {
	local := isLocal(l.Addr())
	if !local && o.Tokens == nil {
		return nil, fmt.Errorf("%s can be reached from other machines, which need a token: write one (openssl rand -hex 32) into a file that only you can read and name it by --token-file, or set GLOSS_TOKEN; 127.0.0.1 needs none", l.Addr())
	}
	s := &Server{
		options: o, local: local,
		slots: make(chan struct{}, o.Limits.Requests), cutting: make(chan struct{}, runtime.NumCPU()),
		clients: newClients(o.Limits.Rate, o.Limits.Burst),
	}
	s.metrics = newMetrics(s)
	s.handler = s.routes()
	return s, nil
}

// Local reports whether only this machine's users reach s.
func (s *Server) Local() bool { return s.local }

//go:embed openapi.json
var openapi []byte

// routes are those of openapi.json.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range []struct {
		method, path string
		secret       bool // needs a token, where there are any
		serve        http.HandlerFunc
	}{
		{http.MethodPost, "/v1/summaries", true, s.summaries},
		{http.MethodGet, "/metrics", true, s.metrics.handler().ServeHTTP},
		{http.MethodGet, "/healthz", false, s.health},
		{http.MethodGet, "/readyz", false, s.readiness},
		{http.MethodGet, "/openapi.json", false, s.describe},
	} {
		serve := r.serve
		if r.secret {
			serve = s.known(serve)
		}
		mux.HandleFunc(r.method+" "+r.path, s.metrics.measured(r.path, s.guarded(serve)))
		mux.HandleFunc(r.path, s.metrics.measured(r.path, s.guarded(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", r.method)
			refuse(w, http.StatusMethodNotAllowed, "%s takes %s only", r.path, r.method)
		})))
	}
	mux.HandleFunc("/", s.metrics.measured("other", s.guarded(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "there is nothing here; /openapi.json says what there is")
	})))
	return mux
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) { say(w, "ok\n") }

func (s *Server) readiness(w http.ResponseWriter, _ *http.Request) {
	if !s.ready.Load() {
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "the model is not loaded yet, or the server is about to end")
		return
	}
	say(w, "ready\n")
}

func say(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(text))
}

func (s *Server) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openapi)
}

// loadPause is between two tries to load a model.
const loadPause = 5 * time.Second

// Serve answers what comes by l until ctx ends. Then it lets requests under way
// come to their end, for no longer than Options.Grace, and closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	loading, stopLoading := context.WithCancel(ctx)
	var loader sync.WaitGroup
	loader.Go(func() { s.load(loading) })
	defer loader.Wait()
	defer stopLoading()

	limits := s.options.Limits
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: limits.Header,
		ReadTimeout:       limits.Read,
		WriteTimeout:      limits.Read + limits.Write, // a stream moves it on
		IdleTimeout:       limits.Idle,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return work },
		ErrorLog:          zap.NewStdLog(s.options.Log),
	}
	ended := make(chan error, 1)
	go func() {
		if s.options.TLS != nil {
			server.TLSConfig = s.options.TLS.config()
			ended <- server.ServeTLS(l, "", "")
		} else {
			ended <- server.Serve(l)
		}
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("listen on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	stopLoading()
	s.ready.Store(false)
	bound, cancel := context.WithTimeout(work, s.options.Grace)
	defer cancel()
	if err := server.Shutdown(bound); err != nil {
		s.options.Log.Warn("requests were cut off, for which there was no time left", zap.Duration("grace", s.options.Grace))
		stop()
		_ = server.Close()
	}
	return nil
}

// load makes s ready, once a model can be loaded.
func (s *Server) load(ctx context.Context) {
	said := ""
	for {
		err := s.options.Summaries.Load(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			s.ready.Store(true)
			return
		}
		if err.Error() != said {
			said = err.Error()
			s.options.Log.Error("the model cannot be loaded; it is tried again", zap.Error(err))
		}
		select {
		case <-time.After(loadPause):
		case <-ctx.Done():
			return
		}
	}
}
