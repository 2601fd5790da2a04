package team

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/gloss-lsp/gloss/models/untrusted"
)

// Options say which server a team shares, and how. They are comparable.
type Options struct {
	// URL is redis://HOST[:PORT][/DB], rediss:// for TLS, or
	// unix:///PATH[?db=DB]; "" is for no server.
	URL string
	// Username and the password are of a user in the server's ACL. The password
	// is in a file or in a variable of the environment.
	Username, PasswordFile, PasswordEnv string
	// KeyFile or KeyEnv hold the team's key.
	KeyFile, KeyEnv string
	// CAFile holds the certificates, in PEM, that the server's is verified
	// with; "" is for those that the system trusts.
	CAFile string
	// TTL is how long the server keeps what is written, DefaultTTL by default.
	TTL time.Duration
	// Timeout is the longest that a summary waits for the server,
	// DefaultTimeout by default.
	Timeout time.Duration
	// ReadOnly is for those who only take.
	ReadOnly bool
}

// Defaults of Options.
const (
	DefaultTTL     = 30 * 24 * time.Hour
	DefaultTimeout = 50 * time.Millisecond
)

const (
	// maxSecret bounds a file that holds a key or a password, and maxCA one of
	// certificates.
	maxSecret = 4 << 10
	maxCA     = 1 << 20
	// connectWait bounds a connection to the server, and requestWait a request.
	// Nobody waits so long: Await bounds that.
	connectWait = 2 * time.Second
	requestWait = 2 * time.Second
)

// client returns how to reach the server.
func (o Options) client() (*redis.Options, error) {
	network, addr, db, secure, err := o.address()
	if err != nil {
		return nil, err
	}
	password, err := secret("password", o.PasswordFile, o.PasswordEnv)
	if err != nil {
		return nil, err
	}
	if o.Username != "" && password == nil {
		return nil, errors.New("cache.redis.username is set and no password: set cache.redis.passwordFile or passwordEnv")
	}
	var trust *tls.Config
	if secure {
		if trust, err = o.trust(addr); err != nil {
			return nil, err
		}
	}
	return &redis.Options{
		Network:  network,
		Addr:     addr,
		DB:       db,
		Username: o.Username,
		Password: string(password),
		Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr, trust)
			if err != nil {
				return nil, err
			}
			return &guard{Conn: conn}, nil
		},
		// Another protocol, its pushed messages and the introduction of the
		// library would only need more commands of the ACL.
		Protocol:                 2,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		// A connection that has been idle may be dead: both, of who reads and who
		// writes, are tried, and then a new one.
		MaxRetries:            2,
		MinRetryBackoff:       -1,
		MaxRetryBackoff:       -1,
		DialTimeout:           connectWait,
		DialerRetries:         1,
		ReadTimeout:           requestWait,
		WriteTimeout:          requestWait,
		ContextTimeoutEnabled: true,
		PoolSize:              8, // more than ever fail to connect before renew
		MaxIdleConns:          2,
		PipelinePoolSize:      -1,
		ReadBufferSize:        16 << 10,
		WriteBufferSize:       16 << 10,
	}, nil
}

func dial(ctx context.Context, network, addr string, trust *tls.Config) (net.Conn, error) {
	plain := &net.Dialer{Timeout: connectWait}
	if trust == nil {
		return plain.DialContext(ctx, network, addr)
	}
	return (&tls.Dialer{NetDialer: plain, Config: trust}).DialContext(ctx, network, addr)
}

// address takes the URL apart.
func (o Options) address() (network, addr string, db int, secure bool, err error) {
	refuse := func(why string) (string, string, int, bool, error) {
		return "", "", 0, false, fmt.Errorf("cache.redis.url %s; it is redis://HOST:PORT/DB, rediss:// for TLS, or unix:///PATH?db=DB", why)
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return refuse("is no URL") // the error would show a password that stands in it
	}
	if u.User != nil {
		return refuse("holds a user or a password, which would be seen wherever settings are: set cache.redis.username, and passwordFile or passwordEnv")
	}
	var number string
	query := u.Query()
	switch u.Scheme {
	case "redis", "rediss":
		if u.Hostname() == "" {
			return refuse("names no host")
		}
		port := u.Port()
		if port == "" {
			port = "6379"
		}
		network, addr, secure = "tcp", net.JoinHostPort(u.Hostname(), port), u.Scheme == "rediss"
		number = strings.TrimPrefix(u.Path, "/")
	case "unix":
		if u.Host != "" || !strings.HasPrefix(u.Path, "/") {
			return refuse("names no absolute path")
		}
		network, addr = "unix", u.Path
		number = query.Get("db")
		query.Del("db")
	default:
		return refuse("is of no kind that gloss knows")
	}
	if len(query) > 0 || u.Fragment != "" {
		return refuse("has more to it than a place")
	}
	if number != "" {
		if db, err = strconv.Atoi(number); err != nil || db < 0 {
			return refuse(fmt.Sprintf("names the database %.20q", number))
		}
	}
	return network, addr, db, secure, nil
}

func (o Options) trust(addr string) (*tls.Config, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if o.CAFile == "" {
		return c, nil
	}
	pem, err := untrusted.Read(o.CAFile, maxCA)
	if err != nil {
		return nil, fmt.Errorf("cache.redis.caFile: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("cache.redis.caFile: %s holds no certificate in PEM", o.CAFile)
	}
	return c, nil
}

// secret reads what is in the file or else in the variable, nil where neither is
// named.
func secret(what, file, variable string) ([]byte, error) {
	var text []byte
	from := "cache.redis." + what + "Env"
	switch {
	case file != "" && variable != "":
		return nil, fmt.Errorf("cache.redis.%[1]sFile and %[1]sEnv exclude each other", what)
	case file != "":
		var err error
		from = "cache.redis." + what + "File"
		if text, err = untrusted.Read(file, maxSecret); err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
	case variable != "":
		text = []byte(os.Getenv(variable))
		from += ", the variable " + variable
	default:
		return nil, nil
	}
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil, fmt.Errorf("%s: it is empty", from)
	}
	return text, nil
}
