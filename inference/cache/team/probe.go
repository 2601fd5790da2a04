package team

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"time"

	"github.com/gloss-lsp/gloss/inference/cache"
)

// Report says how a server answers.
type Report struct {
	Place string
	// Latency is that of a request once connected.
	Latency time.Duration
	// Open is true where passwords travel for everybody on the way to read.
	Open bool
}

// Probe tries what the options ask for: it connects, writes an entry that nobody
// asks for and that is gone in a minute, unless the options are to read only, and
// reads it.
func Probe(ctx context.Context, o Options) (Report, error) {
	t, err := Open(o, nil)
	if err != nil {
		return Report{}, fmt.Errorf("team cache: %w", err)
	}
	defer t.Close()
	var key cache.Key
	_, _ = rand.Read(key[:]) // which does not fail
	names := []string{t.sealer.name(key)}
	trial := cache.Entry{Text: "Tries the team's cache.", Source: sources[0], Created: time.Now()}
	err = t.try(ctx, key, names, trial)
	if err != nil {
		return Report{}, explain(classify(err), t.place, err)
	}
	start := time.Now()
	if _, _, err := t.server.get(ctx, names); err != nil {
		return Report{}, explain(classify(err), t.place, err)
	}
	latency := time.Since(start)
	_, _, _, secure, _ := o.address() // Open has read it
	return Report{Place: t.place, Latency: latency, Open: !secure && !local(t.place)}, nil
}

// local reports whether what is sent to place stays on this machine.
func local(place string) bool {
	host, _, err := net.SplitHostPort(place)
	return err != nil || host == "localhost" || net.ParseIP(host).IsLoopback() // a socket's path has no port
}

func (t *Team) try(ctx context.Context, key cache.Key, names []string, trial cache.Entry) error {
	if !t.readOnly {
		value, err := t.sealer.seal(key, trial)
		if err != nil {
			return err
		}
		if err := t.server.set(ctx, names, [][]byte{value}, time.Minute); err != nil {
			return err
		}
	}
	replies, _, err := t.server.get(ctx, names)
	if err != nil || t.readOnly {
		return err
	}
	if replies[0].err != nil {
		return replies[0].err
	}
	_, err = t.sealer.open(key, replies[0].value)
	return err
}
