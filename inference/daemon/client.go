package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"

	"github.com/gloss-lsp/gloss/inference"
)

// underWay is how many requests a client has under way.
const underWay = 8

// patience is that of a client with a daemon.
type patience struct {
	open  time.Duration // until a model is prepared
	every time.Duration // between two pings, while it waits
	ping  time.Duration // until one is answered
}

var usual = patience{open: 20 * time.Second, every: 5 * time.Second, ping: 10 * time.Second}

// ClientOptions say whom a Client asks, and for what.
type ClientOptions struct {
	Place  Place
	Config Config
	// Keys makes the keys of functions, which needs no daemon.
	Keys interface {
		Key(inference.Function) inference.Key
	}
	// Command makes the process of a daemon, where none serves. It must call
	// Announce. nil connects to one that is there, or to none.
	Command func() *exec.Cmd
	// Name is what the client is called in the daemon's status.
	Name string
	// Idle is how long the daemon is to stay when nobody asks.
	Idle time.Duration

	patience patience // tests have less than usual
}

// Client asks a daemon for summaries. A daemon that has ended, because nobody
// has asked for a while or because somebody killed it, is started again with the
// next request; one that ends amid a request costs it one more try.
type Client struct {
	o ClientOptions

	connecting sync.Mutex
	mu         sync.Mutex // guards what follows
	link       *link      // nil while there is none
	closed     bool
}

var _ inference.Queue = (*Client)(nil)

// link is a connection to one daemon.
type link struct {
	conn     jsonrpc2.Conn
	end      func(error)     // ends it, for a reason
	over     context.Context // its cause is why the link has ended
	patience patience

	mu      sync.Mutex
	asked   uint64 // requests, ever
	waiting int
	pinging bool
}

// NewClient connects, and has the daemon prepare the model. Its errors wrap
// inference.ErrUnavailable.
func NewClient(ctx context.Context, o ClientOptions) (*Client, error) {
	if o.patience == (patience{}) {
		o.patience = usual
	}
	c := &Client{o: o}
	if _, err := c.linked(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// Key implements inference.Summarizer.
func (c *Client) Key(f inference.Function) inference.Key { return c.o.Keys.Key(f) }

// Summarize implements inference.Summarizer.
func (c *Client) Summarize(ctx context.Context, f inference.Function) (inference.Summary, error) {
	return c.SummarizeAt(ctx, f, inference.Background, nil)
}

// SummarizeAt implements inference.Queue.
func (c *Client) SummarizeAt(ctx context.Context, f inference.Function, p inference.Priority, raised <-chan inference.Priority) (inference.Summary, error) {
	summary, err := c.ask(ctx, f, &p, raised)
	if errors.Is(err, errEnded) {
		summary, err = c.ask(ctx, f, &p, raised)
	}
	if errors.Is(err, errEnded) {
		err = fmt.Errorf("%w: %w; their logs are %s and %s", inference.ErrUnavailable, err, c.o.Place.Log(), c.o.Place.lastLog())
	}
	return summary, err
}

func (c *Client) ask(ctx context.Context, f inference.Function, p *inference.Priority, raised <-chan inference.Priority) (inference.Summary, error) {
	l, err := c.linked(ctx)
	if err != nil {
		return inference.Summary{}, err
	}
	return l.summarize(ctx, f, p, raised)
}

// Concurrency is how many requests a client has under way: enough for the daemon
// to be at work while one is on its way, and few enough that another client's
// turn comes soon. What the user waits for does not wait for them.
func (c *Client) Concurrency(p inference.Priority) int {
	if p == inference.Hover {
		return 4 * underWay
	}
	return underWay
}

// Close hangs up.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.link != nil {
		c.link.end(inference.ErrClosed)
		c.link = nil
	}
	return nil
}

// linked returns the connection, made if need be.
func (c *Client) linked(ctx context.Context) (*link, error) {
	c.connecting.Lock()
	defer c.connecting.Unlock()
	c.mu.Lock()
	l, closed := c.link, c.closed
	c.mu.Unlock()
	if closed {
		return nil, inference.ErrClosed
	}
	if l != nil && l.over.Err() == nil {
		return l, nil
	}
	l, err := c.connect(ctx)
	if errors.Is(err, errEnded) { // it was about to end
		c.o.Place.awaitEnd(ctx)
		l, err = c.connect(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%w: %w", inference.ErrUnavailable, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		l.end(inference.ErrClosed)
		return nil, inference.ErrClosed
	}
	c.link = l
	return l, nil
}

func (c *Client) connect(ctx context.Context) (*link, error) {
	conn, err := connect(ctx, c.o.Place, c.o.Command)
	if err != nil {
		return nil, err
	}
	l := newLink(conn, c.o.patience)
	ctx, cancel := context.WithTimeout(ctx, c.o.patience.open)
	defer cancel()
	err = l.call(ctx, methodOpen, openParams{Client: c.o.Name, PID: os.Getpid(), Config: c.o.Config, Idle: c.o.Idle}, nil)
	if err != nil {
		l.end(err)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("the daemon does not answer; 'gloss daemon stop' ends it, and its log is %s", c.o.Place.Log())
		}
		return nil, err
	}
	return l, nil
}

// endTime bounds what a client waits for a daemon that is about to end.
const endTime = 5 * time.Second

func (p Place) awaitEnd(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	if l, err := lockWhenFree(ctx, p.lock()); err == nil {
		l.release()
	}
}

// errEnded means that the daemon has hung up.
var errEnded = errors.New("the daemon has ended")

