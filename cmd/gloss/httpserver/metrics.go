package httpserver

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gloss-lsp/gloss/inference"
	"github.com/gloss-lsp/gloss/inference/cache/team"
)

// metrics are what a Server tells Prometheus. No label holds what a client sends.
type metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	latency    *prometheus.HistogramVec
	inFlight   prometheus.Gauge
	cache      *prometheus.CounterVec
	sources    *prometheus.CounterVec
	failures   *prometheus.CounterVec
	writing    prometheus.Histogram
	confidence prometheus.Histogram
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gloss_http_requests_total", Help: "Requests that were answered."}, []string{"route", "code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gloss_http_request_seconds", Help: "Time from a request's header to the last byte of its answer.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 14),
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "gloss_http_in_flight_requests", Help: "Requests that are being answered."}),
		cache:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gloss_cache_total", Help: "Functions whose summary the cache knew (hit) or the model wrote (miss)."}, []string{"result"}),
		sources:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gloss_summaries_total", Help: "Summaries that were written or known, by where they come from."}, []string{"source"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gloss_failures_total", Help: "Functions without a summary and requests without an answer, by why."}, []string{"kind"}),
		writing: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gloss_inference_seconds", Help: "Time the model took for a function.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 12),
		}),
		confidence: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gloss_confidence", Help: "How sure the model is of its summaries.", Buckets: prometheus.LinearBuckets(0.1, 0.1, 10),
		}),
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	m.registry.MustRegister(
		m.requests, m.latency, m.inFlight, m.cache, m.sources, m.failures, m.writing, m.confidence,
		gauge("gloss_queue_length", "Functions that wait for the model.", func() float64 { return float64(s.options.Summaries.Status().Queued) }),
		gauge("gloss_running", "Functions that the model is at.", func() float64 { return float64(s.options.Summaries.Status().Running) }),
		gauge("gloss_ready", "Whether the model is loaded.", func() float64 {
			if s.ready.Load() {
				return 1
			}
			return 0
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "gloss_build_info", Help: "The version that runs.", ConstLabels: prometheus.Labels{"version": s.options.Version}}, func() float64 { return 1 }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	if t := s.options.Team; t != nil {
		m.registry.MustRegister(teamCounts{t})
	}
	return m
}

// teamCounts are what was done with a team's cache.
type teamCounts struct{ team *team.Team }

var teamTotal = prometheus.NewDesc("gloss_team_cache_total", "Entries of the team's cache that were known (hit) or not (miss), not believed (refused), written, or not (dropped), and requests that failed (failure).", []string{"result"}, nil)

// Describe implements prometheus.Collector.
func (teamCounts) Describe(to chan<- *prometheus.Desc) { to <- teamTotal }

// Collect implements prometheus.Collector.
func (c teamCounts) Collect(to chan<- prometheus.Metric) {
	n := c.team.Stats()
	for result, count := range map[string]uint64{"hit": n.Hits, "miss": n.Misses, "refused": n.Refused, "failure": n.Failures, "written": n.Written, "dropped": n.Dropped} {
		to <- prometheus.MustNewConstMetric(teamTotal, prometheus.CounterValue, float64(count), result)
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
}

func (m *metrics) failed(kind string) { m.failures.WithLabelValues(kind).Inc() }

func (m *metrics) summary(s inference.Summary) {
	m.sources.WithLabelValues(string(s.Source)).Inc()
	switch {
	case s.Source == inference.SourceDoc:
		return
	case s.Cached:
		m.cache.WithLabelValues("hit").Inc()
	default:
		m.cache.WithLabelValues("miss").Inc()
		m.writing.Observe(s.Elapsed.Seconds())
	}
	if s.Confidence > 0 {
		m.confidence.Observe(s.Confidence)
	}
}

// measured counts the requests of a route.
func (m *metrics) measured(route string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		m.inFlight.Inc()
		c := &counted{ResponseWriter: w, code: http.StatusOK}
		defer func() {
			m.inFlight.Dec()
			m.requests.WithLabelValues(route, strconv.Itoa(c.code)).Inc()
			m.latency.WithLabelValues(route).Observe(time.Since(began).Seconds())
		}()
		next(c, r)
	}
}

// counted remembers the status.
type counted struct {
	http.ResponseWriter
	code int
}

func (c *counted) WriteHeader(code int) {
	c.code = code
	c.ResponseWriter.WriteHeader(code)
}

// Unwrap lets an http.ResponseController through.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }
