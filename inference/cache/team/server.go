package team

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// server is what is asked of Redis.
type server interface {
	// get reads what stands under names, at most maxValue bytes and one of each.
	// It reports whether it had to connect first.
	get(ctx context.Context, names []string) (values []reply, connected bool, err error)
	// set writes, and returns the error of the first write that failed.
	set(ctx context.Context, names []string, values [][]byte, ttl time.Duration) error
	close() error
}

// reply is what stands under a name: nothing, a value, or something else.
type reply struct {
	value []byte
	err   error
}

// redisServer is a server in fact.
type redisServer struct {
	options *redis.Options
	client  atomic.Pointer[redis.Client]
	dials   atomic.Int64
	closed  atomic.Bool
}

// quiet keeps go-redis from writing on stderr: whoever needs to know is told.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(quiet{}) }

func newServer(o *redis.Options) *redisServer {
	s := &redisServer{options: o}
	dial := o.Dialer
	o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		s.dials.Add(1)
		return dial(ctx, network, addr)
	}
	s.client.Store(redis.NewClient(o))
	return s
}

// renew begins anew after client has failed: go-redis goes on trying to connect,
// every second and for as long as it takes, once that has failed a few times.
func (s *redisServer) renew(client *redis.Client, err error) {
	if err == nil || answered(err) {
		return
	}
	next := redis.NewClient(s.options)
	if !s.client.CompareAndSwap(client, next) || s.closed.Load() {
		_ = next.Close()
	}
	_ = client.Close()
}

// get asks by GETRANGE, not MGET, so that what somebody has put there can be of
// any size and type and spoils no other value.
func (s *redisServer) get(ctx context.Context, names []string) (_ []reply, _ bool, err error) {
	client := s.client.Load()
	defer func() { s.renew(client, err) }()
	before := s.dials.Load()
	pipe := client.Pipeline()
	for _, name := range names {
		pipe.GetRange(ctx, name, 0, maxValue)
	}
	commands, err := pipe.Exec(ctx)
	connected := s.dials.Load() != before
	if err != nil && !wrongType(err) {
		return nil, connected, err
	}
	values := make([]reply, len(names))
	for i, command := range commands {
		value, err := command.(*redis.StringCmd).Bytes()
		switch {
		case err == nil:
			values[i].value = value
		case wrongType(err):
			values[i].err = errUnfit
		default:
			return nil, connected, err
		}
	}
	return values, connected, nil
}

func (s *redisServer) set(ctx context.Context, names []string, values [][]byte, ttl time.Duration) error {
	client := s.client.Load()
	pipe := client.Pipeline()
	for i, name := range names {
		pipe.Set(ctx, name, values[i], ttl)
	}
	_, err := pipe.Exec(ctx)
	s.renew(client, err)
	return err
}

func (s *redisServer) close() error {
	s.closed.Store(true)
	return s.client.Load().Close()
}

// wrongType reports whether a server refused to read what is no string.
func wrongType(err error) bool { return redis.HasErrorPrefix(err, "WRONGTYPE") }

// answered reports whether err is what a server said.
func answered(err error) bool {
	var e redis.Error
	return errors.As(err, &e)
}
