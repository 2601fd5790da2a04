package models

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"
)

// Hub is where models are pulled from, and how.
type Hub struct {
	endpoint  *url.URL
	offline   bool
	cache     string // Hugging Face's own folder of downloads
	userAgent string
	client    *http.Client

	// What tests turn: how to wait, and how long a server may say nothing.
	wait  func(context.Context, time.Duration) error
	quiet time.Duration
}

// quiet is how long a server may say nothing before it is given up. A hub that
// fetches the file itself first takes its time.
const quiet = time.Minute

// NewHub is the hub that the environment names, with the variables of Hugging
// Face's own tools: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_CACHE,
// HF_HOME, and HTTPS_PROXY, HTTP_PROXY, NO_PROXY. The userAgent is told to the
// server.
func NewHub(userAgent string) (*Hub, error) {
	endpoint := os.Getenv("HF_ENDPOINT")
	if endpoint == "" {
		endpoint = "https://huggingface.co"
	}
	u, err := url.Parse(strings.TrimRight(endpoint, "/"))
	switch {
	case err != nil: // it quotes the variable, which may hold a password
		return nil, errors.New("HF_ENDPOINT is not a URL; give one such as https://huggingface.co")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("HF_ENDPOINT is %s; give a URL such as https://huggingface.co", u.Redacted())
	}
	h := &Hub{
		endpoint:  u,
		offline:   truth(os.Getenv("HF_HUB_OFFLINE")),
		cache:     hubCache(),
		userAgent: userAgent,
		wait:      wait,
		quiet:     quiet,
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() // takes proxies from the environment
	h.client = &http.Client{
		Transport:     &authorized{transport, u, os.Getenv("HF_TOKEN")},
		CheckRedirect: checkRedirect,
	}
	return h, nil
}

// Endpoint is the hub's address, without a password that it may hold.
func (h *Hub) Endpoint() string { return h.endpoint.Redacted() }

// truth reads a switch as Hugging Face's tools do.
func truth(s string) bool {
	switch strings.ToUpper(s) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}

// hubCache is where Hugging Face's tools keep what they have downloaded.
func hubCache() string {
	for _, variable := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if dir := os.Getenv(variable); dir != "" {
			return dir
		}
	}
	if home := os.Getenv("HF_HOME"); home != "" {
		return filepath.Join(home, "hub")
	}
	cache := os.Getenv("XDG_CACHE_HOME") // as they do on every system
	if cache == "" {
		cache = filepath.Join(xdg.Home, ".cache")
	}
	return filepath.Join(cache, "huggingface", "hub")
}

// cached is where Hugging Face's tools would have put a file.
func (h *Hub) cached(src Source, path string) string {
	return filepath.Join(h.cache, "models--"+strings.ReplaceAll(src.Repo, "/", "--"), "snapshots", src.Revision, filepath.FromSlash(path))
}

// url is where a file is on the hub.
func (h *Hub) url(src Source, path string) *url.URL {
	return h.endpoint.JoinPath(src.Repo, "resolve", src.Revision, path)
}

// authorized adds the token to requests that go to the hub itself, and to no
// other: not to another host, port or scheme that a redirect leads to.
type authorized struct {
	http.RoundTripper
	hub   *url.URL
	token string
}

func (a *authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.token != "" && r.URL.Scheme == a.hub.Scheme && strings.EqualFold(r.URL.Host, a.hub.Host) {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	return a.RoundTripper.RoundTrip(r)
}

// errRedirect marks a redirect that is not followed.
var errRedirect = errors.New("refused")

func checkRedirect(r *http.Request, via []*http.Request) error {
	last := via[len(via)-1]
	switch {
	case len(via) >= 10:
		return fmt.Errorf("%w: more than 10 redirects", errRedirect)
	case r.URL.Scheme != "http" && r.URL.Scheme != "https":
		return fmt.Errorf("%w: a redirect to %s, which is neither http nor https", errRedirect, r.URL.Redacted())
	case last.URL.Scheme == "https" && r.URL.Scheme == "http":
		return fmt.Errorf("%w: a redirect from https to %s", errRedirect, r.URL.Redacted())
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
