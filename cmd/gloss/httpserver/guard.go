package httpserver

import (
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"
)

// guarded refuses what a browser sends for a page that is not the server's own.
// Without tokens the name in the request must be this machine's as well: a page
// may give its own name a loopback address (DNS rebinding).
func (s *Server) guarded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		switch {
		case s.local && s.options.Tokens == nil && !isLoopbackName(r.Host):
			refuse(w, http.StatusForbidden, "without a token the server is asked by the name localhost or by its address only")
		case isForeign(r):
			refuse(w, http.StatusForbidden, "pages of other sites are not answered")
		default:
			next(w, r)
		}
	}
}

func isLoopbackName(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = strings.Trim(hostPort, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// isForeign reports whether a page of another site asks.
func isForeign(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return true
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return false
	}
	u, err := url.Parse(origins[0])
	return len(origins) > 1 || err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host)
}

// known lets those in who show a token, where there are any, and who do not ask
// too often. A client is who has a token, or else an address.
func (s *Server) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		client, ok := "address "+address(r), true
		if s.options.Tokens != nil {
			var place int
			scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			if place, ok = s.options.Tokens.find(token); ok {
				ok = strings.EqualFold(scheme, "Bearer")
			}
			if ok {
				client = "token " + strconv.Itoa(place)
			}
		}
		if wait := s.clients.wait(client); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			refuse(w, http.StatusTooManyRequests, "more requests came from you than the server takes, which are %v a second", s.options.Limits.Rate)
			return
		}
		if !ok {
			w.Header().Set("WWW-Authenticate", `Bearer realm="gloss"`)
			refuse(w, http.StatusUnauthorized, "a token of this server is needed: Authorization: Bearer TOKEN")
			return
		}
		next(w, r)
	}
}

// address is what a client without a token is known by: of IPv6 the network,
// since one machine has all addresses of it.
func address(r *http.Request) string {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "" // of a Unix socket
	}
	ip := a.Addr().Unmap()
	if ip.Is6() {
		if network, err := ip.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return ip.String()
}

// clients are those that have asked lately.
type clients struct {
	rate  rate.Limit
	burst int

	mu    sync.Mutex
	known *simplelru.LRU[string, *rate.Limiter]
}

// maxClients bounds the clients that are remembered.
const maxClients = 4096

func newClients(perSecond float64, burst int) *clients {
	known, err := simplelru.NewLRU[string, *rate.Limiter](maxClients, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	c := &clients{rate: rate.Limit(perSecond), burst: burst, known: known}
	if perSecond == 0 {
		c.rate = rate.Inf
	}
	return c
}

// wait returns 0 where the client may ask now, and else after how long.
func (c *clients) wait(client string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.known.Get(client)
	if !ok {
		l = rate.NewLimiter(c.rate, c.burst)
		c.known.Add(client, l)
	}
	r := l.Reserve()
	wait := r.Delay()
	if wait > 0 {
		r.Cancel()
	}
	return wait
}
