package remote

import (
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// The APIs that a server may have.
const (
	Auto        = "auto"        // Chat, or else Completions
	Chat        = "chat"        // POST BASE/chat/completions
	Completions = "completions" // POST BASE/completions
)

// Options say which servers are asked, and how.
type Options struct {
	// Endpoints are the base URLs of servers that run the same model, such as
	// http://localhost:8000/v1. A URL without a path has /v1 added.
	Endpoints []string
	// Model is the name by which the servers know it.
	Model string
	// API is Auto, which "" stands for, Chat or Completions.
	API string
	// KeyEnv names the variable that holds the key, and KeyFile the file; at most
	// one of them is given.
	KeyEnv, KeyFile string
	// CAFile holds certificates, in PEM, of authorities that are trusted beside
	// those of the system.
	CAFile string
	// Timeout bounds the time of one text, all tries together (30 s).
	Timeout time.Duration
	// Concurrency is the number of requests under way at a time (4).
	Concurrency int
	// UserAgent is told to the servers.
	UserAgent string
}

const (
	maxEndpoints = 16
	maxKey       = 4 << 10  // bytes of a file that holds a key
	maxCAs       = 16 << 20 // bytes of a file of certificates
)

// complete returns o with the defaults, and the URLs.
func (o Options) complete() (Options, []*url.URL, error) {
	o.API = cmp.Or(o.API, Auto)
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o.Concurrency = cmp.Or(o.Concurrency, 4)
	switch {
	case o.Model == "":
		return o, nil, errors.New("setting openai.model: give the name by which the server knows its model")
	case !slices.Contains([]string{Auto, Chat, Completions}, o.API):
		return o, nil, fmt.Errorf("setting openai.api is %.40q; it must be auto, chat or completions", o.API)
	case o.Timeout < 0 || o.Concurrency < 0:
		return o, nil, errors.New("settings openai.timeout and openai.concurrency must not be negative")
	case len(o.Endpoints) == 0:
		return o, nil, errors.New("setting openai.endpoints: give the address of a server, such as http://localhost:8000/v1")
	case len(o.Endpoints) > maxEndpoints:
		return o, nil, fmt.Errorf("setting openai.endpoints names %d servers; at most %d are asked", len(o.Endpoints), maxEndpoints)
	}
	var urls []*url.URL
	for _, endpoint := range o.Endpoints {
		u, err := parseEndpoint(endpoint)
		if err != nil {
			return o, nil, err
		}
		urls = append(urls, u)
	}
	return o, urls, nil
}

// parseEndpoint reads a base URL. Its errors do not quote what may be a password.
func parseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(endpoint))
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, errors.New("setting openai.endpoints holds what is no URL; give one such as http://localhost:8000/v1")
	case u.User != nil:
		return nil, fmt.Errorf("setting openai.endpoints: the URL of %s holds a password; name a variable or a file that holds the key by openai.apiKeyEnv or openai.apiKeyFile", u.Host)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("setting openai.endpoints: the URL of %s has something behind its path; give one such as http://localhost:8000/v1", u.Host)
	}
	u.Host = strings.ToLower(u.Host)
	if u.Path = strings.TrimRight(u.Path, "/"); u.Path == "" {
		u.Path = "/v1"
	}
	return u, nil
}

// isLoopback reports whether u is on this machine. A name other than localhost
// may lead anywhere.
func isLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Teamwide returns an error if an endpoint is on this machine: by the same
// address, another machine has another server.
func (o Options) Teamwide() error {
	destinations, _ := o.Destinations()
	for _, d := range destinations {
		if d.Local {
			return fmt.Errorf("%s (setting openai.endpoints) is another server on each member's machine, and may run another model there; name it as all members do, or set no cache.redis.url", d.Host)
		}
	}
	return nil
}

// Destination is a server that code is sent to.
type Destination struct {
	Host  string // with the port, if one is given
	Local bool   // it is this machine
	Clear bool   // on the way to another machine, who carries it can read it
}

// Destinations lists where code goes.
func (o Options) Destinations() ([]Destination, error) {
	_, urls, err := o.complete()
	var all []Destination
	for _, u := range urls {
		local := isLoopback(u)
		all = append(all, Destination{u.Host, local, !local && u.Scheme == "http"})
	}
	return all, err
}

// Notice says in one sentence where code goes.
func (o Options) Notice() (string, error) {
	destinations, err := o.Destinations()
	if err != nil {
		return "", err
	}
	var away, here []string
	clear := ""
	for _, d := range destinations {
		switch {
		case d.Local:
			here = append(here, d.Host)
		default:
			away = append(away, d.Host)
		}
		if d.Clear {
			clear = ", in part unencrypted (http)"
		}
	}
	if len(away) == 0 {
		return fmt.Sprintf("the code of functions is sent to a server on this machine (%s), which may send it on", strings.Join(here, ", ")), nil
	}
	return fmt.Sprintf("the code of functions LEAVES THIS MACHINE: it is sent to %s%s", strings.Join(append(away, here...), ", "), clear), nil
}

// identity covers what may change an output beside the prompt. Servers do not
// say which weights they run; the same name at the same addresses counts as the
// same model.
func (o Options) identity(urls []*url.URL) string {
	var names []string
	for _, u := range urls {
		names = append(names, u.String())
	}
	slices.Sort(names)
	sum := sha256.Sum256(fmt.Appendf(nil, "openai %d/%q/%q/%q", version, o.Model, o.API, names))
	return hex.EncodeToString(sum[:])
}

// key returns the key to be sent, "" for none.
func (o Options) key(urls []*url.URL) (string, error) {
	var key, from string
	switch {
	case o.KeyEnv != "" && o.KeyFile != "":
		return "", errors.New("settings openai.apiKeyEnv and openai.apiKeyFile exclude each other")
	case o.KeyEnv != "":
		from = "the variable " + o.KeyEnv + " (setting openai.apiKeyEnv)"
		key = os.Getenv(o.KeyEnv)
	case o.KeyFile != "":
		from = o.KeyFile + " (setting openai.apiKeyFile)"
		text, err := readKey(o.KeyFile)
		if err != nil {
			return "", err
		}
		key = text
	default:
		return "", nil
	}
	key = strings.TrimSpace(key)
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("%s holds no key: one line of printable ASCII", from)
	}
	for _, u := range urls {
		if u.Scheme == "http" && !isLoopback(u) {
			return "", fmt.Errorf("the key would go to %s unencrypted; give it an https address, or no key", u.Host)
		}
	}
	return key, nil
}

// readKey reads a file that nobody else may.
func readKey(path string) (string, error) {
	path, err := untrusted.ExpandHome(path)
	if err != nil {
		return "", fmt.Errorf("setting openai.apiKeyFile: %w", err)
	}
	f, err := untrusted.Open(path)
	if err != nil {
		return "", fmt.Errorf("setting openai.apiKeyFile: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return "", err
	} else if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("setting openai.apiKeyFile: others can read %s (%s); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := f.ReadAll(maxKey)
	if err != nil {
		return "", fmt.Errorf("setting openai.apiKeyFile: %w", err)
	}
	return string(text), nil
}

// authorities returns the certificates that are trusted, nil for the system's.
func (o Options) authorities() (*x509.CertPool, error) {
	if o.CAFile == "" {
		return nil, nil
	}
	path, err := untrusted.ExpandHome(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("setting openai.caFile: %w", err)
	}
	text, err := untrusted.Read(path, maxCAs)
	if err != nil {
		return nil, fmt.Errorf("setting openai.caFile: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("setting openai.caFile: %s holds no certificate in PEM", path)
	}
	return pool, nil
}