func newLink(c *net.UnixConn, p patience) *link {
	over, cancel := context.WithCancelCause(context.Background())
	l := &link{conn: jsonrpc2.NewConn(newStream(c)), over: over, patience: p}
	l.end = func(why error) {
		cancel(why)
		c.Close()
	}
	l.conn.Go(context.Background(), jsonrpc2.MethodNotFoundHandler)
	go func() {
		<-l.conn.Done()
		l.end(errEnded)
	}()
	return l
}

// call sends a request and decodes its answer.
func (l *link) call(ctx context.Context, method string, params, result any) error {
	raw, err := json.Marshal(params)
	if err != nil {
		return err
	}
	if len(raw) > maxMessage-1<<10 { // which is room for the rest
		return errTooLong
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(l.over, func() { cancel(context.Cause(l.over)) })
	defer stop()
	var answer jsonrpc2.RawMessage
	_, err = l.conn.Call(ctx, method, jsonrpc2.RawMessage(raw), &answer)
	var wire *jsonrpc2.Error
	switch {
	case err == nil && result == nil:
		return nil
	case err == nil:
		return json.Unmarshal(answer, result)
	case errors.As(err, &wire) && !errors.Is(err, jsonrpc2.ErrClientClosing) && !errors.Is(err, jsonrpc2.ErrServerClosing):
		return fromWire(err)
	case l.over.Err() != nil:
		return context.Cause(l.over)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	// The next try must not come by this connection, which may not know yet that
	// it is over.
	err = fmt.Errorf("%w: %w", errEnded, err)
	l.end(err)
	return err
}

func (l *link) notify(method string, params any) {
	if raw, err := json.Marshal(params); err == nil {
		_ = l.conn.Notify(context.Background(), method, jsonrpc2.RawMessage(raw)) // or the link is over
	}
}

// summarize asks for one function. p rises with what comes by raised.
func (l *link) summarize(ctx context.Context, f inference.Function, p *inference.Priority, raised <-chan inference.Priority) (inference.Summary, error) {
	number := l.begin()
	defer l.finish()
	var summary inference.Summary
	answered := make(chan error, 1)
	first := *p
	go func() {
		answered <- l.call(ctx, methodSummarize, summarizeParams{number, f, first}, &summary)
	}()
	for {
		select {
		case *p = <-raised:
			l.notify(methodRaise, raiseParams{number, *p})
		case err := <-answered:
			if ctx.Err() != nil {
				l.notify(methodCancel, cancelParams{number})
				return inference.Summary{}, ctx.Err()
			}
			return summary, err
		}
	}
}

// begin counts a request, and sees to it that the daemon lives for as long as
// there are any.
func (l *link) begin() (number uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	l.waiting++
	if !l.pinging {
		l.pinging = true
		time.AfterFunc(l.patience.every, l.ping)
	}
	return l.asked
}

func (l *link) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
}

func (l *link) ping() {
	l.mu.Lock()
	if l.pinging = l.waiting > 0 && l.over.Err() == nil; !l.pinging {
		l.mu.Unlock()
		return
	}
	l.mu.Unlock()
	// Not by the call's context: to a process that is stopped even writing may
	// take for ever.
	late := time.AfterFunc(l.patience.ping, func() {
		l.end(fmt.Errorf("%w: the daemon does not answer; 'gloss daemon stop' ends it", inference.ErrUnavailable))
	})
	_ = l.call(context.Background(), methodPing, struct{}{}, nil) // or the link is over
	if late.Stop() {
		time.AfterFunc(l.patience.every, l.ping)
	}
}

// Ask returns the status of the daemon at p.
func Ask(ctx context.Context, p Place) (s Status, err error) {
	c, err := dial(ctx, p)
	if err != nil {
		return s, err
	}
	l := newLink(c, usual)
	defer l.end(nil)
	err = l.call(ctx, methodStatus, struct{}{}, &s)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("the daemon of build %s does not answer; 'gloss daemon stop' ends it: %w", p.Build, err)
	}
	return s, err
}

// Stop has the daemon at p end, and returns when it has. One that does not answer
// before ctx's deadline is killed.
func Stop(ctx context.Context, p Place) error {
	c, err := dial(ctx, p)
	if err != nil {
		if IsGone(err) {
			p.sweep()
		}
		return err
	}
	l := newLink(c, usual)
	defer l.end(nil)
	owner := p.owner()
	l.notify(methodStop, struct{}{}) // an answer would end with the daemon
	poll := time.NewTicker(lockPoll)
	defer poll.Stop()
	for p.owner() == owner { // else a client has started the next one already
		lock, err := lockFile(p.lock())
		if err == nil {
			lock.release()
			return nil
		}
		if !errors.Is(err, ErrRunning) {
			return err
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) { // and not because the user has given up
				return p.kill(owner)
			}
			return ctx.Err()
		}
	}
	return nil
}

// owner returns what the daemon has written into its lock: its process.
func (p Place) owner() string {
	b, _ := os.ReadFile(p.lock()) // "" where there is none
	return strings.TrimSpace(string(b))
}

// sweep removes what a daemon has left that was killed.
func (p Place) sweep() {
	if l, err := lockFile(p.lock()); err == nil {
		_ = os.Remove(p.socket())
		l.release()
	}
}

// kill ends a daemon that does not end by itself.
func (p Place) kill(owner string) error {
	pid, err := strconv.Atoi(owner)
	if err != nil || pid <= 1 {
		return fmt.Errorf("the daemon does not answer, and its process is not known: %s holds %.40q", p.lock(), owner)
	}
	// Found before the lock is looked at: what has the number later is not it.
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	if l, err := lockFile(p.lock()); err == nil { // it has ended meanwhile
		l.release()
		return nil
	}
	if err := process.Kill(); err != nil {
		return fmt.Errorf("the daemon does not answer, and its process %d cannot be ended: %w", pid, err)
	}
	p.awaitEnd(context.Background())
	p.sweep()
	return nil
}
