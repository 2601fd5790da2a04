package team

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/redis/go-redis/v9"
)

// problem is a way in which a team's cache can fail. Each is reported once in
// the life of a Team.
type problem int

const (
	failing problem = iota
	unreachable
	slow
	untrustedServer
	refused
	forbidden
	full
	readOnly
	loading
	protocol
	forged
	unfit
)

var errSlow = errors.New("the answer took too long")

func classify(err error) problem {
	var (
		network      net.Error
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		authority    x509.UnknownAuthorityError
		host         x509.HostnameError
	)
	switch {
	case errors.Is(err, errForged):
		return forged
	case errors.Is(err, errUnfit):
		return unfit
	case errors.Is(err, errProtocol):
		return protocol
	case errors.Is(err, errSlow):
		return slow
	case errors.As(err, &verification), errors.As(err, &record), errors.As(err, &authority), errors.As(err, &host):
		return untrustedServer
	case redis.HasErrorPrefix(err, "NOAUTH"), redis.HasErrorPrefix(err, "WRONGPASS"):
		return refused
	case redis.HasErrorPrefix(err, "NOPERM"):
		return forbidden
	case redis.HasErrorPrefix(err, "OOM"), redis.HasErrorPrefix(err, "MISCONF"):
		return full
	case redis.HasErrorPrefix(err, "READONLY"), redis.HasErrorPrefix(err, "NOREPLICAS"):
		return readOnly
	case redis.HasErrorPrefix(err, "LOADING"), redis.HasErrorPrefix(err, "BUSY"), redis.HasErrorPrefix(err, "MASTERDOWN"):
		return loading
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, redis.ErrClosed), errors.Is(err, io.EOF), errors.As(err, &network):
		return unreachable
	}
	return failing
}

// advice says what a problem means for the user and how to end it.
var advice = map[problem]string{
	failing:         "summaries are written on this machine until it works: see what the server's log says",
	unreachable:     "summaries are written on this machine until it can be reached: check cache.redis.url, the network and the server",
	slow:            "summaries do not wait for it until it is faster: check the network and the server, or raise cache.redis.timeout",
	untrustedServer: "nothing was sent: check that the server speaks TLS, that its certificate is for this host, and that cache.redis.caFile holds its authority",
	refused:         "summaries are written on this machine: check cache.redis.username and the password",
	forbidden:       "give the user the commands GETRANGE and SET on keys gloss:*, or set cache.redis.readOnly; docs/team-cache.md has the line of the ACL",
	full:            "what is written here is not shared until there is room: set the server's maxmemory-policy to allkeys-lru, or look after its disk",
	readOnly:        "what is written here is not shared: name the primary in cache.redis.url, or set cache.redis.readOnly",
	loading:         "summaries are written on this machine until it is ready",
	protocol:        "the connection was closed: check that cache.redis.url names a Redis or Valkey server",
	forged:          "it was not used: somebody writes to the server who should not, or moved values about; look at who may (docs/team-cache.md)",
	unfit:           "it was not used: something other than gloss writes under gloss:*, or a member of the team does harm",
}

// explain turns what went wrong into what the user should read.
func explain(p problem, place string, err error) error {
	return fmt.Errorf("team cache at %s: %w; %s", place, err, advice[p])
}
